"""Reads video files, image folders and cameras frame by frame, in constant memory."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from samwise_ros.vision.camera_capture import CameraCapture
from samwise_ros.vision.image_folder import ImageFolder
from samwise_ros.vision.video_file import VideoFile
from samwise_ros.vision.video_frame import DecodedFrame, Image, VideoError, VideoFrame


class VideoReader:
    """The frames of a video file, a folder of images or a camera.

    A frame that cannot be decoded keeps its place and its time, and repeats the frame before.

    Attributes:
        fps: mean frames per second.
        count: number of frames according to the header or folder; ``None`` if unknown.
        damaged: indices, from 0, of the damaged frames read so far.
    """

    def __init__(self, source: str | Path | int, fps: float | None = None) -> None:
        """Open a source.

        Args:
            source: path of a video file, path of a folder of images (sorted by name, with numbers
                compared as numbers), or index of a camera, also in digits.
            fps: frames per second of a folder; 10 by default. Ignored for other sources.

        Raises:
            VideoError: the source does not exist or cannot be read.
        """
        self.source = str(source)
        if fps is not None and not 0 < fps < 1e6:
            raise VideoError(f"{self.source}: expected more than 0 frames per second, got {fps}")
        path = Path(self.source)
        self._video: ImageFolder | VideoFile | CameraCapture
        if path.is_dir():
            self._video = ImageFolder(path, fps)
        elif path.exists():
            self._video = VideoFile(path)
        elif self.source.isdecimal():
            self._video = CameraCapture(int(self.source))
        else:
            raise VideoError(f"{path}: no such video file or folder of images")
        self.fps = self._video.fps
        self.damaged: list[int] = []
        self._read = 0
        self._finished = False

    @property
    def count(self) -> int | None:
        """Number of frames according to the header or folder; ``None`` if unknown."""
        return self._video.count

    def __iter__(self) -> Iterator[Image]:
        """Yield the images of `frames`, (H, W, 3) uint8 RGB."""
        return (frame.image for frame in self.frames())

    def frames(self) -> Iterator[VideoFrame]:
        """Yield the frames, all of one size.

        Raises:
            VideoError: the size changes, or no frame can be decoded.
        """
        leading: list[DecodedFrame] = []  # damaged frames before the first image
        image: Image | None = None
        for index, frame in enumerate(self._video.frames()):
            self._read = index + 1
            if frame.is_damaged:
                self.damaged.append(index)
            if image is None and frame.image is None:
                leading.append(frame)
                continue
            image = self._checked(frame, image)
            for earlier in leading:
                yield VideoFrame(image, earlier.stamp_ns, is_damaged=True)
            leading.clear()
            yield VideoFrame(image, frame.stamp_ns, frame.is_damaged)
        if image is None:
            name = leading[0].name if leading else self.source
            raise VideoError(f"{name}: expected an image or video, got no frame that can be read")
        self._finished = True

    @staticmethod
    def _checked(frame: DecodedFrame, last: Image | None) -> Image:
        """Return the frame's image, or the last one for a frame that cannot be decoded."""
        image = last if frame.image is None else frame.image
        assert image is not None
        if last is not None and image.shape != last.shape:
            (height, width), (new_height, new_width) = last.shape[:2], image.shape[:2]
            raise VideoError(
                f"{frame.name}: expected {width} x {height} pixels as in the first frame, got "
                f"{new_width} x {new_height}"
            )
        return image

    def problem(self) -> str | None:
        """Return what was wrong with a source that was read to its end; ``None`` if nothing was."""
        problems = []
        if self.damaged:
            indices = ", ".join(map(str, self.damaged[:5])) + ", …" * (len(self.damaged) > 5)
            problems.append(f"{len(self.damaged)} of {self._read} frames are damaged ({indices})")
        if self._finished and self.count is not None and self._read != self.count:
            problems.append(
                f"expected {self.count} frames according to the header, got {self._read}"
            )
        if self._video.error is not None:
            problems.append(self._video.error)
        return f"{self.source}: {'; '.join(problems)}" if problems else None

    def close(self) -> None:
        """Close the file or camera."""
        self._video.close()

    def __enter__(self) -> "VideoReader":
        """Return the reader."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file or camera."""
        self.close()
