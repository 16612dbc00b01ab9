"""Writes masks in the layouts that the benchmarks' servers and programs accept."""

from collections import defaultdict
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from samwise_ros.evaluation.label_maps import LABEL_MAP_FORMAT
from samwise_ros.evaluation.result_writers.result_writer import FrameResults
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.files.atomic import write_atomically
from samwise_ros.files.data_path import path_below
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.overlay import colour_of

_PALETTE = bytes((0, 0, 0)) + b"".join(bytes(colour_of(label)) for label in range(1, 256))


class PredictionWriter:
    """Writes a folder of masks.

    The server of MeViS accepts ``VIDEO/EXPRESSION/FRAME.png``, zipped from inside the folder. The
    server of Ref-YouTube-VOS accepts ``Annotations/VIDEO/EXPRESSION/FRAME.png``. A pixel is 0 or
    255. For Ref-DAVIS17, DAVIS's program reads label maps in one folder for each annotator,
    ``anno_N/VIDEO/FRAME.png``, in which a pixel is its object's number. Other data sets use the
    layout of MeViS.
    """

    def __init__(self, folder: Path, data_format: str, separate_runs: bool) -> None:
        """Select the folder and its layout.

        Args:
            folder: folder to write to.
            data_format: format of the data set, such as ``mevis``.
            separate_runs: write each run configuration to a separate subfolder.
        """
        self._folder, self._format, self._separate_runs = folder, data_format, separate_runs

    def close(self) -> None:
        """Do nothing: the files of each video are complete; see ``ResultWriter``."""

    def write(self, run_config: RunConfig, results: FrameResults) -> None:
        """Write the masks of some frames; see ``ResultWriter``."""
        folder = self._folder / run_config.folder if self._separate_runs else self._folder
        if self._format == LABEL_MAP_FORMAT:
            self._write_label_maps(folder, results)
            return
        if self._format == "ref_youtube_vos":
            folder = folder / "Annotations"
        for expression, masks in zip(results.expressions, results.masks, strict=True):
            for frame_index, mask in zip(results.frame_indices, masks, strict=True):
                name = f"{results.video.frames[frame_index]}.png"
                path = path_below(folder, results.video.name, expression.id, name)
                write_image(path, mask.astype(np.uint8) * 255)

    def _write_label_maps(self, folder: Path, results: FrameResults) -> None:
        annotators: dict[int, NDArray[np.uint8]] = defaultdict(
            lambda: np.zeros(results.masks.shape[1:], np.uint8)
        )
        for expression, masks in zip(results.expressions, results.masks, strict=True):
            annotators[expression.annotator][masks] = expression.objects[0]
        for annotator, labels in annotators.items():
            video_folder = path_below(folder / f"anno_{annotator}", results.video.name)
            for frame_index, plane in zip(results.frame_indices, labels, strict=True):
                image = Image.fromarray(plane)
                image.putpalette(_PALETTE)
                png = BytesIO()
                image.save(png, "PNG")
                path = path_below(video_folder, f"{results.video.frames[frame_index]}.png")
                write_atomically(path, png.getvalue(), durable=False)
