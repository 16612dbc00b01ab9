"""A folder of images, read as a video in natural order of the file names."""

import re
from collections.abc import Iterator
from pathlib import Path

from samwise_ros.vision.compressed import decode_image
from samwise_ros.vision.encodings import ImageError
from samwise_ros.vision.intensity import BitDepth
from samwise_ros.vision.video_frame import DecodedFrame, VideoError

IMAGE_SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
MAX_FILE_PIXELS = 2**26  # of an image file: 192 MiB as RGB
DEFAULT_FPS = 10.0  # MeViS and Ref-YouTube-VOS have 5 to 10 frames per second


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key that compares digits as numbers.

    >>> sorted(["frame10", "frame9", "frame1", "frame01"], key=natural_key)
    ['frame1', 'frame01', 'frame9', 'frame10']
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    # A number sorts before text; of equal numbers, the one with fewer digits comes first.
    return tuple((0, int(p), f"{len(p):09d}") if p[0] in "0123456789" else (1, 0, p) for p in parts)


class ImageFolder:
    """The images of a folder as frames.

    Attributes:
        fps: frames per second.
        count: number of images.
        error: ``None``; the folder has no header that could disagree.
    """

    def __init__(self, folder: Path, fps: float | None) -> None:
        """List the images.

        Args:
            folder: images that OpenCV can read, all of one size.
            fps: frames per second; ``None`` is `DEFAULT_FPS`.

        Raises:
            VideoError: the folder contains no image.
        """
        images = (path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
        # macOS writes hidden files beside images: ._frame0.png
        images = (path for path in images if not path.name.startswith("."))
        images = (path for path in images if path.is_file())  # Reading a FIFO would wait.
        self._paths = sorted(images, key=lambda path: natural_key(path.name))
        if not self._paths:
            expected = ", ".join(sorted(IMAGE_SUFFIXES))
            raise VideoError(f"{folder}: expected a folder of images ({expected}), got no image")
        self.fps = DEFAULT_FPS if fps is None else fps
        self.count: int | None = len(self._paths)
        self.error: str | None = None

    def frames(self) -> Iterator[DecodedFrame]:
        """Yield one frame per file."""
        bit_depth = BitDepth()
        for index, path in enumerate(self._paths):
            stamp_ns = round(index * 1e9 / self.fps)
            try:
                image = decode_image(
                    path.read_bytes(), MAX_FILE_PIXELS, apply_orientation=True, bit_depth=bit_depth
                )
            except (ImageError, OSError):
                yield DecodedFrame(None, stamp_ns, True, str(path))
            else:
                yield DecodedFrame(image, stamp_ns, False, str(path))

    def close(self) -> None:
        """Do nothing; every image is closed after it is read."""
