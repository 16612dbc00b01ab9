"""Preprocessing of camera images, and mask logits back at the camera's resolution."""

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from samwise_ros.network.image.resize import filter_taps, resize

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


def resized_size(height: int, width: int, side: int) -> tuple[int, int]:
    """Return the (height, width) of an image after resizing into the square.

    The short side becomes ``side - 4``. If the long side would exceed ``side``, the long side
    becomes ``side`` instead, and the short side follows.

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
        side: side S of the square, pixels.

    Returns:
        (N, 3, S, S) float32, normalised with the ImageNet mean and standard deviation. The
        padding below and to the right is zero.
    """
    size = resized_size(frames.shape[1], frames.shape[2], side)
    pixels = resize(frames.permute(0, 3, 1, 2), *size).float()
    mean, std = _statistics(pixels.device)
    pixels = (pixels / 255 - mean) / std
    height, width = pixels.shape[-2:]
    return functional.pad(pixels, (0, side - width, 0, side - height))


def masks_to_square(masks: Tensor, side: int) -> Tensor:
    """Resize masks to the size of the network's image, as `to_square` does with frames.

    Args:
        masks: (N, T, H, W) bool.
        side: side S of the square, pixels.

    Returns:
        (N, T, S, S) bool, false on the padding.
    """
    height, width = resized_size(masks.shape[2], masks.shape[3], side)
    resized = functional.interpolate(masks.float(), (height, width), mode="nearest-exact")
    return functional.pad(resized, (0, side - width, 0, side - height)) > 0


def cached_tensors(height: int, width: int, side: int, device: torch.device) -> tuple[Tensor, ...]:
    """Return the cached tensors that `to_square` reads for images of one size.

    The cache drops them after many other sizes. A recorded CUDA graph must hold a reference.
    """
    new_height, new_width = resized_size(height, width, side)
    return (*filter_taps(width, new_width, device), *filter_taps(height, new_height, device))


@lru_cache
def _statistics(device: torch.device) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation (3, 1, 1); cached to avoid a copy to the GPU."""
    mean, std = (torch.tensor(values, device=device) for values in (MEAN, STD))
    return mean.view(3, 1, 1), std.view(3, 1, 1)


def to_frame_size(low_res: Tensor, height: int, width: int, side: int) -> Tensor:
    """Resample mask logits to the camera's size and remove the padding.

    Args:
        low_res: (B, 1, S/4, S/4) mask logits.
        height: height of the camera image, pixels.
        width: width of the camera image, pixels.
        side: side S of the square, pixels.

    Returns:
        (B, 1, height, width) mask logits.
    """
    resized_height, resized_width = resized_size(height, width, side)
    square = functional.interpolate(
        low_res, size=(side, side), mode="bilinear", align_corners=False
    )
    return functional.interpolate(
        square[:, :, :resized_height, :resized_width],
        size=(height, width),
        mode="bilinear",
        align_corners=False,
    )
