"""The engine's results as image annotations of foxglove_msgs."""

from typing import Any

from samwise_ros.engine.types import Box, FrameResult, Target
from samwise_ros.interface.messages import MessageFields
from samwise_ros.vision.masks import outlines
from samwise_ros.vision.overlay import Colour, colour_of

LINE_LOOP = 2  # of foxglove_msgs/msg/PointsAnnotation
_TEXT_HEIGHT = 0.035  # over the image height
_BLACK: Colour = (0, 0, 0)


def image_annotations(result: FrameResult, stamp: object) -> MessageFields:
    """Describe the box, outline and sentence of each target that has a mask on a frame.

    Args:
        result: of the engine.
        stamp: of the image; Foxglove draws on the image of the same stamp.
    """
    height = result.frame.image.shape[0]
    drawn = [(target, target.box) for target in result.targets if target.box is not None]
    return MessageFields(
        "foxglove_msgs/msg/ImageAnnotations",
        {
            "timestamp": stamp,
            "points": [one for target, box in drawn for one in _lines(target, box, stamp)],
            "texts": [_text(target, box, height, stamp) for target, box in drawn],
        },
    )


def _lines(target: Target, box: Box, stamp: object) -> list[MessageFields]:
    """Return the box and the outlines of a target's mask."""
    right, bottom = box.x + box.width, box.y + box.height
    corners = [[box.x, box.y], [right, box.y], [right, bottom], [box.x, bottom]]
    colour = colour_of(target.label)
    return [
        _loop(corners, colour, 1.0, stamp),
        *(_loop(points.tolist(), colour, 2.0, stamp) for points in outlines(target.mask)),
    ]


def _loop(
    points: list[list[Any]], colour: Colour, thickness: float, stamp: object
) -> MessageFields:
    return MessageFields(
        "foxglove_msgs/msg/PointsAnnotation",
        {
            "timestamp": stamp,
            "type": LINE_LOOP,
            "points": [_point(x, y) for x, y in points],
            "outline_color": _colour(colour, 1.0),
            "thickness": thickness,
        },
    )


def _text(target: Target, box: Box, height: int, stamp: object) -> MessageFields:
    """Return the sentence, state and score of a target, above its box where there is room."""
    size = max(8.0, _TEXT_HEIGHT * height)
    return MessageFields(
        "foxglove_msgs/msg/TextAnnotation",
        {
            "timestamp": stamp,
            "position": _point(box.x, max(box.y, size)),
            "text": f"{target.sentence}  {target.state.name} {target.score:.2f}",
            "font_size": size,
            "text_color": _colour(colour_of(target.label), 1.0),
            "background_color": _colour(_BLACK, 0.6),
        },
    )


def _point(x: float, y: float) -> MessageFields:
    return MessageFields("foxglove_msgs/msg/Point2", {"x": float(x), "y": float(y)})


def _colour(colour: Colour, opacity: float) -> MessageFields:
    red, green, blue = (value / 255 for value in colour)
    fields = {"r": red, "g": green, "b": blue, "a": opacity}
    return MessageFields("foxglove_msgs/msg/Color", fields)
