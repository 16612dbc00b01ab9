"""What a parameter's declaration consists of, besides its name, type and default."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field
from typing import Any, Literal, TypeVar

Change = Literal["never", "unconfigured", "always"]
T = TypeVar("T")

CHANGE_NOTES: Mapping[Change, str] = {
    "never": "Set at startup only.",
    "unconfigured": "Can be changed while the node is unconfigured.",
    "always": "Can be changed at any time.",
}


@dataclass(frozen=True)
class ParameterSpec:
    """Description and constraints of a parameter.

    Attributes:
        description: what the parameter means, with its unit.
        change: when its value can be changed.
        choices: allowed values; empty if there is no fixed set.
        bounds: smallest and largest allowed number; ``None`` for other types.
    """

    description: str
    change: Change
    choices: tuple[str, ...] = ()
    bounds: tuple[float, float] | None = None


def parameter(
    default: T,
    description: str,
    change: Change,
    *,
    choices: tuple[str, ...] = (),
    bounds: tuple[float, float] | None = None,
) -> T:
    """Declare a parameter as a field of a dataclass."""
    spec = ParameterSpec(description, change, choices, bounds)
    return field(default=default, metadata={"spec": spec})


def spec_of(declared: Field[Any]) -> ParameterSpec:
    """Return the description and constraints of a declared field."""
    spec: ParameterSpec = declared.metadata["spec"]
    return spec
