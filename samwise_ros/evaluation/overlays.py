"""Writes what was found as videos to look at."""

from pathlib import Path

from samwise_ros.evaluation.result_writers import Stretch
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.overlay import Layer, draw_overlay
from samwise_ros.vision.video_writer import VideoWriter

_FPS = 10.0


class Overlays:
    """A folder with ``VIDEO/EXPRESSION.mp4``, or ``.png`` of a video of one frame."""

    def __init__(self, folder: Path, apart: bool) -> None:
        """Choose the place.

        Args:
            folder: where to write.
            apart: whether each way to run the model gets a folder of its own in it.
        """
        self._folder, self._apart = folder, apart
        self._writers: dict[Path, VideoWriter] = {}

    def write(self, way: RunConfig, stretch: Stretch) -> None:
        """Write some frames; see ``Output``."""
        folder = self._folder / way.folder if self._apart else self._folder
        video = stretch.video
        for expression, masks in zip(stretch.expressions, stretch.masks, strict=True):
            frames = [
                draw_overlay(image, [Layer(mask, 1, expression.sentence)])
                for image, mask in zip(stretch.images, masks, strict=True)
            ]
            place = folder / video.name / expression.id
            if len(video.frames) == 1:
                write_image(place.with_name(f"{place.name}.png"), frames[0])
                continue
            path = place.with_name(f"{place.name}.mp4")
            if stretch.frame_indices[0] == 0:
                self._writers[path] = VideoWriter(path, _FPS)
            for frame in frames:
                self._writers[path].write(frame)
            if stretch.frame_indices[-1] == len(video.frames) - 1:
                self._writers.pop(path).close()
