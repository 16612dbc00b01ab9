"""A video file, decoded with PyAV.

PyAV reports what OpenCV hides: time stamps of the container, the packet that cannot be decoded, and
frames with concealed errors.
"""

import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from av.stream import Disposition
from av.video.frame import VideoFrame as AvFrame
from numpy.typing import NDArray

from samwise_ros.vision.image_folder import MAX_FILE_PIXELS
from samwise_ros.vision.intensity import BitDepth
from samwise_ros.vision.video_frame import DecodedFrame, Image, VideoError

_RATE_PACKETS = 100  # packets from which the frame rate is measured
_DEFAULT_FPS = 30.0
_DURATION_TOLERANCE_S = 0.5
_REPEATED_STEP_NS = 1_000_000  # after a frame with the same stamp; the next true stamp is later
_GIF_TRAILER = b";"


class VideoFile:
    """The frames of a video file.

    Attributes:
        fps: mean frames per second.
        count: number of frames according to the header; ``None`` if unknown.
        error: after reading, why the file is incomplete; ``None`` if it is complete.
    """

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            VideoError: the file is not a video, or has no video stream.
        """
        self._path = path
        self._container, self._stream = self._open()
        # Other threads would report a decoding error late, for another packet.
        self._stream.thread_type = "NONE"
        # A size that changes in the middle is refused before memory is allocated.
        self._stream.codec_context.options = {"max_pixels": str(MAX_FILE_PIXELS)}
        self.count: int | None = self._stream.frames or None
        self.fps = float(self._stream.average_rate or 0)
        if self.count is None or not self.fps:
            # WebM files of browsers announce rates such as 1000.
            self.fps = self._measure_rate() or self.fps or _DEFAULT_FPS
        self.error: str | None = None
        self._period_ns = round(1e9 / self.fps)
        self._bit_depth = BitDepth()
        self._last_ns: int | None = None
        self._end_s = 0.0  # of all packets, also those of sound
        self._corrupt: set[int | None] = set()  # time stamps of packets with errors
        self._first_pts: int | None = None

    def _open(self) -> tuple[av.container.InputContainer, av.VideoStream]:
        """Open the file and find the video; the picture of a sound file is none."""
        try:
            # Playlists must not open other files or addresses. An absolute path is never taken for
            # an address: 12:30.mp4 would be.
            path = str(self._path.absolute())
            container = av.open(path, options={"protocol_whitelist": "file"})
        except (FFmpegError, OSError) as error:
            reason = error.strerror or str(error)
            raise VideoError(f"{self._path}: expected a video file, got: {reason}") from error
        for stream in container.streams.video:
            if not stream.disposition & Disposition.attached_pic:
                return container, stream
        container.close()
        raise VideoError(f"{self._path}: expected a video, got a file without video stream")

    def _measure_rate(self) -> float | None:
        """Return the mean rate of the first packets; ``None`` if they have no time stamps."""
        container, stream = self._open()
        with container:
            packets = itertools.islice(container.demux(stream), _RATE_PACKETS)
            stamps = sorted({packet.pts for packet in packets if packet.pts is not None})
            if len(stamps) < 2 or stream.time_base is None:
                return None
            return float((len(stamps) - 1) / ((stamps[-1] - stamps[0]) * stream.time_base))

    def frames(self) -> Iterator[DecodedFrame]:
        """Yield all frames in order of presentation, with a frame for each damaged packet.

        Raises:
            VideoError: the frames are too large.
        """
        self._check_size(self._stream.width, self._stream.height)
        damaged: list[int] = []  # time stamps of packets that cannot be decoded
        for pts, frame in self._decode():
            if frame is None and pts is not None:
                damaged.append(pts)
                continue
            if pts is not None:
                for earlier in sorted(one for one in damaged if one < pts):
                    damaged.remove(earlier)
                    yield DecodedFrame(None, self._stamp_ns(earlier), True, str(self._path))
            image = None if frame is None else self._to_rgb(frame)
            is_damaged = frame is None or frame.is_corrupt or pts in self._corrupt
            yield DecodedFrame(image, self._stamp_ns(pts), is_damaged, str(self._path))
        for pts in sorted(damaged):
            yield DecodedFrame(None, self._stamp_ns(pts), True, str(self._path))
        self.error = self.error or self._missing_end()

    def _decode(self) -> Iterator[tuple[int | None, AvFrame | None]]:
        """Yield time stamps and frames, ``None`` for a packet that cannot be decoded."""
        packets = self._container.demux()
        while True:
            try:
                packet = next(packets, None)
            except (FFmpegError, OSError) as error:
                self.error = f"reading stopped: {error.strerror or error}"
                return
            if packet is None:
                return
            if packet.pts is not None and packet.time_base is not None:
                end = (packet.pts + (packet.duration or 0)) * packet.time_base
                self._end_s = max(self._end_s, float(end))
            if packet.stream != self._stream:
                continue
            if packet.is_corrupt and packet.pts is not None:
                self._corrupt.add(packet.pts)
            if packet.is_discard and self.count:
                self.count -= 1  # outside the part that is to be shown
            try:
                frames = packet.decode()
            except FFmpegError:
                self._check_size(self._stream.width, self._stream.height)
                yield (packet.dts if packet.pts is None else packet.pts), None
                continue
            yield from ((frame.pts, frame) for frame in frames if isinstance(frame, AvFrame))

    def _stamp_ns(self, pts: int | None) -> int:
        """Return the time since the first frame; it increases even if the file's does not."""
        if self._first_pts is None:
            self._first_pts = pts
        stamp_ns = -1
        if pts is not None and self._first_pts is not None:
            base = self._stream.time_base or Fraction(1, 1)
            stamp_ns = round((pts - self._first_pts) * base * 10**9)
        if self._last_ns is None:
            stamp_ns = 0
        elif stamp_ns <= self._last_ns:
            stamp_ns = self._last_ns + min(self._period_ns, _REPEATED_STEP_NS)
        self._last_ns = stamp_ns
        return stamp_ns

    def _check_size(self, width: int, height: int) -> None:
        """Refuse frames that take too much memory as RGB."""
        if width * height > MAX_FILE_PIXELS:
            raise VideoError(
                f"{self._path}: expected at most {MAX_FILE_PIXELS} pixels, got {width} x {height}"
            )

    def _to_rgb(self, frame: AvFrame) -> Image:
        """Convert a frame to (H, W, 3) uint8 RGB, rotated according to its metadata."""
        self._check_size(frame.width, frame.height)
        if frame.format.name.startswith("gray16"):
            grey = self._bit_depth.to_bytes(frame.to_ndarray(format="gray16le"))
            rgb: NDArray[Any] = np.repeat(grey[:, :, None], 3, axis=2)
        else:
            rgb = frame.to_ndarray(format="rgb24")
        quarter_turns = round(frame.rotation / 90)  # counterclockwise
        return np.ascontiguousarray(np.rot90(rgb, quarter_turns), np.uint8)

    def _missing_end(self) -> str | None:
        """Compare the end of the last packet with the header, if there is no frame count."""
        if self._container.format.name == "gif":  # FFmpeg counts the frames that are left
            is_whole = self._path.read_bytes().rstrip(b"\0").endswith(_GIF_TRAILER)
            return None if is_whole else "expected the trailer of a GIF at the end, got none"
        duration = self._container.duration
        if self.count or not duration:
            return None
        end_s = max(self._end_s, ((self._last_ns or 0) + self._period_ns) / 1e9)
        duration_s = duration / av.time_base
        if end_s > duration_s - max(_DURATION_TOLERANCE_S, 2 * self._period_ns / 1e9):
            return None
        return f"expected {duration_s:.2f} s according to the header, got {end_s:.2f} s"

    def close(self) -> None:
        """Close the file."""
        self._container.close()
