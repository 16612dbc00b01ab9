"""The node's parameters in rclpy: declared, read and checked from `interface.parameters`."""

from array import array
from dataclasses import fields
from typing import Any

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.node import Node
from rclpy.parameter import Parameter

from samwise_ros.interface.parameter_spec import CHANGE_NOTES, ParameterSpec, spec_of
from samwise_ros.interface.parameters import REMOVED_PARAMETERS, Parameters

MAY_BE_EMPTY = ("stop_phrases",)
"""Lists that can be set to `[]` at startup."""


def declare_parameters(node: Node) -> None:
    """Declare every parameter with description, range or choices, and read-only flag.

    Raises:
        rclpy.exceptions.ParameterException: a value that was set at startup is rejected.
        ValueError: a parameter was set to an empty list, and needs a value.
    """
    for own in fields(Parameters):
        default = list(own.default) if isinstance(own.default, tuple) else own.default
        given = node._parameter_overrides.get(own.name)
        # ROS reads `[]` as a parameter without a value, whatever the type of its items is.
        is_empty = given is not None and given.type_ is Parameter.Type.NOT_SET
        if is_empty and own.name in MAY_BE_EMPTY:
            default = [""]
        elif is_empty:
            raise ValueError(f"{own.name}: expected a value such as {default!r}, got none")
        descriptor = parameter_descriptor(own.name)
        node.declare_parameter(own.name, default, descriptor, ignore_override=is_empty)


def parameter_descriptor(name: str) -> ParameterDescriptor:
    """Return a parameter's descriptor, which ``ros2 param describe`` shows."""
    own = Parameters.__dataclass_fields__[name]
    spec = spec_of(own)
    result = ParameterDescriptor(
        description=f"{spec.description} {CHANGE_NOTES[spec.change]}",
        additional_constraints=f"one of {', '.join(spec.choices)}" if spec.choices else "",
        read_only=spec.change == "never",
        dynamic_typing="true" in spec.choices,  # `true` on a command line is not a text
    )
    if spec.bounds is not None:
        low, high = spec.bounds
        if isinstance(own.default, float):
            result.floating_point_range = [FloatingPointRange(from_value=low, to_value=high)]
        else:
            integers = IntegerRange(from_value=int(low), to_value=int(high), step=1)
            result.integer_range = [integers]
    return result


def read_parameters(node: Node) -> Parameters:
    """Return the values of the parameters of a node that declared them.

    Raises:
        ValueError: a value is invalid, see `Parameters.check`.
    """
    values = Parameters(
        **{own.name: _value(node.get_parameter(own.name)) for own in fields(Parameters)}
    )
    values.check()
    return values


def check_change(
    current: Parameters, changes: list[Parameter], configured: bool
) -> SetParametersResult:
    """Return whether parameters can change, and the reason if not.

    Args:
        current: the values now.
        changes: new values; parameters that this package does not declare are accepted.
        configured: whether the node has loaded a model with the current values.
    """
    ours = {one.name: one for one in changes if one.name in Parameters.__dataclass_fields__}
    for name, change in ours.items():
        changed = _value(change) != getattr(current, name)
        if configured and changed and _spec(name).change == "unconfigured":
            reason = f"{name}: cannot change while the node is configured; clean up the node first"
            return SetParametersResult(successful=False, reason=reason)
    try:
        Parameters(**{**vars(current), **{k: _value(v) for k, v in ours.items()}}).check()
    except ValueError as error:
        return SetParametersResult(successful=False, reason=str(error))
    return SetParametersResult(successful=True)


def unknown_parameters(node: Node) -> list[str]:
    """Return a message for each parameter that was set at startup and that the node lacks.

    ``qos_overrides`` are not among them: rclpy declares them with the topics.
    """
    found = []
    for name in sorted(node._parameter_overrides):
        if node.has_parameter(name) or name.startswith("qos_overrides."):
            continue
        if name in REMOVED_PARAMETERS:
            reason = f"it was removed: {REMOVED_PARAMETERS[name]}"
        else:
            reason = f"`ros2 param list {node.get_fully_qualified_name()}` lists the valid names"
        found.append(f"parameter {name} is unknown and ignored; {reason}")
    return found


def _spec(name: str) -> ParameterSpec:
    return spec_of(Parameters.__dataclass_fields__[name])


def _value(parameter: Parameter) -> Any:
    value = parameter.value
    if isinstance(value, bool) and _spec(parameter.name).choices:
        return str(value).lower()
    return tuple(value) if isinstance(value, (list, tuple, array)) else value
