"""The node's parameters: one table, from which they are declared, checked and read."""

from array import array
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.exceptions import InvalidTopicNameException
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.validate_topic_name import validate_topic_name

from samwise_ros.engine.config import EngineConfig
from samwise_ros.vision.overlay import DEFAULT_ALPHA

Change = Literal["never", "unconfigured", "always"]
T = TypeVar("T")

_CHANGE_WORDS = {
    "never": "Given at the start.",
    "unconfigured": "Can change while the node is unconfigured.",
    "always": "Can change at any time.",
}


def _parameter(
    default: T,
    description: str,
    change: Change,
    choices: tuple[str, ...] = (),
    bounds: tuple[float, float] | None = None,
) -> T:
    about = {"description": description, "change": change, "choices": choices, "bounds": bounds}
    return field(default=default, metadata=about)


@dataclass(frozen=True)
class Parameters:
    """Every parameter of the node with its default; the engine's are the engine's own.

    The table is this class: name, type and default of a field are those of the parameter, its
    metadata says what it means and when it may change.
    """

    cameras: tuple[str, ...] = _parameter(
        ("camera",), "Names of the cameras: the first part of their topics.", "never"
    )
    image_transport: str = _parameter(
        "raw",
        "raw takes <camera>/image_raw, compressed takes <camera>/image_raw/compressed.",
        "unconfigured",
        ("raw", "compressed"),
    )
    image_reliability: str = _parameter(
        "auto",
        "Of the image subscription; auto is reliable if every publisher is, else best effort.",
        "unconfigured",
        ("auto", "best_effort", "reliable"),
    )
    model: str = _parameter(
        "tabletop", "Name of a shipped or installed model, or a folder.", "unconfigured"
    )
    device: str = _parameter("auto", "auto, cpu, cuda, or cuda:N.", "unconfigured")
    precision: str = _parameter(
        "auto",
        "Of the network's numbers.",
        "unconfigured",
        ("auto", "float32", "bfloat16", "float16"),
    )
    threads: int = _parameter(
        0,
        "Cores that the network takes on the CPU; 0: all but one, or what OMP_NUM_THREADS says.",
        "unconfigured",
        (),
        (0, 1024),
    )
    mode: str = _parameter(
        EngineConfig.mode,
        "online gives each frame's masks at once, clip waits for a whole clip.",
        "unconfigured",
        ("online", "clip"),
    )
    autostart: bool = _parameter(
        False, "Whether the node configures and activates itself as it starts.", "never"
    )
    command: str = _parameter(
        "", "What to look for from the start; empty waits for a command.", "unconfigured"
    )
    command_mode: str = _parameter(
        "replace",
        "Whether a sentence on ~/command replaces the commands or adds one.",
        "always",
        ("replace", "add"),
    )
    stop_phrases: tuple[str, ...] = _parameter(
        ("stop", "stop looking", "forget it", "clear"),
        "Sentences that clear all commands, without regard to case and closing punctuation.",
        "always",
    )
    max_commands: int = _parameter(
        EngineConfig.max_commands, "Commands alive at once.", "unconfigured", (), (1, 254)
    )
    mask_threshold: float = _parameter(
        EngineConfig.mask_threshold,
        "A pixel belongs to the mask above this probability; 0 and 1 excluded.",
        "unconfigured",
        (),
        (0.0, 1.0),
    )
    min_mask_area: int = _parameter(
        EngineConfig.min_mask_area,
        "A mask of fewer pixels of the camera's image counts as not seen.",
        "unconfigured",
        (),
        (1, 2**31 - 1),
    )
    lost_after_frames: int = _parameter(
        EngineConfig.lost_after_frames,
        "Unseen for this many frames in a row is LOST.",
        "unconfigured",
        (),
        (1, 100_000),
    )
    recover_after_frames: int = _parameter(
        EngineConfig.recover_after_frames,
        "Seen for this many frames in a row is TRACKING.",
        "unconfigured",
        (),
        (1, 100_000),
    )
    switch_correction: bool = _parameter(
        EngineConfig.switch_correction == "learned",
        "Whether the network may decide that another object fits the sentence better.",
        "unconfigured",
    )
    switch_max_overlap: float = _parameter(
        EngineConfig.switch_max_overlap,
        "A mask overlapping the last visible one by less (IoU) has moved to another object.",
        "unconfigured",
        (),
        (0.0, 1.0),
    )
    reset_on_time_jump: bool = _parameter(
        EngineConfig.reset_on_time_jump,
        "Whether a stamp before the last one restarts the camera's memories.",
        "unconfigured",
    )
    max_rate_hz: float = _parameter(
        0.0, "Take no more images a second than this; 0 takes all.", "always", (), (0.0, 1000.0)
    )
    max_frame_age: float = _parameter(
        0.0,
        "Drop images whose stamp is older than this many seconds; 0 drops none.",
        "always",
        (),
        (0.0, 3600.0),
    )
    input_timeout: float = _parameter(
        2.0, "Seconds without an image before this is reported.", "always", (), (0.1, 3600.0)
    )
    use_depth: bool = _parameter(
        False,
        "Whether depth images tell where the targets are in space.",
        "unconfigured",
    )
    depth_range: tuple[float, ...] = _parameter(
        (0.1, 10.0), "Nearest and farthest depth that is believed, metres.", "unconfigured"
    )
    target_frame: str = _parameter(
        "", "Frame of the pose, by tf at the image's stamp; empty: the image's own.", "unconfigured"
    )
    publish_tf: bool = _parameter(
        False, "Whether tf has a frame <camera>_target at the pose.", "unconfigured"
    )
    memory_path: str = _parameter(
        "", "File of ~/save_memory and ~/load_memory; empty: there is none.", "unconfigured"
    )
    save_memory_on_deactivate: bool = _parameter(
        False,
        "Whether commands and memories are saved to memory_path when the node is deactivated or "
        "ends, and gone on from when it is configured.",
        "unconfigured",
    )
    overlay_alpha: float = _parameter(
        DEFAULT_ALPHA,
        "Share of the label's colour in a mask's tint on the overlay; 0 draws outlines only.",
        "always",
        (),
        (0.0, 1.0),
    )
    diagnostics_period: float = _parameter(
        1.0, "Seconds between two diagnostics.", "never", (), (0.1, 60.0)
    )

    def engine_config(self) -> EngineConfig:
        """Give the engine its share.

        Raises:
            ValueError: a value is outside its range.
        """
        ours = {own.name: getattr(self, own.name) for own in fields(EngineConfig)}
        correction = "learned" if self.switch_correction else "never"
        return EngineConfig(**{**ours, "switch_correction": correction})

    def check(self) -> None:
        """Refuse what the table's ranges and types do not.

        Raises:
            ValueError: naming the parameter, what was expected and what was given.
        """
        for own in fields(self):
            value, choices = getattr(self, own.name), own.metadata["choices"]
            if choices and value not in choices:
                raise ValueError(f"{own.name}: expected {' or '.join(choices)}, got {value!r}")
        if not self.cameras or len(set(self.cameras)) < len(self.cameras):
            raise ValueError(
                f"cameras: expected one or more different names, got {list(self.cameras)}"
            )
        for camera in self.cameras:
            try:
                validate_topic_name(f"{camera}/image_raw")
            except InvalidTopicNameException as error:
                raise ValueError(f"cameras: {camera!r} cannot begin a topic: {error}") from error
        kind, _, index = self.device.partition(":")
        if kind not in ("auto", "cpu", "cuda") or (":" in self.device and not index.isdecimal()):
            raise ValueError(f"device: expected auto, cpu, cuda or cuda:N, got {self.device!r}")
        if not self.model:
            raise ValueError("model: expected a shipped model's name or a folder, got ''")
        if len(self.depth_range) != 2 or not 0.0 < self.depth_range[0] < self.depth_range[1]:
            raise ValueError(
                "depth_range: expected two numbers, 0 < nearest < farthest, "
                f"got {list(self.depth_range)}"
            )
        self.engine_config()


