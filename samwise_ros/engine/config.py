"""The engine's configuration."""

from dataclasses import dataclass
from typing import Literal, get_args

Mode = Literal["online", "clip"]
SwitchCorrection = Literal["learned", "never", "always", "every_4th"]
"""The rule that writes the object seen without memory to the memory.

``learned``: the conditional memory encoder (CME) decides, on the frames that check for a switch.
The others are the paper's ablations: on no frame, on every frame, or on every fourth frame.
"""


@dataclass(frozen=True)
class EngineConfig:
    """How the engine turns the network's output into targets and events.

    Attributes:
        mode: ``online`` returns the targets of each frame at once; ``clip`` waits for a full clip.
        max_commands: active commands, 1 to 254 (a label is one byte).
        switch_correction: the rule that writes the object seen without memory to the memory.
        switch_max_overlap: a target switches to another object if its mask and the last visible
            mask overlap by less than this intersection over union, 0 to 1.
        mask_threshold: a pixel belongs to the mask above this probability, 0 to 1, exclusive.
        min_mask_area: a smaller mask counts as not visible; pixels of the camera's image.
        lost_after_frames: a target is LOST after this many consecutive frames without it.
        recover_after_frames: a target is TRACKING after this many consecutive frames with it.
        reset_on_time_jump: restart a camera's memories if a stamp is before the previous one.
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
        """Number of commands whose memories are kept, replaced commands included."""
        return 2 * self.max_commands

    def __post_init__(self) -> None:
        """Raise ValueError for a value outside its range."""
        if self.mode not in get_args(Mode):
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
