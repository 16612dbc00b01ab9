"""The frames of one camera as a stream: its breaks, and clips that are not yet full."""

from dataclasses import dataclass, field

from samwise_ros.engine.types import Event, Frame


@dataclass
class CameraStream:
    """The state of one camera's stream.

    Attributes:
        size: height and width of the last image, pixels.
        stamp_ns: stamp of the last frame; ``None`` if it comes from a memory file, because the
            clock may have restarted since.
        clip: in clip mode, the frames that wait until the clip is full.
        events: of the waiting frames, reported with the first of them.
    """

    size: tuple[int, int]
    stamp_ns: int | None = None
    clip: list[Frame] = field(default_factory=list, repr=False)
    events: tuple[Event, ...] = ()

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
        if check_time and self.stamp_ns is not None and frame.stamp_ns < self.stamp_ns:
            seconds = (self.stamp_ns - frame.stamp_ns) / 1e9
            return f"the stamp jumped back by {seconds:.3f} s"
        return None

    def advance(self, frame: Frame) -> None:
        """Record the size and the stamp of the newest frame."""
        self.size = (frame.image.shape[0], frame.image.shape[1])
        self.stamp_ns = frame.stamp_ns

    def append(self, frame: Frame, events: tuple[Event, ...]) -> None:
        """Add a frame to the clip, with the events that precede it."""
        if not self.clip:
            self.events = events
        self.clip.append(frame)

    def take_clip(self) -> tuple[list[Frame], tuple[Event, ...]]:
        """Remove and return the waiting frames and their events."""
        clip, events = self.clip, self.events
        self.clip, self.events = [], ()
        return clip, events
