"""Writes image files."""

from pathlib import Path

import cv2

from samwise_ros.files.atomic import write_atomically
from samwise_ros.vision.video_frame import Image, VideoError


def write_image(path: str | Path, image: Image) -> None:
    """Write an image; the file appears complete or not at all.

    Args:
        path: the file, whose suffix selects the format; its folder is created.
        image: (H, W, 3) RGB or (H, W) grey, uint8.

    Raises:
        VideoError: the file cannot be written; the message names the file and the reason.
    """
    path = Path(path)
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR) if image.ndim == 3 else image
    try:
        encoded, data = cv2.imencode(path.suffix, bgr)
        if not encoded:
            raise VideoError(f"{path}: cannot encode the image as {path.suffix}")
        write_atomically(path, data.tobytes(), durable=False)
    except cv2.error as error:
        raise VideoError(f"{path}: {str(error).strip().splitlines()[-1]}") from error
    except OSError as error:
        raise VideoError(f"{path}: cannot write the image: {error.strerror or error}") from error
