"""What `samwise bag` says at its end."""

from collections import Counter, defaultdict

from samwise_ros.engine.types import Command, FrameResult
from samwise_ros.vision.encodings import ImageFault


class Tally:
    """Counts images, sightings and events."""

    def __init__(self, expected: int) -> None:
        """Begin at nothing, and expect as many images as the bag says it has."""
        self.frames = 0
        self._expected = expected
        self.faults: Counter[ImageFault] = Counter()
        self._seen: Counter[Command] = Counter()
        self._events: defaultdict[Command, Counter[str]] = defaultdict(Counter)

    def add(self, result: FrameResult) -> None:
        """Count a frame."""
        self.frames += 1
        for target in result.targets:
            self._seen[target.command] += target.frames_tracked > 0
        for event in result.events:
            self._events[event.command][event.kind.name] += 1

    def lines(self, seconds: float) -> list[str]:
        """Give a row for each sentence, and what became of the images.

        Args:
            seconds: that all of it took.

        >>> tally = Tally(3)
        >>> tally.faults["undecodable"] += 2
        >>> for line in tally.lines(0.5):
        ...     print(line)
        sentence      frames seen  events
        0 frames in 0.5 s, 0.0 frames/s
        2 unusable images skipped: undecodable 2
        1 image missing: the bag is damaged
        """
        width = max([len("sentence"), *(len(command.sentence) for command in self._seen)])
        rows = [
            f"{command.sentence:{width}}  {f'{seen} of {self.frames}':>15}  "
            f"{_listed(self._events[command]) or 'none'}"
            for command, seen in self._seen.items()
        ]
        rows.append(
            f"{self.frames} frames in {seconds:.1f} s, {self.frames / seconds:.1f} frames/s"
        )
        unusable = self.faults.total()
        missing = self._expected - self.frames - unusable
        if unusable:
            rows.append(f"{_images(unusable, 'unusable ')} skipped: {_listed(self.faults)}")
        if missing > 0:
            rows.append(f"{_images(missing)} missing: the bag is damaged")
        return [f"{'sentence':{width}}  {'frames seen':>15}  events", *rows]


def _images(count: int, kind: str = "") -> str:
    return f"{count} {kind}image{'s' if count > 1 else ''}"


def _listed(counts: "Counter[str] | Counter[ImageFault]") -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())
