"""Places of targets as rviz shows them."""

from collections.abc import Sequence

import numpy as np
from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point, Vector3
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from samwise_ros.engine.types import Target
from samwise_ros.vision.depth import FloatArray, Position3D
from samwise_ros.vision.overlay import colour_of

LIFETIME = Duration(sec=1)  # then what is no longer seen is no longer shown
THINNEST_M = 0.001  # of a box: rviz refuses a side of zero
LETTER = 0.04  # height over the distance, so that far words can be read too


def to_markers(places: Sequence[tuple[Target, Position3D]], header: Header) -> MarkerArray:
    """Make a box around what is seen of each target, and words above it.

    Args:
        places: the targets that have one.
        header: of the image.
    """
    markers = []
    for target, place in places:
        markers += [_box(target, place, header), _words(target, place, header)]
    return MarkerArray(markers=markers)


def _box(target: Target, place: Position3D, header: Header) -> Marker:
    size = np.maximum(place.high_m - place.low_m, THINNEST_M)
    box = _marker(Marker.CUBE, "box", target, header, opacity=0.4)
    box.pose.position = _point((place.low_m + place.high_m) / 2)
    box.scale = Vector3(x=float(size[0]), y=float(size[1]), z=float(size[2]))
    return box


def _words(target: Target, place: Position3D, header: Header) -> Marker:
    distance = float(np.linalg.norm(place.centre_m))
    height = LETTER * distance
    above = [place.centre_m[0], place.low_m[1] - height, place.centre_m[2]]
    words = _marker(Marker.TEXT_VIEW_FACING, "words", target, header, opacity=1.0)
    words.text = f"{target.command.sentence}\n{distance:.2f} m +/- {place.spread_m:.2f} m"
    words.pose.position = _point(np.array(above))
    words.scale.z = height
    return words


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
