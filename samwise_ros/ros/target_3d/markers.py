"""Positions of targets as markers for rviz."""

from collections.abc import Sequence

import numpy as np
from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point, Vector3
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from samwise_ros.engine.types import Target
from samwise_ros.vision.depth import FloatArray, Position3D
from samwise_ros.vision.overlay import colour_of

LIFETIME = Duration(sec=1)  # rviz then removes markers of targets that are no longer visible
MIN_SIDE_M = 0.001  # rviz rejects a box with a side of zero
TEXT_HEIGHT = 0.04  # over the distance, so that distant text stays legible


def to_markers(positions: Sequence[tuple[Target, Position3D]], header: Header) -> MarkerArray:
    """Return a box around the visible part of each target, and text above it.

    Args:
        positions: targets with their positions.
        header: of the image.
    """
    markers = []
    for target, position in positions:
        markers += [_box(target, position, header), _text(target, position, header)]
    return MarkerArray(markers=markers)


def _box(target: Target, position: Position3D, header: Header) -> Marker:
    size = np.maximum(position.box_size_m, MIN_SIDE_M)
    box = _marker(Marker.CUBE, "box", target, header, opacity=0.4)
    box.pose.position = _point(position.box_centre_m)
    box.scale = Vector3(x=float(size[0]), y=float(size[1]), z=float(size[2]))
    return box


def _text(target: Target, position: Position3D, header: Header) -> Marker:
    distance = float(np.linalg.norm(position.centre_m))
    height = TEXT_HEIGHT * distance
    above = [position.centre_m[0], position.low_m[1] - height, position.centre_m[2]]
    text = _marker(Marker.TEXT_VIEW_FACING, "words", target, header, opacity=1.0)
    text.text = f"{target.command.sentence}\n{distance:.2f} m +/- {position.spread_m:.2f} m"
    text.pose.position = _point(np.array(above))
    text.scale.z = height
    return text


def _marker(kind: int, namespace: str, target: Target, header: Header, opacity: float) -> Marker:
    red, green, blue = (value / 255.0 for value in colour_of(target.label))
    return Marker(
        header=header,
        ns=namespace,
        id=target.label,
        type=kind,
        action=Marker.ADD,
        color=ColorRGBA(r=red, g=green, b=blue, a=opacity),
        lifetime=LIFETIME,
    )


def _point(metres: FloatArray) -> Point:
    return Point(x=float(metres[0]), y=float(metres[1]), z=float(metres[2]))
