"""Target states and events, frame by frame."""

import itertools

import numpy as np
import pytest

from samwise_ros.engine.backend.protocol import Prediction
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.tracking.evidence import Evidence
from samwise_ros.engine.tracking.target_state import TargetTrack, update_target
from samwise_ros.engine.types import Box, Command, EventKind, Frame, TargetState

CONFIG = EngineConfig(
    lost_after_frames=3, recover_after_frames=2, switch_max_overlap=0.1, min_mask_area=9
)
SHAPE = (20, 60)
EMPTY = np.zeros(SHAPE, bool)
RED, BLUE, GREY = (200, 20, 20), (20, 20, 200), (90, 90, 90)
LEFT, RIGHT = 3, 45
LOST, RECOVERED = EventKind.LOST, EventKind.RECOVERED
ACQUIRED, SWITCHED = EventKind.ACQUIRED, EventKind.SWITCHED


def square(x: int, y: int = 5, size: int = 6) -> np.ndarray:
    mask = EMPTY.copy()
    mask[y : y + size, max(x, 0) : max(x + size, 0)] = True
    return mask


def image(**objects: int | None) -> np.ndarray:
    """Return an image with coloured squares: ``red=3`` is a red one in column 3."""
    picture = np.full((*SHAPE, 3), GREY, np.uint8)
    for name, x in objects.items():
        if x is not None:
            picture[square(x)] = {"red": RED, "twin": RED, "blue": BLUE}[name]
    return picture


def changes(track, frames):
    """Update with pairs of image and mask, and return the changes of each frame."""
    return [track.update(Evidence(picture, mask), CONFIG) for picture, mask in frames]


def kinds(track, frames):
    return [[change.kind for change in found] for found in changes(track, frames)]


SEEN, UNSEEN = (image(red=LEFT), square(LEFT)), (image(), EMPTY)
BOTH = image(red=LEFT, blue=RIGHT)


def tracking() -> TargetTrack:
    track = TargetTrack()
    assert kinds(track, [SEEN, SEEN]) == [[], [ACQUIRED]]
    return track


def test_acquired_lost_and_recovered_with_hysteresis():
    track = TargetTrack()
    assert kinds(track, [SEEN, UNSEEN, SEEN, SEEN, SEEN]) == [[], [], [], [ACQUIRED], []]
    assert kinds(track, [UNSEEN, UNSEEN, SEEN]) == [[], [], []]
    assert kinds(track, [UNSEEN] * 4) == [[], [], [LOST], []]
    assert track.state is TargetState.LOST
    assert kinds(track, [SEEN, SEEN, SEEN]) == [[], [RECOVERED], []]
    assert (track.frames_tracked, track.frames_lost) == (3, 0)


def test_target_never_seen_stays_searching():
    track = TargetTrack()
    assert kinds(track, [UNSEEN] * 10) == [[]] * 10
    assert track.state is TargetState.SEARCHING


def test_switch_is_reported_once_with_both_boxes():
    track = tracking()
    found = changes(track, [(BOTH, square(RIGHT))] * 5)
    assert [len(one) for one in found] == [0, 1, 0, 0, 0]
    change = found[1][0]
    assert (change.kind, change.overlap) == (SWITCHED, 0.0)
    assert change.previous_box == Box(LEFT, 5, 6, 6)
    assert change.box == Box(RIGHT, 5, 6, 6)


def test_one_frame_on_another_object_is_no_switch():
    there, here = (BOTH, square(RIGHT)), (BOTH, square(LEFT))
    assert kinds(tracking(), [there, here, there, here]) == [[]] * 4


def test_switch_there_and_back_is_reported_twice():
    frames = [(BOTH, square(RIGHT))] * 2 + [(BOTH, square(LEFT))] * 2
    assert kinds(tracking(), frames) == [[], [SWITCHED], [], [SWITCHED]]


def test_motion_by_more_than_the_width_is_no_switch():
    frames = [(image(red=x), square(x)) for x in (12, 24, 38, 52, 20, 4)]
    assert kinds(tracking(), frames) == [[]] * 6


def test_identical_object_is_another_one_while_the_first_stays():
    twins = image(red=LEFT, twin=RIGHT)
    assert kinds(tracking(), [(twins, square(RIGHT))] * 2) == [[], [SWITCHED]]


