"""The frames of one camera as a stream: interruptions, and clips that are not full yet."""

from dataclasses import dataclass, field

from samwise_ros.engine.types import Event, Frame

MAX_LATE = 5  # in a row; more mean that the clock was set back


@dataclass
class CameraStream:
    """The state of one camera's stream.

    Attributes:
        size: height and width of the last image, pixels.
        stamp_ns: stamp of the last frame; ``None`` if it comes from a memory file, because the
            clock may have restarted since.
        late: late frames in a row.
        has_ended: whether the next frame is the first of another source.
        clip: frames that are not processed yet; in clip mode, they wait until the clip is full.
        events: that are reported with the next result.
    """

    size: tuple[int, int]
    stamp_ns: int | None = None
    late: int = 0
    has_ended: bool = False
    clip: list[Frame] = field(default_factory=list, repr=False)
    events: tuple[Event, ...] = ()

    def is_late(self, frame: Frame, tolerance_s: float) -> bool:
        """Return whether to skip a frame that arrived after newer frames, and count it.

        A frame is late if its stamp is before the last one's by at most the tolerance. After
        `MAX_LATE` late frames in a row the next one is not late: the clock was set back.

        >>> import numpy as np
        >>> stream = CameraStream((1, 1), 200_000_000)
        >>> frame = Frame(np.zeros((1, 1, 3), np.uint8))
        >>> [stream.is_late(frame, 0.2) for _ in range(6)]
        [True, True, True, True, True, False]
        """
        back_ns = 0 if self.stamp_ns is None else self.stamp_ns - frame.stamp_ns
        continues = not self.has_ended and self.size == frame.image.shape[:2]
        if continues and 0 < back_ns <= tolerance_s * 1e9 and self.late < MAX_LATE:
            self.late += 1
            return True
        return False

    def break_reason(self, frame: Frame, check_time: bool) -> str | None:
        """Return why a frame does not continue the stream; ``None`` if it does.

        >>> import numpy as np
        >>> image = np.zeros((6, 8, 3), np.uint8)
        >>> CameraStream((6, 8), 2_000_000_000).break_reason(Frame(image, stamp_ns=0), True)
        'the stamp jumped back by 2.000 s'
        >>> CameraStream((3, 4)).break_reason(Frame(image), True)
        'the image changed from 4x3 to 8x6'
        """
        (height, width), (new_height, new_width) = self.size, frame.image.shape[:2]
        if (height, width) != (new_height, new_width):
            return f"the image changed from {width}x{height} to {new_width}x{new_height}"
        if check_time and self.has_ended:
            return "another source began"
        if check_time and self.stamp_ns is not None and frame.stamp_ns < self.stamp_ns:
            seconds = (self.stamp_ns - frame.stamp_ns) / 1e9
            return f"the stamp jumped back by {seconds:.3f} s"
        return None

    def advance(self, frame: Frame) -> None:
        """Record the size and the stamp of the newest frame."""
        self.size = (frame.image.shape[0], frame.image.shape[1])
        self.stamp_ns = frame.stamp_ns
        self.late = 0
        self.has_ended = False

    def take_clip(self) -> list[Frame]:
        """Remove and return the waiting frames."""
        clip, self.clip = self.clip, []
        return clip
