"""Reads the Ref-DAVIS17 data set (Khoreva et al., ACCV 2018)."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.dataset import DatasetError, Expression, Video
from samwise_ros.data.files import frame_files, read_frames, read_lines, read_object_masks
from samwise_ros.data.formats.video_cache import VideoCache
from samwise_ros.files.data_path import name_problem
from samwise_ros.vision.image_folder import natural_key

#: For each annotator, from 0: the file, its encoding, and what the annotator saw before writing.
TEXTS = (
    ("Davis17_annot1.txt", "utf-8", "first_frame"),
    ("Davis17_annot1_full_video.txt", "utf-8", "full_video"),
    ("Davis17_annot2.txt", "latin-1", "first_frame"),
    ("Davis17_annot2_full_video.txt", "latin-1", "full_video"),
)
# Spellings in some of the files, and the names of the videos.
_MISSPELT = {"clasic-car": "classic-car", "dog-scale": "dogs-scale", "motor-bike": "motorbike"}


class RefDavis17:
    """One split of Ref-DAVIS17: videos of DAVIS 2017 with four descriptions of each object.

    Both archives are unpacked in the folder::

        davis_text_annotations/Davis17_annot{1,2}{,_full_video}.txt    VIDEO OBJECT "sentence"
        DAVIS/ImageSets/2017/{train,val}.txt
        DAVIS/JPEGImages/480p/VIDEO/FRAME.jpg
        DAVIS/Annotations_unsupervised/480p/VIDEO/FRAME.png   a pixel is its object's number

    Published evaluations use ``Annotations_unsupervised``; without it, ``Annotations`` is read. Two
    people wrote after seeing the first frame and again after seeing the full video. As in published
    evaluations they count as four annotators, and the expressions of object k are numbered from
    4 (k - 1) on.
    """

    def __init__(self, folder: Path, split: str) -> None:
        """Read the list of videos of a split and their sentences.

        Raises:
            DatasetError: a list or the sentences are missing or invalid.
        """
        self.name = f"ref_davis17:{folder}:{split}"
        davis = folder / "DAVIS"
        self._list = davis / "ImageSets" / "2017" / f"{split}.txt"
        self._images = davis / "JPEGImages" / "480p"
        unsupervised = davis / "Annotations_unsupervised"
        annotations = unsupervised if unsupervised.is_dir() else davis / "Annotations"
        self._annotations = annotations / "480p"
        self._names = read_lines(self._list)
        for name in self._names:
            if problem := name_problem(name):
                raise DatasetError(f"{self._list}: {name[:60]!a}: expected a video, got {problem}")
        self._listed = VideoCache(self._list_video)
        self._expressions = _read_expressions(folder / "davis_text_annotations")

    @staticmethod
    def splits(folder: Path) -> tuple[str, ...]:
        """Return the splits of a folder."""
        if not (folder / "davis_text_annotations").is_dir():
            return ()
        return tuple(sorted(path.stem for path in folder.glob("DAVIS/ImageSets/2017/*.txt")))

    def __len__(self) -> int:
        """Return the number of videos."""
        return len(self._names)

    def video(self, index: int) -> Video:
        """Return the entry of one video; see ``Dataset``."""
        return self._listed(index)

    def _list_video(self, index: int) -> Video:
        name = self._names[index]
        names = (path.stem for path in (self._images / name).glob("[!.]*.jpg"))
        frames = tuple(sorted(names, key=natural_key))
        if not frames:
            raise DatasetError(f"{self._list}: {name}: no frame in {self._images / name}")
        if name not in self._expressions:
            raise DatasetError(
                f"{self._list}: {name}: expected a sentence in {TEXTS[0][0]} or in the same folder"
            )
        return Video(name, frames, self._expressions[name])

    def image_files(self, index: int, frame_indices: Sequence[int]) -> list[Path]:
        """Return the paths of frames."""
        return frame_files(self._images, self.video(index), frame_indices, "jpg")

    def images(self, index: int, frame_indices: Sequence[int]) -> NDArray[np.uint8]:
        """Read frames; see ``Dataset``."""
        return read_frames(self.image_files(index, frame_indices))

    def masks(
        self, index: int, objects: Sequence[int], frame_indices: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Read the masks of objects; see ``Dataset``."""
        files = frame_files(self._annotations, self.video(index), frame_indices, "png")
        return read_object_masks(files, objects)


def _read_expressions(folder: Path) -> dict[str, tuple[Expression, ...]]:
    """Read the expressions of all annotators, by video and in the order of the objects."""
    found: dict[str, list[Expression]] = defaultdict(list)
    for annotator, (name, encoding, kind) in enumerate(TEXTS):
        file = folder / name
        for line in read_lines(file, encoding):
            video, number, sentence = _parse(file, line)
            key = str(len(TEXTS) * (number - 1) + annotator)
            found[_MISSPELT.get(video, video)].append(
                Expression(sentence, (number,), key, kind, annotator=annotator)
            )
    return {
        video: tuple(sorted(expressions, key=lambda expression: int(expression.id)))
        for video, expressions in found.items()
    }


def _parse(file: Path, line: str) -> tuple[str, int, str]:
    """Split a line into video, object and sentence.

    >>> _parse(Path("Davis17_annot1.txt"), 'bear 1 "a brown bear"')
    ('bear', 1, 'a brown bear')
    """
    video, number, sentence = [*line.split(maxsplit=2), "", ""][:3]
    sentence = " ".join(sentence.strip('"').split())
    if not number.isdecimal() or not 1 <= int(number) <= 255 or not sentence:
        raise DatasetError(f'{file}: expected VIDEO OBJECT "sentence", got {line[:60]!r}')
    return video, int(number), sentence