def test_object_that_reappears_behind_a_cover_of_its_colour_is_no_switch():
    track = tracking()
    covered = image()
    covered[4:14, LEFT + 4 : 40] = RED
    half, back = square(LEFT) & (np.arange(SHAPE[1]) < LEFT + 4), square(RIGHT)
    hidden = covered.copy()
    hidden[half] = RED
    covered[back] = RED
    covered[4:14, LEFT : LEFT + 4] = RED  # the cover moved a little, over the old place
    frames = [(hidden, half), (covered, back), (covered, back), (covered, back)]
    assert kinds(track, frames) == [[]] * 4


def test_return_elsewhere_is_a_recovery():
    track = tracking()
    kinds(track, [UNSEEN] * 3)
    assert kinds(track, [(image(red=RIGHT), square(RIGHT))] * 2) == [[], [RECOVERED]]


def test_other_object_after_a_loss_is_a_switch():
    track = tracking()
    kinds(track, [UNSEEN] * 3)
    found = changes(track, [(image(blue=RIGHT), square(RIGHT))] * 2)
    assert [change.kind for one in found for change in one] == [SWITCHED]
    assert found[1][0].previous_state is TargetState.LOST
    assert track.state is TargetState.TRACKING


def test_ragged_and_split_masks_are_no_switch():
    ragged, half = square(LEFT), square(LEFT)
    ragged[5:11:2] = False
    half[:, LEFT : LEFT + 3] = False
    leaking = square(LEFT) | square(20, size=5)
    frames = [(BOTH, ragged), (BOTH, half), (BOTH, leaking), (BOTH, square(LEFT))]
    assert kinds(tracking(), frames) == [[]] * 4


def two_coloured(x: int) -> tuple[np.ndarray, np.ndarray]:
    """Return an image and mask of an object whose left half is blue and whose right half is red."""
    picture, mask = image(), square(x, size=12)
    picture[square(x, size=12)] = RED
    picture[square(x, size=12) & square(x - 6, size=12)] = BLUE
    return picture, mask


def test_object_that_enters_the_image_is_no_switch():
    track = TargetTrack()
    assert kinds(track, [two_coloured(10)] * 2) == [[], [ACQUIRED]]
    leaving = [two_coloured(x) for x in (5, 0, -4, -6, -8, -10)]
    assert kinds(track, leaving) == [[]] * 6
    assert kinds(track, [UNSEEN] * 3) == [[], [], [LOST]]
    # Only the red half is in view at first.
    returning = [two_coloured(x) for x in (-9, -8, -7, -6, -2, 3, 8)]
    found = [kind for one in kinds(track, returning) for kind in one]
    assert found == [RECOVERED]


def test_object_that_left_the_image_is_not_taken_for_another_one_at_its_last_place():
    track = TargetTrack()
    assert kinds(track, [(image(red=x), square(x)) for x in (3, 0, -5)])[1] == [ACQUIRED]
    kinds(track, [UNSEEN] * 3)
    assert track.state is TargetState.LOST
    returned = image(red=4)
    returned[square(-5)] = RED  # what is behind its last place looks like it
    assert kinds(track, [(returned, square(4))] * 2) == [[], [RECOVERED]]


def test_object_that_left_the_image_is_lost_although_a_like_one_is_near():
    track = TargetTrack()
    twin = image(twin=12)
    frames = [(twin | image(red=0), square(x)) for x in (3, 2, 0)]
    assert kinds(track, frames) == [[], [ACQUIRED], []]
    assert kinds(track, [(twin, EMPTY)] * 4) == [[], [], [LOST], []]


def test_object_in_view_without_a_mask_is_lost_late():
    track = tracking()
    found = kinds(track, [(image(red=LEFT), EMPTY)] * 8)
    # Twice `lost_after_frames`: a target without a mask does not stay TRACKING.
    assert found == [[]] * 5 + [[LOST]] + [[]] * 2


def test_a_frame_that_shows_the_colours_delays_lost_by_a_frame():
    """As the colours of a cover do that has some of the object's."""
    track = tracking()
    found = kinds(track, [UNSEEN, UNSEEN, (image(red=LEFT), EMPTY), UNSEEN, UNSEEN])
    assert found == [[], [], [], [LOST], []]


def test_partly_hidden_object_is_not_lost():
    track = tracking()
    sliver = image()
    sliver[square(LEFT + 4) & square(LEFT)] = RED
    assert kinds(track, [(sliver, EMPTY)] * 5) == [[]] * 5
    assert kinds(track, [SEEN]) == [[]]


