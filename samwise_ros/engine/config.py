"""The engine's configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from samwise_ros.vision.masks import MAX_LABEL

Precision = Literal["auto", "float32", "bfloat16", "float16"]
Mode = Literal["online", "clip"]
SwitchCorrection = Literal["learned", "never", "always", "every_4th"]
"""The rule that writes the object seen without memory to the memory.

``learned``: the conditional memory encoder (CME) decides, on the frames that check for a switch.
The others are the paper's ablations: on no frame, on every frame, or on every fourth frame.
"""
MemoryPolicyName = Literal["paper", "gated", "none"]
"""What the memory holds. ``paper``: the last frames. ``gated``: the last frames with a clear mask,
and an early one for good."""

BOUNDS: Mapping[str, tuple[float, float]] = {
    "max_commands": (1, MAX_LABEL),  # every active command has its label
    "switch_max_overlap": (0.0, 1.0),
    "mask_threshold": (0.0, 1.0),  # ends excluded
    "min_mask_area": (1, 2**31 - 1),
    "lost_after_frames": (1, 100_000),
    "recover_after_frames": (1, 100_000),
    "late_tolerance": (0.0, 60.0),
}
"""Smallest and largest allowed value of each number in `EngineConfig`."""


@dataclass(frozen=True)
class EngineConfig:
    """How the engine turns the network's output into targets and events.

    Attributes:
        mode: ``online`` returns the targets of each frame at once; ``clip`` waits for a full clip.
        max_commands: active commands, 1 to 254 (a label is one byte).
        switch_correction: the rule that writes the object seen without memory to the memory.
        memory_policy: what the memory holds in online mode; clip mode is always the paper's.
            ``none`` shows what a model can do without its memory.
        switch_max_overlap: a candidate that has less than this share of its pixels, and of the
            mask's, in common with the mask is on another object, 0 to 1.
        mask_threshold: a pixel belongs to the mask above this probability, 0 to 1, exclusive.
        min_mask_area: a smaller mask counts as not visible; pixels of the camera's image.
        lost_after_frames: a target is LOST after this many frames without a mask on which the
            object's colours are not in view near its last place either, and at most after twice as
            many frames without a mask.
        recover_after_frames: a target is TRACKING after this many consecutive frames with it.
        reset_on_time_jump: restart a camera's memories if a stamp is before the previous one,
            unless the frame is only late.
        late_tolerance: a frame whose stamp is before the last one's by at most this is late and
            skipped, seconds. 0 disables this, because the stamps of each video file start at 0. See
            `CameraStream.is_late`.
        reject_unknown_words: reject a new sentence without any content word that the model knows;
            evaluation scores such sentences too.
    """

    mode: Mode = "online"
    max_commands: int = 8
    switch_correction: SwitchCorrection = "learned"
    memory_policy: MemoryPolicyName = "paper"
    switch_max_overlap: float = 0.1
    mask_threshold: float = 0.5
    min_mask_area: int = 16
    lost_after_frames: int = 5
    recover_after_frames: int = 2
    reset_on_time_jump: bool = True
    late_tolerance: float = 0.0
    reject_unknown_words: bool = True

    @property
    def max_remembered(self) -> int:
        """Number of commands whose memories are kept, replaced commands included."""
        return 2 * self.max_commands

    def __post_init__(self) -> None:
        """Raise ValueError for a value outside its range."""
        if self.mode not in get_args(Mode):
            raise ValueError(f"mode: expected online or clip, got {self.mode!r}")
        if self.memory_policy not in get_args(MemoryPolicyName):
            raise ValueError(
                f"memory_policy: expected {', '.join(get_args(MemoryPolicyName))}, "
                f"got {self.memory_policy!r}"
            )
        if self.switch_correction not in get_args(SwitchCorrection):
            raise ValueError(
                f"switch_correction: expected {', '.join(get_args(SwitchCorrection))}, "
                f"got {self.switch_correction!r}"
            )
        for name, (low, high) in BOUNDS.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(
                    f"{name}: expected {low:.10g} to {high:.10g}, got {getattr(self, name)}"
                )
        if self.mask_threshold in BOUNDS["mask_threshold"]:
            raise ValueError(
                "mask_threshold: expected a number above 0 and below 1, "
                f"got {self.mask_threshold:g}"
            )
