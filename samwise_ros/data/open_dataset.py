"""Opens a data set by its name on the command line."""

from pathlib import Path
from typing import Protocol, get_args

from samwise_ros.data.dataset import Dataset, DatasetError
from samwise_ros.data.mevis import Mevis
from samwise_ros.data.ref_davis17 import RefDavis17
from samwise_ros.data.ref_youtube_vos import RefYoutubeVos
from samwise_ros.data.refcoco import Refcoco
from samwise_ros.data.tabletop import Split, TabletopConfig
from samwise_ros.data.tabletop_dataset import TabletopDataset

_TABLETOP = "tabletop"
_TABLETOP_SIZE = (320, 240)
_TABLETOP_FRAMES = 16


class FolderDataset(Dataset, Protocol):
    """A split of a data set in files."""

    def __init__(self, folder: Path, split: str) -> None:
        """List the split that a folder has."""

    @staticmethod
    def splits(folder: Path) -> tuple[str, ...]:
        """Return the splits that a folder has; none where it is not of this format."""
        ...

    def image_file(self, index: int, moment: int) -> Path:
        """Return the file of a video's frame."""
        ...


FORMATS: dict[str, type[FolderDataset]] = {
    "mevis": Mevis,
    "ref_youtube_vos": RefYoutubeVos,
    "ref_davis17": RefDavis17,
    "refcoco": Refcoco,
}
"""The formats of folders by their ids on the command line."""


def open_dataset(spec: str, frames: int | None = None) -> Dataset:
    """Open one split of a data set; every video's entry is checked, no pixel is read.

    Args:
        spec: ``FORMAT:DIR:SPLIT`` with a format of ``FORMATS``, where ``:SPLIT`` may be left out if
            the folder has one only; or ``tabletop:train``, ``tabletop:val`` or ``tabletop:test``.
        frames: length of each video that is generated (16).

    Returns:
        The data set. Generated videos are 320 x 240 pixels.

    Raises:
        DatasetError: naming what is wrong in ``spec``, or the file and entry that is.
    """
    name, _, rest = spec.partition(":")
    if name == _TABLETOP:
        return _open_tabletop(spec, rest, _TABLETOP_FRAMES if frames is None else frames)
    if frames is not None:
        raise DatasetError(f"{spec}: a folder's videos are as long as they are; leave frames out")
    dataset = open_folder(*parse_spec(spec))
    for index in range(len(dataset)):
        dataset.video(index)
    return dataset


def parse_spec(spec: str) -> tuple[str, Path, str]:
    """Take ``FORMAT:DIR[:SPLIT]`` apart: format, folder and split.

    Raises:
        DatasetError: there is no such format, folder or split; the message lists what there is.
    """
    name, _, rest = spec.partition(":")
    if name not in FORMATS:
        names = ", ".join(f"{known}:DIR:SPLIT" for known in FORMATS)
        tabletop = ", ".join(f"{_TABLETOP}:{split}" for split in get_args(Split))
        raise DatasetError(f"{spec!r}: expected one of {names}, {tabletop}")
    folder, split = Path(rest), ""
    if not folder.is_dir():
        before, _, split = rest.rpartition(":")
        folder = Path(before or rest)
    if not rest:
        raise DatasetError(f"{spec!r}: expected {name}:DIR:SPLIT, got no folder")
    if not folder.is_dir():
        raise DatasetError(f"{spec!r}: {str(folder)!r} is not a folder")
    there = FORMATS[name].splits(folder)
    if not there:
        raise DatasetError(f"{folder}: holds no {name}; `samwise data --help` shows what it should")
    if not split and len(there) == 1:
        return name, folder, there[0]
    if split not in there:
        choices = ", ".join(f"{name}:{folder}:{known}" for known in there)
        raise DatasetError(f"{spec!r}: expected one of {choices}")
    return name, folder, split


def open_folder(name: str, folder: Path, split: str) -> FolderDataset:
    """Open a split without a look at each video's entry.

    Raises:
        DatasetError: a file that lists videos is missing or broken.
    """
    return FORMATS[name](folder, split)


def _open_tabletop(spec: str, split: str, frames: int) -> Dataset:
    for known in get_args(Split):
        if split == known:
            return TabletopDataset(known, TabletopConfig(frames, *_TABLETOP_SIZE))
    choices = ", ".join(f"{_TABLETOP}:{known}" for known in get_args(Split))
    raise DatasetError(f"{spec!r}: expected one of {choices}")
