"""Reads ``meta_expressions.json``, the list of videos of Ref-YouTube-VOS and MeViS."""

from collections.abc import Callable

from samwise_ros.data.checked_json import Entry
from samwise_ros.data.dataset import Expression, Video


def list_video(videos: Entry, video: str, objects_of: Callable[[Entry], tuple[int, ...]]) -> Video:
    """Read one video's entry of ``meta_expressions.json``.

    Args:
        videos: the file's entry ``videos``.
        video: name of the video.
        objects_of: returns the object ids of an expression's entry.

    Returns:
        The video.

    Raises:
        DatasetError: an entry is invalid.
    """
    entry = videos[video]
    frames = tuple(frame.file_name() for frame in entry["frames"].elements())
    if not frames:
        raise entry["frames"].error("expected at least one frame, got none")
    listed = entry["expressions"]
    expressions = []
    for name in listed.file_names():
        expression = listed[name]
        start, stop = _span(expression, len(frames))
        expressions.append(
            Expression(
                expression["exp"].text(),
                objects_of(expression),
                name,
                _text(expression, "kind"),
                _text(expression, "detail"),
                start=start,
                stop=stop,
            )
        )
    return Video(video, frames, tuple(expressions))


def _text(expression: Entry, name: str) -> str:
    """Return an optional text, which folders of generated videos have."""
    return expression[name].text() if name in expression else ""


def _span(expression: Entry, length: int) -> tuple[int, int | None]:
    """Return the optional frames on which a sentence holds, as in ``Expression``."""
    start = expression["start"].number() if "start" in expression else 0
    stop = expression["stop"].number() if "stop" in expression else None
    if not start < (length if stop is None else stop) <= length:
        raise expression.error(f"expected start < stop <= {length} frames, got {start} and {stop}")
    return start, stop
