"""The engine's configuration."""

from dataclasses import dataclass
from typing import Literal, get_args

Mode = Literal["online", "clip"]
SwitchCorrection = Literal["learned", "never", "always", "every_4th"]
"""``learned``: the conditional memory encoder (CME), where it is asked. ``always`` and
``every_4th``: nobody, it is written on every, or every fourth, frame from the encoder's first on.
``never``: nobody, it is not written. The last three are the paper's ablations."""


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
        if not 1 <= self.max_commands <= 254:
            raise ValueError(f"max_commands: expected 1 to 254, got {self.max_commands}")
        if not 0.0 <= self.switch_max_overlap <= 1.0:
            raise ValueError(f"switch_max_overlap: expected 0 to 1, got {self.switch_max_overlap}")
        if not 0.0 < self.mask_threshold < 1.0:
            raise ValueError(
                f"mask_threshold: expected a number between 0 and 1, got {self.mask_threshold}"
            )
        for name in ("min_mask_area", "lost_after_frames", "recover_after_frames"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected 1 or more, got {getattr(self, name)}")
