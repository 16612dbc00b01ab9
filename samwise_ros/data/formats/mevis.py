"""Reads the MeViS data set (Ding et al., ICCV 2023)."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.checked_json import Entry
from samwise_ros.data.dataset import Video
from samwise_ros.data.files import frame_files, image_size, read_frames, read_json
from samwise_ros.data.formats.meta_expressions import list_video
from samwise_ros.data.formats.video_cache import VideoCache
from samwise_ros.data.rle import decode

_MASKS = "mask_dict.json"


class Mevis:
    """One split of MeViS, whose expressions often refer to several objects.

    The folder contains ``train/``, ``valid_u/`` and ``valid/``, each with::

        JPEGImages/VIDEO/FRAME.jpg
        meta_expressions.json   videos/VIDEO: frames, expressions/ID: exp, obj_id, anno_id
        mask_dict.json          anno_id: for each frame a mask in COCO's run lengths, or null

    ``valid`` has no ``mask_dict.json`` and its expressions have no objects; the MeViS server scores
    it. Object ids are the values of ``anno_id``, the keys of ``mask_dict.json``.
    """

    def __init__(self, folder: Path, split: str) -> None:
        """Read the list of videos of a split.

        Raises:
            DatasetError: the list is missing or invalid.
        """
        self.name = f"mevis:{folder}:{split}"
        self._folder = folder / split
        self._videos = read_json(self._folder / "meta_expressions.json")["videos"]
        self._names = self._videos.file_names()
        self._listed = VideoCache(self._list)

    @staticmethod
    def splits(folder: Path) -> tuple[str, ...]:
        """Return the splits of a folder."""
        return tuple(sorted(path.parent.name for path in folder.glob("*/meta_expressions.json")))

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

    def truth_file(self, index: int) -> Path:
        """Return the path of further truth, which `samwise data tabletop` writes."""
        return self._folder / "truth" / f"{self.video(index).name}.npz"

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        """Read frames; see ``Dataset``."""
        return read_frames(self.image_files(index, frame_indices))

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Read the masks of objects; see ``Dataset``."""
        video = self.video(index)
        size = image_size(self.image_files(index, frame_indices)[0])
        masks = np.zeros((len(objects), len(frame_indices), *size), np.bool_)
        for row, object_id in enumerate(objects):
            if str(object_id) not in self._mask_dict:
                raise self._videos[video.name].error(
                    f"an expression refers to object {object_id}, which is not in {_MASKS}"
                )
            annotation = self._mask_dict[str(object_id)]
            if len(annotation) != len(video.frames):
                raise annotation.error(
                    f"expected a mask for each of {len(video.frames)} frames, got {len(annotation)}"
                )
            for column, frame_index in enumerate(frame_indices):
                code = annotation.element(frame_index)
                if code.value is not None:
                    masks[row, column] = decode(code, size)
        return masks

    @cached_property
    def _mask_dict(self) -> Entry:
        # Hundreds of megabytes: read only when a mask is needed.
        return read_json(self._folder / _MASKS)


def _objects(expression: Entry) -> tuple[int, ...]:
    if "anno_id" not in expression:
        return ()
    numbers = (element.number() for element in expression["anno_id"].elements())
    objects = tuple(dict.fromkeys(numbers))  # repeated ids would take memory for each copy
    if not objects:
        raise expression["anno_id"].error("expected at least one object, got none")
    return objects
