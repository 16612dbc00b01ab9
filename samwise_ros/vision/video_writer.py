"""Writes MPEG-4 videos and checks the result."""

import contextlib
import math
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import av
import numpy as np
from av.error import FFmpegError

from samwise_ros.files.atomic import AtomicFile
from samwise_ros.vision.video_frame import Image, VideoError

_TIME_BASE = Fraction(1, 30000)  # exact for all usual frame rates; MPEG-4 allows 16 bits
_MAX_DURATION = 2**31 - 1  # of a frame in MPEG-4: 19 hours
_BITS_PER_PIXEL = 0.5
_MIN_BIT_RATE, _MAX_BIT_RATE = 1_000_000, 100_000_000


class _FlushedFile:
    """A file whose errors appear in `write`: PyAV prints and drops an error of `seek`."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.seek, self.tell = stream.seek, stream.tell

    def write(self, data: bytes) -> int:
        written = self._stream.write(data)
        self._stream.flush()
        return written


class VideoWriter:
    """Writes an ``.mp4`` file that appears complete or not at all.

    The first frame sets the size. After an error, and after a ``with`` block that raises, there is
    no new file.
    """

    def __init__(self, path: str | Path, fps: float) -> None:
        """Prepare to write; the file is opened at the first frame.

        Args:
            path: the ``.mp4`` file; its folder is created.
            fps: frames per second of frames without a time stamp, above 0.

        Raises:
            VideoError: the suffix or the rate is invalid.
        """
        self.path = Path(path)
        if self.path.suffix.lower() != ".mp4":
            raise VideoError(f"{self.path}: expected a name that ends in .mp4")
        if not (math.isfinite(fps) and fps > 0):
            raise VideoError(f"{self.path}: expected more than 0 frames per second, got {fps}")
        self.fps = fps
        self._size: tuple[int, ...] = ()
        self._count = 0
        self._pts = -1
        self._first_ns = 0
        self._file: AtomicFile | None = None
        self._container: av.container.OutputContainer | None = None
        self._waiting: av.Packet[av.VideoStream] | None = (
            None  # the last packet, whose duration is not known yet
        )

    def write(self, rgb: Image, stamp_ns: int | None = None) -> None:
        """Append a frame.

        Args:
            rgb: (H, W, 3) uint8.
            stamp_ns: time of the frame, which increases; ``None`` for a constant rate.

        Raises:
            VideoError: the size differs from the first frame, or the file cannot be written.
        """
        self._size = self._size or rgb.shape
        if rgb.shape != self._size or rgb.dtype != np.uint8:
            raise VideoError(
                f"{self.path}: expected frames of {self._size} uint8, got {rgb.shape} {rgb.dtype}"
            )
        try:
            if self._container is None:
                self._first_ns = stamp_ns or 0
                self._open()
            self._encode(rgb, stamp_ns)
        except (OSError, FFmpegError) as error:
            self.discard()
            raise self._error(error) from error
        except VideoError:
            self.discard()
            raise

    def _error(self, error: Exception) -> VideoError:
        reason = getattr(error, "strerror", None) or str(error)
        return VideoError(f"{self.path}: cannot write the video: {reason}")

    def _open(self) -> None:
        height, width = self._size[:2]
        self._file = AtomicFile(self.path, durable=False)
        self._container = av.open(_FlushedFile(self._file.stream), "w", format="mp4")
        rate = max(Fraction(self.fps).limit_denominator(1001), Fraction(1, 1001))
        self._stream = self._container.add_stream("mpeg4", rate=rate, options={"qmin": "3"})
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = _TIME_BASE
        self._stream.codec_context.thread_count = 1
        bit_rate = round(width * height * self.fps * _BITS_PER_PIXEL)
        self._stream.bit_rate = min(max(bit_rate, _MIN_BIT_RATE), _MAX_BIT_RATE)

    def _encode(self, rgb: Image, stamp_ns: int | None) -> None:
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        seconds = self._count / self.fps if stamp_ns is None else (stamp_ns - self._first_ns) / 1e9
        # Two stamps closer than the time base must not become one.
        self._pts = max(round(seconds / _TIME_BASE), self._pts + 1)
        frame.pts, frame.time_base = self._pts, _TIME_BASE
        self._count += 1
        for packet in self._stream.encode(frame):
            self._mux_waiting(packet)
            self._waiting = packet

    def _mux_waiting(self, following: "av.Packet[av.VideoStream] | None") -> None:
        """Mux the packet that waits; its frame is shown until the following one."""
        packet = self._waiting
        if packet is None:
            return
        if following is None or following.pts is None or packet.pts is None:
            packet.duration = round(1 / self.fps / _TIME_BASE)
        else:
            packet.duration = following.pts - packet.pts
            if packet.duration > _MAX_DURATION:
                raise VideoError(
                    f"{self.path}: expected at most {_MAX_DURATION * _TIME_BASE // 1} s between "
                    f"two frames, got {float(packet.duration * _TIME_BASE):.0f} s"
                )
        assert self._container is not None
        self._container.mux(packet)

    def close(self) -> bool:
        """Finish the file and check it.

        Returns:
            Whether there is a new file: not without a frame, and not after an error.

        Raises:
            VideoError: the file cannot be written, or does not contain all frames.
        """
        if self._container is None or self._file is None:
            return False
        try:
            for packet in self._stream.encode(None):
                self._mux_waiting(packet)
                self._waiting = packet
            self._mux_waiting(None)
            self._container.close()
            self._file.stream.flush()
            self._check(self._file.stream.name)
            self._file.commit()
        except (OSError, FFmpegError) as error:
            self.discard()
            raise self._error(error) from error
        except VideoError:
            self.discard()
            raise
        self._container = self._file = None
        return True

    def _check(self, part: str) -> None:
        with av.open(part) as container:
            frames = sum(packet.size > 0 for packet in container.demux(video=0))
        if frames != self._count:
            raise VideoError(
                f"{self.path}: expected {self._count} frames in the file, got {frames}"
            )

    def discard(self) -> None:
        """Remove what was written and keep an earlier file of this name."""
        if self._container is not None:
            with contextlib.suppress(OSError, FFmpegError):  # the trailer is dropped anyway
                self._container.close()
        if self._file is not None:
            self._file.discard()
        self._container = self._file = None

    def __enter__(self) -> "VideoWriter":
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the file, or discard it after an exception."""
        if error is None:
            self.close()
        else:
            self.discard()
