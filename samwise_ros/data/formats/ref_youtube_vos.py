"""Reads the Ref-YouTube-VOS data set (Seo et al., ECCV 2020)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.checked_json import Entry
from samwise_ros.data.dataset import Video
from samwise_ros.data.files import frame_files, read_frames, read_json, read_object_masks
from samwise_ros.data.formats.meta_expressions import list_video
from samwise_ros.data.formats.video_cache import VideoCache


class RefYoutubeVos:
    """One split of Ref-YouTube-VOS.

    The folder contains::

        meta_expressions/SPLIT/meta_expressions.json
                                    videos/VIDEO: frames, expressions/ID: exp, obj_id
        SPLIT/JPEGImages/VIDEO/FRAME.jpg
        SPLIT/Annotations/VIDEO/FRAME.png   a pixel is its object's number

    The splits are ``train``, ``valid`` and ``test``. The expressions of the last two have no
    objects; the benchmark's server scores them. A video listed in both ``valid`` and ``test``
    belongs to ``test``, as in published evaluations. Without a folder ``test/`` its images are in
    ``valid/``.
    """

    def __init__(self, folder: Path, split: str) -> None:
        """Read the list of videos of a split.

        Raises:
            DatasetError: the list is missing or invalid.
        """
        self.name = f"ref_youtube_vos:{folder}:{split}"
        has_images = (folder / split / "JPEGImages").is_dir()
        self._folder = folder / (split if has_images or split != "test" else "valid")
        lists = folder / "meta_expressions"
        self._videos = read_json(lists / split / "meta_expressions.json")["videos"]
        self._names = self._videos.file_names()
        self._listed = VideoCache(self._list)
        test = lists / "test" / "meta_expressions.json"
        if split == "valid" and test.is_file():
            others = set(read_json(test)["videos"].names())
            self._names = tuple(name for name in self._names if name not in others)

    @staticmethod
    def splits(folder: Path) -> tuple[str, ...]:
        """Return the splits of a folder."""
        lists = folder.glob("meta_expressions/*/meta_expressions.json")
        return tuple(sorted(path.parent.name for path in lists))

    def __len__(self) -> int:
        """Return the number of videos."""
        return len(self._names)

    def video(self, index: int) -> Video:
        """Return the entry of one video; see ``Dataset``."""
        return self._listed(index)

    def _list(self, index: int) -> Video:
        return list_video(self._videos, self._names[index], _objects)

    def image_files(self, index: int, frame_indices: Sequence[int]) -> list[Path]:
        """Return the paths of frames."""
        return frame_files(self._folder / "JPEGImages", self.video(index), frame_indices, "jpg")

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        """Read frames; see ``Dataset``."""
        return read_frames(self.image_files(index, frame_indices))

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Read the masks of objects; see ``Dataset``."""
        files = frame_files(self._folder / "Annotations", self.video(index), frame_indices, "png")
        return read_object_masks(files, objects)


def _objects(expression: Entry) -> tuple[int, ...]:
    if "obj_id" not in expression:
        return ()
    number = expression["obj_id"].number()
    if not 1 <= number <= 255:
        raise expression["obj_id"].error(f"expected an object from 1 to 255, got {number}")
    return (number,)
