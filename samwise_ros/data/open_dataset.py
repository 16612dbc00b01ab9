"""Opens a data set from its specification on the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, get_args

from samwise_ros.data.dataset import Dataset, DatasetError
from samwise_ros.data.formats.mevis import Mevis
from samwise_ros.data.formats.ref_davis17 import RefDavis17
from samwise_ros.data.formats.ref_youtube_vos import RefYoutubeVos
from samwise_ros.data.formats.refcoco import Refcoco
from samwise_ros.data.painted.dataset import SUBSETS, PaintedDataset, PaintedSubset
from samwise_ros.data.painted.scene_dataset import SCENES, SceneDataset
from samwise_ros.data.painted.video import PaintedConfig, Split
from samwise_ros.data.tabletop.stored import VIDEOS

_PAINTED = "painted"
_TABLETOP = "tabletop"
PAINTED_SIZE = (320, 240)
"""Width and height of generated videos, in pixels."""
PAINTED_FRAMES = 16
"""Default number of frames of a generated video."""
_HELP = "`samwise data --help` describes the expected files"


class FolderDataset(Dataset, Protocol):
    """A split of a data set stored in files."""

    def __init__(self, folder: Path, split: str) -> None:
        """Read the list of videos of a split."""

    @staticmethod
    def splits(folder: Path) -> tuple[str, ...]:
        """Return the splits of a folder; none if the folder has another format."""
        ...

    def image_files(self, index: int, frame_indices: Sequence[int]) -> list[Path]:
        """Return the paths of a video's frames."""
        ...


FORMATS: dict[str, type[FolderDataset]] = {
    "mevis": Mevis,
    "ref_youtube_vos": RefYoutubeVos,
    "ref_davis17": RefDavis17,
    "refcoco": Refcoco,
}
"""Folder formats by their names on the command line."""


def open_dataset(spec: str, frames: int | None = None) -> Dataset:
    """Open one split of a data set; check every video's entry without reading pixels.

    Args:
        spec: ``FORMAT:DIR:SPLIT`` with a format of ``FORMATS``; ``:SPLIT`` is optional if the
            folder has a single split. For generated videos ``painted:train``, ``painted:val``,
            ``painted:test``, ``painted:late`` (objects or motions that appear late) or
            ``painted:motion`` (sentences that name only a motion); ``painted:scenes`` and
            ``painted:scenes_val`` have the demo's scenes, one video for each line of the script;
            the sentences of ``painted:scenes_absent`` describe nothing in the video.
            For simulated videos ``tabletop:val``, ``tabletop:test``, ``tabletop:unseen``,
            ``tabletop:events`` or ``tabletop:past``, rendered on request.
        frames: number of frames of each generated video; ``PAINTED_FRAMES`` by default. A scene
            has a fixed length.

    Returns:
        The data set. Generated videos have the size ``PAINTED_SIZE``.

    Raises:
        DatasetError: ``spec`` is invalid, or a file or entry is missing or damaged.
    """
    name, _, rest = spec.partition(":")
    if name == _PAINTED and rest in SCENES and frames is None:
        return SceneDataset(rest, *PAINTED_SIZE)
    if name == _PAINTED:
        return _open_painted(spec, rest, PAINTED_FRAMES if frames is None else frames)
    if frames is not None:
        raise DatasetError(
            f"{spec}: expected no number of frames for videos in a folder, got {frames}; "
            "omit frames"
        )
    if name == _TABLETOP:
        return _open_tabletop(spec, rest)
    name, folder, split = parse_spec(spec)
    splits = FORMATS[name].splits(folder)
    if not split and len(splits) == 1:
        split = splits[0]
    if split not in splits:
        choices = ", ".join(f"{name}:{folder}:{known}" for known in splits)
        raise DatasetError(f"{spec!r}: expected one of {choices}")
    dataset = FORMATS[name](folder, split)
    for index in range(len(dataset)):
        dataset.video(index)
    return dataset


def parse_spec(spec: str) -> tuple[str, Path, str]:
    """Split ``FORMAT:DIR[:SPLIT]`` into format, folder and split, which is empty if omitted.

    Raises:
        DatasetError: the format is unknown, or the folder has another format.
    """
    name, _, rest = spec.partition(":")
    if name not in FORMATS:
        formats = ", ".join(f"{known}:DIR:SPLIT" for known in FORMATS)
        raise DatasetError(f"{spec!r}: expected one of {formats}, {_generated_choices()}")
    if not rest:
        raise DatasetError(f"{spec!r}: expected {name}:DIR:SPLIT, got no folder")
    folder, split = Path(rest), ""
    if not folder.is_dir():
        before, _, split = rest.rpartition(":")
        folder = Path(before or rest)
    if not folder.is_dir():
        raise DatasetError(f"{spec!r}: {str(folder)!r} is not a folder")
    if not FORMATS[name].splits(folder):
        raise DatasetError(f"{folder}: expected a data set of format {name}; {_HELP}")
    return name, folder, split


def detect_format(folder: Path) -> str:
    """Return the format of a folder, detected from its files.

    Raises:
        DatasetError: the format is unknown.
    """
    for name, dataset_class in FORMATS.items():
        if dataset_class.splits(folder):
            return name
    raise DatasetError(
        f"{folder}: expected a data set of format {', '.join(FORMATS)}, found none; {_HELP}"
    )


def _open_painted(spec: str, split: str, frames: int) -> Dataset:
    for subset in SUBSETS:
        if split == subset:
            return PaintedSubset(subset, frames, *PAINTED_SIZE)
    for known in get_args(Split):
        if split == known:
            return PaintedDataset(known, PaintedConfig(frames, *PAINTED_SIZE))
    raise DatasetError(f"{spec!r}: expected one of {_generated_choices()}")


def _open_tabletop(spec: str, split: str) -> Dataset:
    from samwise_ros.data.tabletop.dataset import TabletopDataset  # noqa: PLC0415  (the extra sim)

    for known in VIDEOS:
        if split == known:
            return TabletopDataset(known)
    raise DatasetError(f"{spec!r}: expected one of {_generated_choices()}")


def _generated_choices() -> str:
    painted = [f"{_PAINTED}:{split}" for split in (*get_args(Split), *SUBSETS, *SCENES)]
    return ", ".join([*painted, *(f"{_TABLETOP}:{split}" for split in VIDEOS)])
