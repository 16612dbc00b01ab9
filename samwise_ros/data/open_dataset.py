"""Opens a data set by its name on the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, get_args

from samwise_ros.data.dataset import Dataset, DatasetError
from samwise_ros.data.formats.mevis import Mevis
from samwise_ros.data.formats.ref_davis17 import RefDavis17
from samwise_ros.data.formats.ref_youtube_vos import RefYoutubeVos
from samwise_ros.data.formats.refcoco import Refcoco
from samwise_ros.data.tabletop.dataset import PARTS, TabletopDataset, TabletopPart
from samwise_ros.data.tabletop.video import Split, TabletopConfig

_TABLETOP = "tabletop"
_TABLETOP_SIZE = (320, 240)
_TABLETOP_FRAMES = 16
_HELP = "`samwise data --help` shows what should be in it"


class FolderDataset(Dataset, Protocol):
    """A split of a data set in files."""

    def __init__(self, folder: Path, split: str) -> None:
        """List the split that a folder has."""

    @staticmethod
    def splits(folder: Path) -> tuple[str, ...]:
        """Return the splits that a folder has; none where it is not of this format."""
        ...

    def image_files(self, index: int, frame_indices: Sequence[int]) -> list[Path]:
        """Return the files of a video's frames."""
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
            the folder has one only; or ``tabletop:train``, ``tabletop:val``, ``tabletop:test``, or
            ``tabletop:late`` for videos in which what is named comes late or begins late, or
            ``tabletop:motion`` for sentences that name a motion alone.
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
    name, folder, split = parse_spec(spec)
    there = FORMATS[name].splits(folder)
    if not split and len(there) == 1:
        split = there[0]
    if split not in there:
        choices = ", ".join(f"{name}:{folder}:{known}" for known in there)
        raise DatasetError(f"{spec!r}: expected one of {choices}")
    dataset = FORMATS[name](folder, split)
    for index in range(len(dataset)):
        dataset.video(index)
    return dataset


def parse_spec(spec: str) -> tuple[str, Path, str]:
    """Take ``FORMAT:DIR[:SPLIT]`` apart: format, folder and split, empty where none is named.

    Raises:
        DatasetError: there is no such format, or the folder holds none of it.
    """
    name, _, rest = spec.partition(":")
    if name not in FORMATS:
        formats = ", ".join(f"{known}:DIR:SPLIT" for known in FORMATS)
        raise DatasetError(f"{spec!r}: expected one of {formats}, {_tabletop_choices()}")
    if not rest:
        raise DatasetError(f"{spec!r}: expected {name}:DIR:SPLIT, got no folder")
    folder, split = Path(rest), ""
    if not folder.is_dir():
        before, _, split = rest.rpartition(":")
        folder = Path(before or rest)
    if not folder.is_dir():
        raise DatasetError(f"{spec!r}: {str(folder)!r} is not a folder")
    if not FORMATS[name].splits(folder):
        raise DatasetError(f"{folder}: holds no {name}; {_HELP}")
    return name, folder, split


def recognise(folder: Path) -> str:
    """Return the format of a folder, by its files.

    Raises:
        DatasetError: it has none that is known.
    """
    for name, known in FORMATS.items():
        if known.splits(folder):
            return name
    raise DatasetError(f"{folder}: holds none of {', '.join(FORMATS)}; {_HELP}")


def _open_tabletop(spec: str, split: str, frames: int) -> Dataset:
    for part in PARTS:
        if split == part:
            return TabletopPart(part, frames, *_TABLETOP_SIZE)
    for known in get_args(Split):
        if split == known:
            return TabletopDataset(known, TabletopConfig(frames, *_TABLETOP_SIZE))
    raise DatasetError(f"{spec!r}: expected one of {_tabletop_choices()}")


def _tabletop_choices() -> str:
    return ", ".join(f"{_TABLETOP}:{split}" for split in (*get_args(Split), *PARTS))
