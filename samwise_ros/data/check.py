"""Looks through a data set's folder and names all that is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from samwise_ros.data.dataset import DatasetError, Video
from samwise_ros.data.files import image_size
from samwise_ros.data.open_dataset import FORMATS, FolderDataset


@dataclass
class Findings:
    """What a split of a data set holds.

    Attributes:
        split: its name.
        videos: how many it lists; images count as videos.
        expressions: how many.
        frames: how many, of all videos together.
        objects: how many that expressions mean, likewise.
        problems: each with its file and entry, in the order in which they were found.
    """

    split: str
    videos: int = 0
    expressions: int = 0
    frames: int = 0
    objects: int = 0
    problems: list[str] = field(default_factory=list)

    def add_problem(self, error: DatasetError) -> None:
        """Note a problem, once."""
        if str(error) not in self.problems:
            self.problems.append(str(error))


def check_split(name: str, folder: Path, split: str) -> Findings:
    """Read every entry, every image's header and every mask of a split, with a progress bar.

    Args:
        name: of the format.
        folder: of the data set.
        split: one that it has.

    Returns:
        What was found.
    """
    findings = Findings(split)
    try:
        dataset = FORMATS[name](folder, split)
    except DatasetError as error:
        findings.add_problem(error)
        return findings
    findings.videos = len(dataset)
    for index in tqdm(range(len(dataset)), desc=f"{name} {split}", unit="video"):
        try:
            video = dataset.video(index)
        except DatasetError as error:
            findings.add_problem(error)
        else:
            _check_video(dataset, index, video, findings)
    return findings


def _check_video(dataset: FolderDataset, index: int, video: Video, findings: Findings) -> None:
    objects = sorted({number for said in video.expressions for number in said.objects})
    findings.expressions += len(video.expressions)
    findings.frames += len(video.frames)
    findings.objects += len(objects)
    if not video.expressions:
        findings.add_problem(DatasetError(f"{dataset.name}: {video.name}: no expression"))
    seen: set[int] = set()
    for moment in range(len(video.frames)):
        seen |= _check_frame(dataset, index, objects, moment, findings)
    for number in sorted(set(objects) - seen):
        findings.add_problem(
            DatasetError(f"{dataset.name}: {video.name}: object {number} is in no frame")
        )


def _check_frame(
    dataset: FolderDataset, index: int, objects: Sequence[int], moment: int, findings: Findings
) -> set[int]:
    """Return the objects that are in view, or of which nobody can tell."""
    try:
        (file,) = dataset.image_files(index, (moment,))
        size = image_size(file)
    except DatasetError as error:
        findings.add_problem(error)
        return set(objects)
    seen = set()
    for number in objects:
        try:
            (mask,) = dataset.masks(index, (number,), (moment,))[0]
        except DatasetError as error:
            findings.add_problem(error)
            seen.add(number)
            continue
        if mask.shape != size:
            findings.add_problem(
                DatasetError(f"{file}: height and width {size}, but its masks have {mask.shape}")
            )
        if mask.any():
            seen.add(number)
    return seen
