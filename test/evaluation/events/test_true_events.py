"""True events of hand-made histories."""

from samwise_ros.engine.types import EventKind
from samwise_ros.evaluation.events.mask_history import MaskHistory
from samwise_ros.evaluation.events.true_events import (
    Hysteresis,
    object_changes,
    presence_events,
    true_events,
)

HYSTERESIS = Hysteresis(min_mask_area=4, lost_after_frames=3, recover_after_frames=2)


def history(masks: str, present: str) -> MaskHistory:
    """One letter a frame: the object under the mask (t, a, b or . for none), and t if in view."""
    names = "tab"
    return MaskHistory(
        [0 if name == "." else 10 for name in masks],
        [[10 if name == "t" else 0, 10, 10] for name in present],
        [[10 if name == one else 0 for one in names] for name in masks],
    )


def events_of(masks: str, present: str) -> list[tuple[str, int]]:
    found = true_events(history(masks, present), HYSTERESIS)
    return [(event.kind.name, event.onset) for event in found]


def test_short_absence_is_no_event():
    assert events_of("tttttttt", "ttt..ttt") == [("ACQUIRED", 0)]


def test_lost_and_recovered_begin_with_the_first_frame_of_the_condition():
    expected = [("ACQUIRED", 0), ("LOST", 2), ("RECOVERED", 6)]
    assert events_of("tttttttt", "tt....tt") == expected


def test_one_frame_in_view_does_not_end_an_absence():
    found = presence_events([letter == "t" for letter in "tt...t...tt"], HYSTERESIS)
    assert [event.onset for event in found] == [0, 2, 9]


def test_object_that_never_appears_has_no_event():
    assert events_of("........", "........") == []


def test_switch_is_about_objects_and_not_about_gaps():
    assert events_of("ttt...aaa", "ttttttttt") == [("ACQUIRED", 0), ("SWITCHED", 6)]
    assert events_of("ttt...ttt", "ttttttttt") == [("ACQUIRED", 0)]


def test_one_frame_on_another_object_is_no_switch():
    assert events_of("ttattbtt", "tttttttt") == [("ACQUIRED", 0)]


def test_switch_there_and_back_counts_twice():
    assert object_changes([0, 0, 1, 1, 0, 0], 2) == [(0, 0), (2, 1), (4, 0)]


def test_mask_over_two_objects_is_on_none():
    both = MaskHistory([10], [[10] * 3], [[5, 5, 0]])
    assert both.covered(4) == [-1]
    assert MaskHistory([10], [[10] * 3], [[6, 4, 0]]).covered(4) == [0]
    assert MaskHistory([3], [[10] * 3], [[3, 0, 0]]).covered(4) == [-1]


def test_hysteresis_by_kind():
    assert HYSTERESIS.frames(EventKind.LOST) == 3
    assert HYSTERESIS.frames(EventKind.SWITCHED) == 2
