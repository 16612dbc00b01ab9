"""What is kept of a camera's last frame, to see whether the next one goes on from it."""

from dataclasses import dataclass

from samwise_ros.engine.types import Frame


@dataclass(frozen=True)
class LastFrame:
    """A camera's last frame without its image.

    Attributes:
        size: height and width, pixels.
        stamp_ns: when it was taken; ``None`` where another engine saw it, whose clock may have
            been another.
    """

    size: tuple[int, int]
    stamp_ns: int | None = None

    @classmethod
    def of(cls, frame: Frame) -> "LastFrame":
        """Keep of a frame what is needed."""
        return cls((frame.image.shape[0], frame.image.shape[1]), frame.stamp_ns)

    def break_before(self, frame: Frame, time_counts: bool) -> str:
        """Say why a frame does not go on from this one; empty if it does.

        >>> import numpy as np
        >>> image = np.zeros((6, 8, 3), np.uint8)
        >>> LastFrame((6, 8), 2_000_000_000).break_before(Frame(image, stamp_ns=0), True)
        'the stamp jumped back by 2.000 s'
        >>> LastFrame((3, 4)).break_before(Frame(image), True)
        'the image changed from 4x3 to 8x6'
        """
        (height, width), new = self.size, LastFrame.of(frame).size
        if self.size != new:
            return f"the image changed from {width}x{height} to {new[1]}x{new[0]}"
        if time_counts and self.stamp_ns is not None and frame.stamp_ns < self.stamp_ns:
            seconds = (self.stamp_ns - frame.stamp_ns) / 1e9
            return f"the stamp jumped back by {seconds:.3f} s"
        return ""
