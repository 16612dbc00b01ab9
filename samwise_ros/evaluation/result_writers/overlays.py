"""Writes videos with the masks drawn over the images."""

from pathlib import Path

from samwise_ros.evaluation.result_writers.result_writer import FrameResults
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.files.data_path import path_below
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.overlay import OverlayItem, draw_overlay
from samwise_ros.vision.video_writer import VideoWriter

_FPS = 10.0


class OverlayWriter:
    """Writes ``VIDEO/EXPRESSION.mp4``, or ``.png`` for a video of one frame."""

    def __init__(self, folder: Path, separate_runs: bool) -> None:
        """Select the folder.

        Args:
            folder: folder to write to.
            separate_runs: write each run configuration to a separate subfolder.
        """
        self._folder, self._separate_runs = folder, separate_runs
        self._writers: dict[Path, VideoWriter] = {}

    def close(self) -> None:
        """Do nothing: the files of each video are complete; see ``ResultWriter``."""

    def write(self, run_config: RunConfig, results: FrameResults) -> None:
        """Write some frames; see ``ResultWriter``."""
        folder = self._folder / run_config.folder if self._separate_runs else self._folder
        video = results.video
        for expression, masks in zip(results.expressions, results.masks, strict=True):
            frames = [
                draw_overlay(image, [OverlayItem(mask, 1, expression.sentence)])
                for image, mask in zip(results.images, masks, strict=True)
            ]
            if len(video.frames) == 1:
                write_image(path_below(folder, video.name, f"{expression.id}.png"), frames[0])
                continue
            path = path_below(folder, video.name, f"{expression.id}.mp4")
            if results.frame_indices[0] == 0:
                self._writers[path] = VideoWriter(path, _FPS)
            for frame in frames:
                self._writers[path].write(frame)
            if results.frame_indices[-1] == len(video.frames) - 1:
                self._writers.pop(path).close()
