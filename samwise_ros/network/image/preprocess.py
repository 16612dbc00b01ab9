"""From a camera's image to the network's square, and back."""

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from samwise_ros.network.image.resize import resize, taps

MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)


def resized_size(height: int, width: int, side: int) -> tuple[int, int]:
    """Return the size (height, width) that an image takes inside the square.

    The short side becomes ``side - 4`` unless the long one would then leave the square.

    >>> resized_size(120, 214, 256)
    (143, 256)
    >>> resized_size(100, 101, 256)
    (252, 254)
    """
    short, long = min(height, width), max(height, width)
    new_short, new_long = side - 4, int((side - 4) * long / short)
    if new_long > side:
        new_short, new_long = int(side * new_short / new_long), side
    new_short = max(new_short, 1)
    return (new_short, new_long) if height <= width else (new_long, new_short)


def to_square(frames: Tensor, side: int) -> Tensor:
    """Resize, normalise and pad images.

    Args:
        frames: (N, H, W, 3) uint8, RGB.
        side: the square's side S, pixels.

    Returns:
        (N, 3, S, S) float32; the padding below and to the right is zero.
    """
    size = resized_size(frames.shape[1], frames.shape[2], side)
    pixels = resize(frames.permute(0, 3, 1, 2), *size).float()
    mean, deviation = _statistics(pixels.device)
    pixels = (pixels / 255 - mean) / deviation
    height, width = pixels.shape[-2:]
    return functional.pad(pixels, (0, side - width, 0, side - height))


def kept_for(height: int, width: int, side: int, device: torch.device) -> tuple[Tensor, ...]:
    """Return what `to_square` keeps for images of a size, until too many other sizes came.

    Whoever replays it without calling it must keep that alive.
    """
    new_height, new_width = resized_size(height, width, side)
    return (*taps(width, new_width, device), *taps(height, new_height, device))


@lru_cache
def _statistics(device: torch.device) -> tuple[Tensor, Tensor]:
    """Return mean and deviation (3, 1, 1): kept, since the way to a GPU would be one for each."""
    mean, deviation = (torch.tensor(one, device=device) for one in (MEAN, DEVIATION))
    return mean.view(3, 1, 1), deviation.view(3, 1, 1)


def to_frame_size(low_res: Tensor, height: int, width: int, side: int) -> Tensor:
    """Bring mask logits back to the camera's size.

    Args:
        low_res: (B, 1, S/4, S/4).
        height: the camera's, pixels.
        width: the camera's, pixels.
        side: the square's side S, pixels.

    Returns:
        (B, 1, height, width).
    """
    kept_height, kept_width = resized_size(height, width, side)
    square = functional.interpolate(
        low_res, size=(side, side), mode="bilinear", align_corners=False
    )
    return functional.interpolate(
        square[:, :, :kept_height, :kept_width],
        size=(height, width),
        mode="bilinear",
        align_corners=False,
    )
