"""The summary that `samwise bag` prints at the end."""

from collections import Counter, defaultdict

from samwise_ros.engine.types import Command, FrameResult
from samwise_ros.vision.encodings import ImageFault


class BagSummary:
    """Counts images, frames with a visible target, and events.

    Attributes:
        frames: number of processed frames.
        faults: number of unusable images by kind of fault.
        late: number of images with an earlier stamp than the image before.
    """

    def __init__(self) -> None:
        """Start at zero."""
        self.frames = 0
        self.faults: Counter[ImageFault] = Counter()
        self.late = 0
        self._visible: Counter[Command] = Counter()
        self._events: defaultdict[Command, Counter[str]] = defaultdict(Counter)

    def add(self, result: FrameResult) -> None:
        """Add a frame."""
        self.frames += 1
        for target in result.targets:
            self._visible[target.command] += target.frames_tracked > 0
        for event in result.events:
            self._events[event.command][event.kind.name] += 1

    def lines(self, seconds: float) -> list[str]:
        """Return a table of sentences, and lines about the images.

        Args:
            seconds: total time.

        >>> summary = BagSummary()
        >>> summary.faults["undecodable"] += 2
        >>> summary.late += 1
        >>> for line in summary.lines(0.5):
        ...     print(line)
        sentence   frames visible  events
        0 frames in 0.5 s, 0.0 frames/s
        2 unusable images skipped: undecodable 2
        1 late image skipped
        """
        width = max([len("sentence"), *(len(command.sentence) for command in self._visible)])
        rows = [
            f"{command.sentence:{width}}  {f'{visible} of {self.frames}':>15}  "
            f"{_listed(self._events[command]) or 'none'}"
            for command, visible in self._visible.items()
        ]
        rows.append(
            f"{self.frames} frames in {seconds:.1f} s, {self.frames / seconds:.1f} frames/s"
        )
        unusable = self.faults.total()
        if unusable:
            rows.append(f"{_images(unusable, 'unusable ')} skipped: {_listed(self.faults)}")
        if self.late:
            rows.append(f"{_images(self.late, 'late ')} skipped")
        return [f"{'sentence':{width}}  {'frames visible':>15}  events", *rows]


def _images(count: int, kind: str = "") -> str:
    return f"{count} {kind}image{'s' if count > 1 else ''}"


def _listed(counts: "Counter[str] | Counter[ImageFault]") -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())
