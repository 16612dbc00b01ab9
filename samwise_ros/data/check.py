"""Checks a data set's folder and lists every problem."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from samwise_ros.data.dataset import ABSENT, DatasetError, Video
from samwise_ros.data.files import read_arrays
from samwise_ros.data.formats.mevis import Mevis
from samwise_ros.data.open_dataset import FORMATS, FolderDataset


@dataclass
class SplitReport:
    """Counts and problems of one split.

    Attributes:
        split: name of the split.
        videos: number of videos; images count as videos.
        expressions: number of expressions.
        frames: number of frames of all videos.
        objects: number of objects that expressions refer to, of all videos.
        kinds: number of expressions of each kind, where the data set has kinds.
        words: different words of all expressions.
        problems: each with its file and entry, in the order found.
    """

    split: str
    videos: int = 0
    expressions: int = 0
    frames: int = 0
    objects: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    words: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    _known: set[str] = field(default_factory=set, repr=False)

    def add_problem(self, error: DatasetError) -> None:
        """Add a problem unless it is already listed."""
        if str(error) not in self._known:
            self._known.add(str(error))
            self.problems.append(str(error))

    def counts(self) -> dict[str, str | int]:
        """Return the name of the split and all counts, by their names."""
        return {
            "split": self.split,
            "videos": self.videos,
            "expressions": self.expressions,
            "frames": self.frames,
            "objects": self.objects,
            "words": len(self.words),
            "problems": len(self.problems),
        }


def check_split(name: str, folder: Path, split: str) -> SplitReport:
    """Read every entry, image and mask of a split, and its further truth, with a progress bar.

    Args:
        name: name of the format.
        folder: folder of the data set.
        split: a split that the folder contains.

    Returns:
        Counts and problems.
    """
    report = SplitReport(split)
    try:
        dataset = FORMATS[name](folder, split)
    except DatasetError as error:
        report.add_problem(error)
        return report
    report.videos = len(dataset)
    for index in tqdm(range(len(dataset)), desc=f"{name} {split}", unit="video"):
        try:
            video = dataset.video(index)
        except DatasetError as error:
            report.add_problem(error)
        else:
            _check_video(dataset, index, video, report)
    return report


def _check_video(dataset: FolderDataset, index: int, video: Video, report: SplitReport) -> None:
    objects = sorted({number for expression in video.expressions for number in expression.objects})
    report.expressions += len(video.expressions)
    report.kinds.update(expression.kind for expression in video.expressions if expression.kind)
    for expression in video.expressions:
        report.words.update(expression.sentence.lower().split())
    report.frames += len(video.frames)
    report.objects += len(objects)
    if not video.expressions:
        report.add_problem(DatasetError(f"{dataset.name}: {video.name}: no expression"))
    visible: set[int] = set()
    if isinstance(dataset, Mevis) and (truth := dataset.truth_file(index)).exists():
        try:
            read_arrays(truth)
        except DatasetError as error:
            report.add_problem(error)
    for frame_index in range(len(video.frames)):
        visible |= _check_frame(dataset, index, objects, frame_index, report)
    absent = {
        number
        for expression in video.expressions
        if expression.kind == ABSENT
        for number in expression.objects
    }
    for number in sorted(set(objects) - visible - absent):
        report.add_problem(
            DatasetError(f"{dataset.name}: {video.name}: object {number} is in no frame")
        )


def _check_frame(
    dataset: FolderDataset,
    index: int,
    objects: Sequence[int],
    frame_index: int,
    report: SplitReport,
) -> set[int]:
    """Return the objects that are visible or whose visibility cannot be determined."""
    try:
        (file,) = dataset.image_files(index, (frame_index,))
        size = dataset.images(index, (frame_index,)).shape[1:3]
    except DatasetError as error:
        report.add_problem(error)
        return set(objects)
    visible = set()
    for number in objects:
        try:
            (mask,) = dataset.masks(index, (number,), (frame_index,))[0]
        except DatasetError as error:
            report.add_problem(error)
            visible.add(number)
            continue
        if mask.shape != size:
            report.add_problem(
                DatasetError(f"{file}: height and width {size}, but its masks have {mask.shape}")
            )
        if mask.any():
            visible.add(number)
    return visible