def test_first_object_must_stay_to_be_acquired():
    track = TargetTrack()
    frames = [(BOTH, square(LEFT)), (BOTH, square(RIGHT)), (BOTH, square(RIGHT))]
    assert kinds(track, frames) == [[], [], [ACQUIRED]]


@pytest.fixture
def update(make_engine):
    """Updates the target of one command with predictions of the next frame."""
    engine = make_engine()
    engine.add(Command("a", "the red mug"))
    tracked, track = engine._commands.get("a"), TargetTrack()
    stamps = itertools.count(1)

    def update_next(mask, candidate=None, switch_probability=None, memoryless=None):
        frame = Frame(BOTH, stamp_ns=next(stamps))
        prediction = Prediction(mask, 0.9, candidate, switch_probability, memoryless)
        return update_target(frame, tracked, track, prediction, CONFIG)

    return update_next


def test_candidate_precedes_corrected_switch(update):
    update(square(LEFT))
    update(square(LEFT))
    _, events = update(square(LEFT), candidate=square(RIGHT), switch_probability=0.8)
    assert [event.kind for event in events] == [EventKind.CANDIDATE]
    assert events[0].box == Box(RIGHT, 5, 6, 6)
    assert events[0].previous_box == Box(LEFT, 5, 6, 6)
    assert events[0].switch_probability == pytest.approx(0.8)
    assert events[0].stamp_ns == 3
    update(square(RIGHT), switch_probability=0.8)
    _, events = update(square(RIGHT), switch_probability=0.8)
    assert [event.kind for event in events] == [SWITCHED]
    assert "requested the switch" in events[0].reason
    assert events[0].switch_probability == pytest.approx(0.8)


def test_switch_without_correction_has_no_probability(update):
    for mask in (square(LEFT), square(LEFT), square(RIGHT)):
        update(mask)
    _, events = update(square(RIGHT))
    assert [event.kind for event in events] == [SWITCHED]
    assert "requested no switch" in events[0].reason
    assert events[0].switch_probability is None


def test_candidate_on_the_tracked_object_is_no_event(update):
    update(square(LEFT))
    update(square(LEFT))
    assert update(square(LEFT), candidate=square(LEFT + 1), switch_probability=0.8)[1] == []
    assert update(EMPTY.copy(), candidate=square(LEFT), switch_probability=0.8)[1] == []
    _, events = update(EMPTY.copy(), candidate=square(RIGHT), switch_probability=0.8)
    assert [event.kind for event in events] == [EventKind.CANDIDATE]


def test_empty_candidate_is_no_event(update):
    update(square(LEFT))
    assert [e.kind for e in update(square(LEFT), candidate=EMPTY)[1]] == [ACQUIRED]


def test_rival_is_reported_with_its_place(update):
    target, _ = update(square(LEFT))
    assert (target.ambiguity, target.rival_box) == (None, None)
    target, _ = update(square(LEFT), memoryless=square(LEFT))
    assert (target.ambiguity, target.rival_box) == (0.0, None)
    target, _ = update(square(LEFT), memoryless=square(RIGHT))
    assert (target.ambiguity, target.rival_box) == (1.0, Box(RIGHT, 5, 6, 6))
    halved = square(RIGHT)[::2, ::2]  # the network's masks are smaller than the image
    target, _ = update(square(LEFT), memoryless=halved)
    assert target.rival_box == Box(46, 6, 6, 6)
    target, _ = update(EMPTY.copy(), memoryless=square(RIGHT))
    assert (target.ambiguity, target.rival_box) == (0.0, None)


def test_switch_after_a_gap_counts_its_own_frames(update):
    for mask in (square(LEFT), square(LEFT), square(RIGHT), EMPTY.copy()):
        update(mask)
    target, events = update(square(RIGHT))
    assert [event.kind for event in events] == [SWITCHED]
    assert (target.frames_same, target.frames_tracked) == (1, 1), "else a memory cannot be saved"


def test_small_mask_counts_as_not_visible(update):
    target, _ = update(square(LEFT, size=2))
    assert target.state is TargetState.SEARCHING
    assert not target.mask.any()
    update(square(LEFT))
    target, _ = update(square(LEFT))
    assert target.state is TargetState.TRACKING
    assert target.box == Box(LEFT, 5, 6, 6)
