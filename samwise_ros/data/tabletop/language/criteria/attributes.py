"""Criteria of kind, colour, pattern, material, pose and size."""

from functools import lru_cache

import numpy as np

from samwise_ros.data.tabletop.description import Look, Thing
from samwise_ros.data.tabletop.language.certainty import (
    MAYBE,
    NO,
    YES,
    Judgement,
    Mask,
    first_of,
    judge,
)
from samwise_ros.data.tabletop.language.evidence import Evidence

GROUPS = {
    "fruit": ("banana", "apple", "pear", "lemon"),
    "tool": ("screwdriver", "hammer"),
}
"""Words for several kinds."""

_CONFUSED_KINDS = (
    {"box", "carton"},
    {"box", "block"},
    {"box", "book"},
    {"jug", "teapot"},
    {"jug", "mug"},
    {"jar", "can"},
    {"jar", "jug"},
    {"jar", "bottle"},
    {"bowl", "plate"},
    {"ball", "apple"},
    {"pear", "lemon"},
    {"pear", "apple"},
)
_CONFUSED_COLOURS = (
    {"red", "orange"},
    {"red", "pink"},
    {"orange", "yellow"},
    {"orange", "brown"},
    {"brown", "black"},
    {"purple", "pink"},
    {"purple", "blue"},
    {"white", "grey"},
)
# Of bare things: the colour that is named, and others that might be.
_BARE_COLOURS = {"metal": ("grey", {"white"}), "wood": ("", {"brown", "orange", "yellow"})}
_MIXED = ("striped", "dotted", "checked", "flowered", "labelled")
# Patterns of which one might be taken for the other.
_CONFUSED_PATTERNS = (
    {"labelled", "printed"},
    {"printed", "flowered"},
    {"printed", "dotted"},
    {"dotted", "flowered"},
    {"printed", "checked"},
    {"striped", "checked"},
    {"striped", "rimmed"},
    {"striped", "labelled"},
    {"plain", "rimmed"},
    {"plain", "labelled"},
)
_LYING, _UPRIGHT = 0.3, 0.85
_SIZE_RATIO, _HEIGHT_RATIO, _HEIGHT_M = 1.2, 1.2, 0.03


def fits_head(evidence: Evidence, head: str) -> Judgement:
    """Judge the kind; (T, N)."""
    return _constant(evidence, [_kind(thing, head) for thing in evidence.things])


def fits_look(
    evidence: Evidence, colour: str, pattern: str, second: str, material: str
) -> Judgement:
    """Judge the surface; empty strings fit everything; (T, N)."""
    return _constant(
        evidence,
        [
            min(
                _colour(thing.look, colour),
                _pattern(thing.look, pattern),
                _second(thing.look, second),
                _material(thing.look, material),
            )
            for thing in evidence.things
        ],
    )


def fits_pose(evidence: Evidence, pose: str) -> Judgement:
    """Judge whether things stand, lie or stand on their head; (T, N)."""
    up = evidence.rotations[..., 2, 2]
    if pose == "lying":
        return judge(np.abs(up) < _LYING, np.abs(up) < _UPRIGHT)
    up = up if pose == "upright" else -up
    return judge(up > _UPRIGHT, up > _LYING)


def fits_rank(evidence: Evidence, group: Judgement, rank: str) -> Judgement:
    """Judge which member of a group is the smallest, largest, shortest or tallest; (T, N)."""
    exceeds = _taller(evidence) if rank in ("tall", "short") else _larger(evidence)
    return first_of(group, exceeds.transpose(0, 2, 1) if rank in ("small", "short") else exceeds)


def _constant(evidence: Evidence, values: list[int]) -> Judgement:
    return np.broadcast_to(np.array(values, np.uint8), evidence.shape)


def _kind(thing: Thing, head: str) -> int:
    if head in ("thing", thing.kind) or thing.kind in GROUPS.get(head, ()):
        return YES
    return MAYBE if {head, thing.kind} in _CONFUSED_KINDS else NO


def _colour(look: Look, colour: str) -> int:
    if not colour:
        return YES
    if look.bare:
        name, confused = _BARE_COLOURS.get(look.material, ("", set()))
        return YES if colour == name else MAYBE if colour in confused or not name else NO
    if look.colour == colour:
        return YES
    if look.pattern in _MIXED and colour in look.secondary:
        return MAYBE
    return MAYBE if {look.colour, colour} in _CONFUSED_COLOURS else NO


def _pattern(look: Look, pattern: str) -> int:
    if pattern in ("", look.pattern):
        return YES
    return MAYBE if {look.pattern, pattern} in _CONFUSED_PATTERNS else NO


def _second(look: Look, second: str) -> int:
    if not second or look.secondary == (second,):
        return YES
    confused = any({colour, second} in _CONFUSED_COLOURS for colour in look.secondary)
    return MAYBE if confused or second in look.secondary else NO


def _material(look: Look, material: str) -> int:
    if not material:
        return YES
    if look.material != material:
        return NO
    return YES if look.bare else MAYBE


@lru_cache(maxsize=2)
def _larger(evidence: Evidence) -> Mask:
    """(T, N, N): larger in the world, and not smaller in the picture because of the distance."""
    size = np.cbrt(evidence.dimensions_m.prod(-1))
    longest = evidence.dimensions_m.max(-1)
    world = (size[:, None] >= _SIZE_RATIO * size) & (longest[:, None] >= 1.05 * longest)
    picture = size / np.maximum(evidence.distance_m, 1e-6)
    return np.asarray(world & (picture[:, :, None] >= picture[:, None, :]))


@lru_cache(maxsize=2)
def _taller(evidence: Evidence) -> Mask:
    """(T, N, N): taller in the world, and not shorter in the picture because of the distance."""
    height = evidence.heights_m
    margin = height[:, None, :] * _HEIGHT_RATIO
    world = (height[:, :, None] >= margin) & (height[:, :, None] >= height[:, None, :] + _HEIGHT_M)
    picture = height / np.maximum(evidence.distance_m, 1e-6)
    upright = np.abs(evidence.rotations[..., 2, 2]) > _UPRIGHT
    world &= upright[:, :, None] & upright[:, None, :]
    return np.asarray(world & (picture[:, :, None] >= picture[:, None, :]))
