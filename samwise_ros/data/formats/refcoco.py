"""Reads RefCOCO, RefCOCO+ (Yu et al., ECCV 2016) and RefCOCOg (Mao et al., CVPR 2016)."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.checked_json import Entry
from samwise_ros.data.dataset import DatasetError, Expression, Video
from samwise_ros.data.files import image_size, read_frames, read_json
from samwise_ros.data.pickled import read_plain_pickle
from samwise_ros.data.rle import decode
from samwise_ros.files.data_path import path_below

# Authors of the division into splits, by preference. Google's RefCOCOg has images in two splits;
# UMD's does not.
_SPLIT_BY = ("unc", "umd", "google")


class Refcoco:
    """One split of RefCOCO, RefCOCO+ or RefCOCOg; each image is a video of one frame.

    The folder is one of the three as distributed, such as ``refcoco+/``::

        instances.json   images: id, file_name, height, width
                         annotations: id, image_id, segmentation (polygons or run lengths)
        refs(unc).p      a list: image_id, ann_id, split, sentences: sent_id, sent
                         or refs(umd).p, refs(google).p

    COCO's ``train2014/`` is in the folder or next to it. RefCOCO and RefCOCO+ have the splits
    ``train``, ``val``, ``testA`` and ``testB``; RefCOCOg has ``train``, ``val`` and ``test``.
    """

    def __init__(self, folder: Path, split: str) -> None:
        """Read the list of images of a split.

        Raises:
            DatasetError: a file is missing or an entry is invalid.
        """
        self.name = f"refcoco:{folder}:{split}"
        inside = folder / "train2014"
        self._folder = inside if inside.is_dir() else folder.parent / "train2014"
        instances = read_json(folder / "instances.json")
        self._images = _by_id(instances["images"])
        self._annotations = _by_id(instances["annotations"])
        self._refs: dict[int, list[Entry]] = defaultdict(list)
        for ref in read_plain_pickle(_refs_file(folder)).elements():
            if ref["split"].text() == split:
                self._refs[ref["image_id"].number()].append(ref)
        self._ids = tuple(self._refs)
        if not self._ids:
            raise DatasetError(
                f"{_refs_file(folder)}: expected entries of the split {split}, found none"
            )

    @staticmethod
    def splits(folder: Path) -> tuple[str, ...]:
        """Return the splits of a folder."""
        if not any((folder / f"refs({by}).p").is_file() for by in _SPLIT_BY):
            return ()
        refs = read_plain_pickle(_refs_file(folder)).elements()
        return tuple(sorted({ref["split"].text() for ref in refs}))

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self._ids)

    def video(self, index: int) -> Video:
        """Return the entry of one image; see ``Dataset``."""
        refs = self._refs[self._ids[index]]
        name = Path(self._image(index)["file_name"].file_name()).stem
        expressions: list[Expression] = []
        for ref in refs:
            number = ref["ann_id"].number()
            if number not in self._annotations:
                raise ref.error(f"object {number} is not among the annotations of instances.json")
            expressions.extend(
                Expression(sentence["sent"].text(), (number,), str(sentence["sent_id"].number()))
                for sentence in ref["sentences"].elements()
            )
        return Video(name, (name,), tuple(expressions))

    def image_files(self, index: int, frame_indices: Sequence[int]) -> list[Path]:
        """Return the path of the image once for each frame index."""
        return [path_below(self._folder, self._image(index)["file_name"].file_name())] * len(
            frame_indices
        )

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        """Read the image; see ``Dataset``."""
        return read_frames(self.image_files(index, frame_indices))

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Read the masks of objects; see ``Dataset``."""
        size = self._size(index)
        masks = [decode(self._annotations[number]["segmentation"], size) for number in objects]
        stacked = np.stack(masks)[:, None] if masks else np.zeros((0, 1, *size), np.bool_)
        return np.repeat(stacked, len(frame_indices), axis=1)

    def _size(self, index: int) -> tuple[int, int]:
        """Return the height and width of an image, which its polygons refer to."""
        image = self._image(index)
        listed_size = (image["height"].number(), image["width"].number())
        file = self.image_files(index, (0,))[0]
        size = image_size(file)
        if size != listed_size:
            raise image.error(f"height and width {listed_size}, but {file} has {size}")
        return size

    def _image(self, index: int) -> Entry:
        number = self._ids[index]
        if number not in self._images:
            raise self._refs[number][0].error(f"image {number} is not in instances.json")
        return self._images[number]


def _refs_file(folder: Path) -> Path:
    files = [folder / f"refs({by}).p" for by in _SPLIT_BY]
    return next((file for file in files if file.is_file()), files[0])


def _by_id(entries: Entry) -> dict[int, Entry]:
    return {entry["id"].number(): entry for entry in entries.elements()}
