"""Whether a mask is still on the object that it was on before."""

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from samwise_ros.engine.tracking.appearance import Appearance
from samwise_ros.vision import masks

_SAME, _OTHER = 0.5, 0.25
"""Likeness from which a mask is on the same object, and below which it clearly is not.

Over one half means that most of the mask is on the object. The part of an object that enters the
image has other colours than the whole object, hence the distance between the two values.
"""
_IN_PLACE = 0.5
"""Overlap with the last mask on the object from which a mask may be on the same object, although it
shows only a part, or in other light."""
_HIDDEN = 0.7
"""Share of the object's area below which the last mask shows that it was partly hidden."""
_WHOLE = 0.5
"""Share of the object's area from which a mask shows how the object looks now."""
_SAME_TINT, _SAME_TINT_IN_PLACE = 0.9, 0.85
"""Likeness of tints from which a mask can be on the object in other light. At one place, 8 % of the
objects of other colours have it."""


class Verdict(Enum):
    """What a mask is on."""

    SAME = auto()
    UNSURE = auto()
    OTHER = auto()  # on enough frames in a row


@dataclass(eq=False)
class Identity:
    """The object that a target's mask is on.

    An object is known by its colours, so that motion does not matter, and in other light by their
    tints. An object that looks the same is another object if the first one is still at its old
    place.

    Attributes:
        appearance: of the object; ``None`` before the first mask, and after a memory was loaded
            from a file of samwise_ros 0.2 or older.
        mask: (H, W) bool, the last mask on the object.
        other: appearance of another object that the mask may have moved to.
        frames_other: evidence for that object: a clear frame counts 1, an unclear one less.
    """

    appearance: Appearance | None = None
    mask: NDArray[np.bool_] | None = None
    other: Appearance | None = None
    frames_other: float = 0.0

    @property
    def area(self) -> float:
        """Area of the object, pixels; 0 before the first mask."""
        return 0.0 if self.appearance is None else float(self.appearance.area)

    def observe(
        self,
        image: NDArray[np.uint8],
        mask: NDArray[np.bool_],
        needed: int,
    ) -> Verdict:
        """Compare a frame's mask with the object.

        Args:
            image: (H, W, 3) uint8, RGB.
            mask: (H, W) bool, not empty.
            needed: frames with another object until the verdict is OTHER; then call
                `follow_other`.
        """
        new = Appearance.of(image, mask)
        likeness = 1.0 if self.appearance is None else self.appearance.likeness(new)
        changed = likeness < _SAME and (self._has_entered(new) or self._is_relit(image, mask))
        doubt = self._doubt(image, mask, new, 1.0 if changed else likeness)
        if doubt == 0.0:
            if self.appearance is None:
                self.appearance = new
            elif changed and new.area >= _WHOLE * self.appearance.area:
                self.appearance = self.appearance.replaced(new)
            elif likeness >= _SAME:
                self.appearance = self.appearance.adapted(new)
            self.mask = mask
            self.other, self.frames_other = None, 0.0
            return Verdict.SAME
        if self.other is None or self.other.likeness(new) < _SAME:
            self.other, self.frames_other = new, 0.0
        self.frames_other += doubt
        return Verdict.OTHER if self.frames_other >= needed else Verdict.UNSURE

    def follow_other(self, mask: NDArray[np.bool_]) -> None:
        """Take the other object as the target's, with its present mask."""
        self.appearance, self.mask = self.other, mask
        self.other, self.frames_other = None, 0.0

    def restart(self, image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> None:
        """Take the object under a mask as the target's."""
        self.appearance, self.mask = Appearance.of(image, mask), mask
        self.other, self.frames_other = None, 0.0

    def looks_like(self, other: Appearance) -> bool:
        """Return whether an object looks like this one."""
        return self.appearance is not None and self.appearance.likeness(other) >= _SAME

    def is_like(self, image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> bool:
        """Return whether the object under a mask, not empty, looks like this one."""
        return self._likeness(image, mask) >= _SAME

    def visible_share(self, image: NDArray[np.uint8]) -> float:
        """Return how much of the object is in view near its last place; see `Appearance`."""
        if self.appearance is None or self.mask is None:
            return 0.0
        return self.appearance.visible_share(image, self.mask)

    def _likeness(self, image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> float:
        """Return how much the pixels under a mask, not empty, look like the object, 0 to 1."""
        if self.appearance is None:
            return 1.0
        return self.appearance.likeness(Appearance.of(image, mask))

    def _has_entered(self, new: Appearance) -> bool:
        """Return whether the object was at the border, and may be a part of what is seen now."""
        if self.appearance is None or self.mask is None or not masks.touches_border(self.mask):
            return False
        return new.share_of_part(self.appearance) >= _SAME

    def _is_relit(self, image: NDArray[np.uint8], mask: NDArray[np.bool_]) -> bool:
        """Return whether the pixels under a mask can be the object's in other light."""
        if self.appearance is None or self.mask is None:
            return False
        relit = self.appearance.relit(image, mask)
        is_alike = self.appearance.likeness(relit) >= _SAME
        tint = self.appearance.tint_likeness(relit)
        if masks.overlap(mask, self.mask) >= _IN_PLACE:
            return is_alike or tint >= _SAME_TINT_IN_PLACE
        return is_alike and tint >= _SAME_TINT

    def _doubt(
        self,
        image: NDArray[np.uint8],
        mask: NDArray[np.bool_],
        new: Appearance,
        likeness: float,
    ) -> float:
        """Return how clearly a mask is on another object, 0 to 1."""
        if self.appearance is None or self.mask is None:
            return 0.0
        if likeness < _SAME:
            in_place = masks.overlap(mask, self.mask) >= _IN_PLACE
            was_hidden = np.count_nonzero(self.mask) < _HIDDEN * self.appearance.area
            # A part of the object may be out of the image, or hidden. The colours of a part that is
            # hardly alike are few: a sliver of something in front of the object has as few.
            is_rest = likeness >= _OTHER and (in_place or was_hidden)
            if is_rest or masks.touches_border(mask):
                likeness = max(likeness, self.appearance.share_of_part(new))
            return min(max((_SAME - likeness) / (_SAME - _OTHER), 0.0), 1.0)
        if (mask & self.mask).any():
            return 0.0
        if masks.touches_border(self.mask):  # the first one may have left the image
            return 0.0
        # The mask moved to an object that looks the same: is the first one still there?
        if not self.is_like(image, self.mask):
            return 0.0
        # A larger object of that colour around the old place may now cover it.
        around = masks.ring_around(self.mask) & ~mask
        is_distinct = not around.any() or self._likeness(image, around) < _OTHER
        return 1.0 if is_distinct else 0.0
