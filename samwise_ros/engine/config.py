"""The engine's configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Precision = Literal["auto", "float32", "bfloat16", "float16"]
Mode = Literal["online", "clip"]
SwitchCorrection = Literal["learned", "never", "always", "every_4th"]
"""``learned``: the conditional memory encoder (CME), where it is asked. ``always`` and
``every_4th``: nobody, it is written on every, or every fourth, frame from the encoder's first on.
``never``: nobody, it is not written. The last three are the paper's ablations."""

BOUNDS: Mapping[str, tuple[float, float]] = {
    "max_commands": (1, 254),  # a label is one byte, and 0 is the background
    "switch_max_overlap": (0.0, 1.0),
    "mask_threshold": (0.0, 1.0),  # ends excluded
    "min_mask_area": (1, 2**31 - 1),
    "lost_after_frames": (1, 100_000),
    "recover_after_frames": (1, 100_000),
}
"""Smallest and largest allowed value of each number in `EngineConfig`."""


@dataclass(frozen=True)
class EngineConfig:
    """How the engine turns the network's numbers into targets and events.

    Attributes:
        mode: ``online`` gives each frame's targets at once; ``clip`` waits for a whole clip.
        max_commands: commands alive at once, 1 to 254 (a label is one byte).
        switch_correction: who decides whether the object seen without memory is written to it.
        switch_max_overlap: a mask that overlaps the last visible one by less than this
            intersection over union has moved to another object, 0 to 1.
        mask_threshold: a pixel belongs to the mask above this probability, 0 to 1, ends excluded.
        min_mask_area: a mask of fewer pixels counts as not seen; pixels of the camera's image.
        lost_after_frames: unseen for this many frames in a row is LOST.
        recover_after_frames: seen for this many frames in a row is TRACKING.
        reset_on_time_jump: a stamp before the last one restarts the camera's memories.
    """

    mode: Mode = "online"
    max_commands: int = 8
    switch_correction: SwitchCorrection = "learned"
    switch_max_overlap: float = 0.1
    mask_threshold: float = 0.5
    min_mask_area: int = 16
    lost_after_frames: int = 5
    recover_after_frames: int = 2
    reset_on_time_jump: bool = True

    @property
    def max_remembered(self) -> int:
        """Commands whose memories are kept: one that was replaced may come back."""
        return 2 * self.max_commands

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        if self.mode not in ("online", "clip"):
            raise ValueError(f"mode: expected online or clip, got {self.mode!r}")
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
