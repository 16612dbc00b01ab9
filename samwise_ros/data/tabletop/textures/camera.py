"""What a camera adds to an image: exposure, lens blur and noise."""

import cv2
import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.description import CameraPath


def develop(
    rng: np.random.Generator, image: NDArray[np.uint8], camera: CameraPath, frame: int
) -> NDArray[np.uint8]:
    """Return the image as the camera takes it.

    Args:
        rng: source of the noise.
        image: (H, W, 3) uint8 RGB, as rendered.
        camera: the camera.
        frame: number of the frame.
    """
    light = image.astype(np.float32) * np.float32(camera.exposure[frame])
    sigma = camera.blur * image.shape[1]
    if sigma > 0.3:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), sigma), np.float32)
    # Shot noise grows with the light; highlights are compressed and not cut off.
    grain = rng.standard_normal(image.shape, np.float32) * np.float32(camera.noise)
    light = light + grain * (0.5 + light / 255)
    bright = np.maximum(light - 200, 0)
    light = light - bright + 55 * (1 - np.exp(-bright / 55))
    return np.asarray(np.clip(np.round(light), 0, 255), np.uint8)
