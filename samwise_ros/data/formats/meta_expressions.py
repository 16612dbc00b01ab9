"""The list of videos that Ref-YouTube-VOS introduced and MeViS took over."""

from collections.abc import Callable

from samwise_ros.data.checked_json import Entry
from samwise_ros.data.dataset import Expression, Video


def list_video(videos: Entry, name: str, objects_of: Callable[[Entry], tuple[int, ...]]) -> Video:
    """Read one video's entry of ``meta_expressions.json``.

    Args:
        videos: what the file has under ``videos``.
        name: of the video.
        objects_of: reads from an expression's entry which objects it means.

    Returns:
        The video.

    Raises:
        DatasetError: naming the file and the entry that is broken.
    """
    entry = videos[name]
    frames = tuple(frame.text() for frame in entry["frames"].elements())
    if not frames:
        raise entry["frames"].error("expected at least one frame, got none")
    said = entry["expressions"]
    expressions = [
        Expression(said[key]["exp"].text(), objects_of(said[key]), key) for key in said.names()
    ]
    return Video(name, frames, tuple(expressions))
