"""Boxes and reasons of events, and masks that are a part of their object."""

import itertools

import numpy as np
import pytest
from test_target_state import (
    ACQUIRED,
    BLUE,
    BOTH,
    CONFIG,
    EMPTY,
    LEFT,
    LOST,
    RECOVERED,
    RED,
    RIGHT,
    SEEN,
    SWITCHED,
    UNSEEN,
    changes,
    image,
    kinds,
    square,
)

from samwise_ros.engine.backend.protocol import Prediction
from samwise_ros.engine.tracking.target_state import TargetTrack, update_target
from samwise_ros.engine.types import Box, Command, Frame

GREEN = (20, 160, 20)


@pytest.fixture
def update(make_engine):
    """Updates the target of one command with the next frame; returns target and events."""
    engine = make_engine()
    engine.add(Command("a", "the red mug"))
    tracked, track = engine._commands.get("a"), TargetTrack()
    stamps = itertools.count(1)

    def update_next(picture, mask, candidate=None, probability=None):
        frame = Frame(picture, stamp_ns=next(stamps))
        prediction = Prediction(mask, 0.9, candidate, probability, None)
        return update_target(frame, tracked, track, prediction, CONFIG)

    return update_next


def test_recovered_has_the_place_of_the_loss():
    track = TargetTrack()
    assert changes(track, [SEEN, SEEN])[1][0].previous_box is None, "there was no object before"
    (lost,) = changes(track, [UNSEEN] * 3)[2]
    assert (lost.kind, lost.previous_box, lost.box) == (LOST, Box(LEFT, 5, 6, 6), None)
    elsewhere = (image(red=RIGHT), square(RIGHT))
    (found,) = changes(track, [elsewhere] * 2)[1]
    assert found.kind is RECOVERED
    assert (found.previous_box, found.box) == (Box(LEFT, 5, 6, 6), Box(RIGHT, 5, 6, 6))


def test_only_the_requested_switch_is_called_requested(update):
    for _ in range(2):
        update(BOTH, square(LEFT))
    update(BOTH, square(LEFT), candidate=square(RIGHT), probability=0.8)
    moves = [square(RIGHT)] * 2 + [square(LEFT)] * 2
    events = [event for mask in moves for event in update(BOTH, mask, probability=0.8)[1]]
    assert [event.kind for event in events] == [SWITCHED] * 2
    assert [event.reason for event in events] == [
        "the network requested the switch",
        "the network requested no switch",
    ]
    assert [event.switch_probability for event in events] == [0.8, None]


def test_switch_to_another_object_than_the_requested_one_is_not_requested(update):
    three = BOTH.copy()
    three[square(24)] = GREEN
    for _ in range(2):
        update(three, square(LEFT))
    update(three, square(LEFT), candidate=square(RIGHT), probability=0.8)
    events = [event for _ in range(2) for event in update(three, square(24), probability=0.8)[1]]
    assert [event.reason for event in events] == ["the network requested no switch"]


def test_candidate_that_contains_the_mask_is_no_other_object(update):
    whole = square(LEFT, size=12)
    picture = image()
    picture[whole] = RED
    part = square(LEFT, size=3)
    for _ in range(2):
        update(picture, part.copy())
    assert part.sum() < 0.1 * whole.sum()
    assert update(picture, part.copy(), candidate=whole, probability=0.8)[1] == []


def banded(x: int) -> tuple[np.ndarray, np.ndarray]:
    """Return an image and mask of an object with three bands of different colours."""
    picture, mask = image(), EMPTY.copy()
    for band, colour in enumerate((BLUE, GREEN, RED)):
        part = square(x + 4 * band, size=4)
        picture[part] = colour
        mask |= part
    return picture, mask


def test_object_that_enters_in_two_frames_is_no_switch():
    frames = [banded(x) for x in (-8, -5, 5, *[8] * 20)]
    found = [kind for one in kinds(TargetTrack(), frames) for kind in one]
    assert found == [ACQUIRED]


def test_object_behind_a_cover_is_no_switch():
    """Only the last of its three colours is in view, for as long as the cover stays."""
    picture, mask = banded(10)
    covered, visible = picture.copy(), mask & square(18, size=4)
    covered[mask & ~visible] = (240, 240, 240)
    frames = [(picture, mask)] * 3 + [(covered, visible)] * 10 + [(picture, mask)]
    assert kinds(TargetTrack(), frames) == [[], [ACQUIRED], *[[]] * 12]


def test_sliver_of_something_in_front_of_the_object_is_a_switch():
    """The object has as many pixels of the colour, which are a small part of it."""
    picture, mask = image(), square(10, size=12)
    picture[mask] = BLUE
    picture[square(10, size=5)] = RED
    covered = picture.copy()
    covered[mask] = RED
    frames = [(picture, mask)] * 2 + [(covered, square(16, size=4))] * 3
    assert kinds(TargetTrack(), frames)[2:] == [[], [SWITCHED], []]


def test_shadow_on_the_object_is_no_switch():
    picture, mask = banded(10)
    shaded = (picture * 0.45).astype(np.uint8)
    frames = [(picture, mask)] * 2 + [(shaded, mask)] * 10 + [(picture, mask)]
    assert kinds(TargetTrack(), frames) == [[], [ACQUIRED], *[[]] * 11]


def painted(x: int, brightness: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return an image and mask of an object of one colour."""
    picture, mask = image(), square(x, size=12)
    picture[mask] = brightness * np.array([190, 120, 70])
    return picture, mask


def test_object_that_moves_in_a_shadow_and_out_of_it_is_no_switch():
    shaded = [painted(x, 0.5) for x in (5, 5, 20, 20, 40, 40, 40)]
    frames = [painted(5)] * 2 + shaded + [painted(20)] * 3
    assert kinds(TargetTrack(), frames) == [[], [ACQUIRED], *[[]] * 10]


def test_twin_in_other_light_is_another_object_while_the_first_stays():
    both, mask = painted(5)
    other, there = painted(40, 0.5)
    both[there] = other[there]
    frames = [(both, mask)] * 3 + [(both, there)] * 2
    assert kinds(TargetTrack(), frames) == [[], [ACQUIRED], [], [], [SWITCHED]]


def test_cover_in_the_place_of_the_object_is_another_object():
    picture, mask = banded(10)
    covered = picture.copy()
    covered[mask] = (240, 240, 240)
    frames = [(picture, mask)] * 2 + [(covered, mask)] * 2
    assert kinds(TargetTrack(), frames) == [[], [ACQUIRED], [], [SWITCHED]]


def test_frames_on_the_object_do_not_count_those_on_another(update):
    counts = [update(BOTH, square(x))[0].frames_same for x in (LEFT, LEFT, RIGHT, LEFT)]
    assert counts == [1, 2, 0, 1]
