"""Keeps the video that was listed last, so that its frames do not list it again and again."""

from collections.abc import Callable

from samwise_ros.data.dataset import Video


class VideoCache:
    """Lists videos by index and remembers the last one.

    Reading a video frame by frame lists it once per frame; for long videos this would take a time
    that is quadratic in their length.
    """

    def __init__(self, list_video: Callable[[int], Video]) -> None:
        """Remember results of ``list_video``."""
        self._list_video = list_video
        self._last: tuple[int, Video] | None = None

    def __call__(self, index: int) -> Video:
        """Return the video of an index.

        Raises:
            DatasetError: its entry is invalid.
        """
        if self._last is None or self._last[0] != index:
            self._last = (index, self._list_video(index))
        return self._last[1]
