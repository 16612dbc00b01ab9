"""Writes masks as the folders that the benchmarks' servers and programs accept."""

from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from samwise_ros.evaluation.result_writers import Stretch
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.overlay import colour_of

_PALETTE = bytes((0, 0, 0)) + b"".join(bytes(colour_of(label)) for label in range(1, 256))


class Predictions:
    """A folder of masks.

    MeViS's server takes ``VIDEO/EXPRESSION/FRAME.png``, zipped from inside the folder; that of
    Ref-YouTube-VOS takes ``Annotations/VIDEO/EXPRESSION/FRAME.png``. A pixel is 0 or 255. DAVIS's
    program takes label maps, of Ref-DAVIS17 one folder for each annotator,
    ``anno_N/VIDEO/FRAME.png``, in which a pixel has its object's number. Other data is written as
    that of MeViS.
    """

    def __init__(self, folder: Path, data_format: str, apart: bool) -> None:
        """Choose the layout.

        Args:
            folder: where to write.
            data_format: the data set's, such as ``mevis``.
            apart: whether each way to run the model gets a folder of its own in it.
        """
        self._folder, self._format, self._apart = folder, data_format, apart

    def write(self, way: RunConfig, stretch: Stretch) -> None:
        """Write the masks of some frames; see ``Output``."""
        folder = self._folder / way.folder if self._apart else self._folder
        if self._format == "ref_davis17":
            self._write_label_maps(folder, stretch)
            return
        if self._format == "ref_youtube_vos":
            folder = folder / "Annotations"
        for expression, masks in zip(stretch.expressions, stretch.masks, strict=True):
            place = folder / stretch.video.name / expression.id
            for moment, mask in zip(stretch.frame_indices, masks, strict=True):
                name = f"{stretch.video.frames[moment]}.png"
                write_image(place / name, mask.astype(np.uint8) * 255)

    def _write_label_maps(self, folder: Path, stretch: Stretch) -> None:
        annotators: dict[int, NDArray[np.uint8]] = defaultdict(
            lambda: np.zeros(stretch.masks.shape[1:], np.uint8)
        )
        for expression, masks in zip(stretch.expressions, stretch.masks, strict=True):
            annotators[expression.annotator][masks] = expression.objects[0]
        for annotator, labels in annotators.items():
            place = folder / f"anno_{annotator}" / stretch.video.name
            place.mkdir(parents=True, exist_ok=True)
            for moment, plane in zip(stretch.frame_indices, labels, strict=True):
                image = Image.fromarray(plane)
                image.putpalette(_PALETTE)
                image.save(place / f"{stretch.video.frames[moment]}.png")