def declare(node: Node) -> None:
    """Declare every parameter with description, range or choices, and read-only flag.

    Raises:
        rclpy.exceptions.ParameterException: a value given at the start is refused.
    """
    for own in fields(Parameters):
        default = list(own.default) if isinstance(own.default, tuple) else own.default
        node.declare_parameter(own.name, default, descriptor(own.name))


def descriptor(name: str) -> ParameterDescriptor:
    """Describe a parameter the way ``ros2 param describe`` shows it."""
    own = Parameters.__dataclass_fields__[name]
    about = own.metadata
    result = ParameterDescriptor(
        description=f"{about['description']} {_CHANGE_WORDS[about['change']]}",
        additional_constraints=f"one of {', '.join(about['choices'])}" if about["choices"] else "",
        read_only=about["change"] == "never",
    )
    if about["bounds"] is not None:
        low, high = about["bounds"]
        if isinstance(own.default, float):
            result.floating_point_range = [FloatingPointRange(from_value=low, to_value=high)]
        else:
            result.integer_range = [IntegerRange(from_value=low, to_value=high, step=1)]
    return result


def read(node: Node) -> Parameters:
    """Read the parameters' values of a node that declared them.

    Raises:
        ValueError: they do not fit, see `Parameters.check`.
    """
    values = Parameters(
        **{own.name: _value(node.get_parameter(own.name)) for own in fields(Parameters)}
    )
    values.check()
    return values


def check_change(
    current: Parameters, changes: list[Parameter], configured: bool
) -> SetParametersResult:
    """Say whether the parameters may change so.

    Args:
        current: their values now.
        changes: new values; of parameters that are not of this table, too, which are let pass.
        configured: whether the node holds a model made with the current values.
    """
    ours = {one.name: one for one in changes if one.name in Parameters.__dataclass_fields__}
    for name, one in ours.items():
        change = Parameters.__dataclass_fields__[name].metadata["change"]
        if configured and change == "unconfigured" and _value(one) != getattr(current, name):
            reason = f"{name}: clean the node up first, it is in use since configuring"
            return SetParametersResult(successful=False, reason=reason)
    try:
        Parameters(**{**vars(current), **{k: _value(v) for k, v in ours.items()}}).check()
    except ValueError as error:
        return SetParametersResult(successful=False, reason=str(error))
    return SetParametersResult(successful=True)


def _value(parameter: Parameter) -> Any:
    value = parameter.value
    return tuple(value) if isinstance(value, (list, tuple, array)) else value
