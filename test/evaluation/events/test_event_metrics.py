"""Event and frame metrics of hand-made sentences."""

import math

import numpy as np
import pytest
from test_true_events import HYSTERESIS, history

from samwise_ros.engine.types import EventKind
from samwise_ros.evaluation.events.event_metrics import (
    fragmentations,
    score_events,
    sentence_accuracies,
)
from samwise_ros.evaluation.events.frame_metrics import FrameCounts
from samwise_ros.evaluation.events.identity_metrics import Hota, identity_switches
from samwise_ros.evaluation.events.mask_history import MaskHistory
from samwise_ros.evaluation.events.matching import Share, f1, match
from samwise_ros.evaluation.events.record import EventRecord, SentenceRecord
from samwise_ros.evaluation.events.report import EventReport
from samwise_ros.evaluation.events.timeline import draw_timeline


def sentence(masks: str, present: str, *events: tuple[str, int]) -> SentenceRecord:
    return SentenceRecord("the mug", "", history(masks, present), list(events), [])


def test_match_is_one_to_one_in_time_order():
    matching = match([11, 12, 13], [10, 12], 2)
    assert matching.pairs == ((0, 0), (1, 1))
    assert (matching.false, matching.missed, matching.reports) == ((2,), (), (2, 2))


@pytest.mark.parametrize(("frame", "found"), [(8, 0), (9, 1), (30, 1), (31, 0)])
def test_match_window(frame, found):
    assert len(match([frame], [10], 5).pairs) == found


def test_wilson_interval():
    low, high = Share(8, 10).interval()
    assert (low, high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert Share(0, 0).interval() == (0.0, 1.0)
    assert math.isnan(Share(0, 0).value)
    assert f1(0.0, 0.0) == 0.0


def test_lost_in_plain_view_is_false():
    record = sentence("t" * 12, "t" * 12, ("ACQUIRED", 1), ("LOST", 6), ("RECOVERED", 8))
    scores = score_events([record], HYSTERESIS)
    assert scores[EventKind.LOST].precision == Share(0, 1)
    assert scores[EventKind.LOST].recall == Share(0, 0)
    # The recovery is on the same object as before, so it is right.
    assert scores[EventKind.RECOVERED].precision == Share(1, 1)
    assert scores[EventKind.LOST].false_per_hour(12, 10.0) == pytest.approx(3000.0)


def test_delay_is_zero_at_the_earliest_possible_frame():
    masks, present = "tt.....ttt", "tt.....ttt"
    record = sentence(masks, present, ("ACQUIRED", 1), ("LOST", 4), ("RECOVERED", 9))
    scores = score_events([record], HYSTERESIS)
    assert scores[EventKind.ACQUIRED].delays == [0]
    assert scores[EventKind.LOST].delays == [0]
    assert scores[EventKind.RECOVERED].delays == [1]


def test_recovered_on_another_object_is_false_and_the_switch_is_missed():
    record = sentence("tt....aaaa", "tttttttttt", ("ACQUIRED", 1), ("LOST", 4), ("RECOVERED", 7))
    scores = score_events([record], HYSTERESIS)
    assert scores[EventKind.RECOVERED].precision == Share(0, 1)
    assert scores[EventKind.SWITCHED].recall == Share(0, 1)


def test_recovered_on_no_object_is_false():
    areas = [10] * 3 + [0] * 4 + [10] * 3
    background = MaskHistory(areas, [[10, 10, 10]] * 10, [[0, 0, 0]] * 10)
    record = SentenceRecord("the mug", "", background, [("LOST", 4), ("RECOVERED", 8)], [])
    assert score_events([record], HYSTERESIS)[EventKind.RECOVERED].precision == Share(0, 1)


def test_second_report_of_a_switch_is_false():
    record = sentence("ttttaaaaaa", "tttttttttt", ("SWITCHED", 4), ("SWITCHED", 6))
    score = score_events([record], HYSTERESIS)[EventKind.SWITCHED]
    assert (score.precision, score.recall) == (Share(1, 2), Share(1, 1))
    assert score.reports == [2]


def test_acquired_on_another_object_is_false():
    record = sentence("aaaa", "tttt", ("ACQUIRED", 1))
    score = score_events([record], HYSTERESIS)[EventKind.ACQUIRED]
    assert (score.precision, score.recall) == (Share(0, 1), Share(0, 1))


def test_fragmentation_counts_restarts_in_one_presence():
    events = [("ACQUIRED", 1), ("LOST", 4), ("RECOVERED", 6), ("LOST", 8), ("RECOVERED", 10)]
    assert fragmentations(sentence("t" * 12, "t" * 12, *events), HYSTERESIS) == [2]


def test_frame_counts_as_vots():
    history_ = history("tta...a.", "tttt...t")
    counts = FrameCounts.of(history_, 4)
    assert (counts.on_target, counts.elsewhere, counts.missed) == (2, 1, 2)
    assert (counts.absent, counts.invented) == (2, 1)
    assert counts.not_reported_error == pytest.approx(2 / 5)
    assert counts.drift_rate_error == pytest.approx(1 / 5)
    assert counts.absence_detection_quality == pytest.approx(2 / 3)
    assert counts.robustness == pytest.approx(2 / 5)
    assert counts.accuracy == 1.0
    # TP 3, FN 2, FP 1, TN 2
    assert counts.presence_correlation == pytest.approx((3 * 2 - 1 * 2) / math.sqrt(4 * 5 * 3 * 4))


def test_sentence_accuracies():
    records = [
        sentence("....", "...."),
        sentence("aaaa", "....", ("ACQUIRED", 1)),
        sentence("tttt", "tttt", ("ACQUIRED", 1)),
        sentence("." * 12 + "tt", "t" * 14, ("ACQUIRED", 13)),
    ]
    assert sentence_accuracies(records, HYSTERESIS) == (Share(1, 2), Share(1, 2))


def test_identity_switches_ignore_frames_without_an_object():
    assert identity_switches(history("ttaat..b", "t" * 8), 4) == 3


def test_hota_counts_missed_frames_and_other_objects():
    assert Hota.of(history("tttt", "tttt"), 4).value == 1.0
    # Two of four frames match: DetA 2/4, AssA 2/4.
    missed = Hota.of(history("tt..", "tttt"), 4)
    assert missed.value == pytest.approx(0.5)
    # Without an association with the other object: DetA 4/4, AssA 1/2 on each object.
    switched = Hota.of(history("ttaa", "tttt"), 4)
    assert switched.value == pytest.approx(math.sqrt(0.5))
    both = Hota.sum([missed, switched])
    assert both.value == pytest.approx(math.sqrt((1 + 2) / 8))
    assert math.isnan(Hota.of(history("....", "...."), 4).value)


def test_history_of_masks():
    truths = np.zeros((3, 4, 4), bool)
    truths[0, :2], truths[1, 2], truths[2, 3] = True, True, True
    mask = np.zeros((4, 4), bool)
    mask[1:3] = True
    found = MaskHistory()
    found.add(mask, truths, [0, 2])
    assert (found.mask_areas, found.areas, found.overlaps) == ([8], [[12, 4]], [[4, 4]])
    assert found.iou(0, 0) == pytest.approx(4 / 16)


def test_record_survives_a_line_of_json():
    record = EventRecord(3, "video", (sentence("tt", "tt", ("ACQUIRED", 1)),))
    assert EventRecord.from_line(record.to_line()) == record
    with pytest.raises(ValueError, match="expected the record of a video"):
        EventRecord.from_line("{}")


def test_report_and_timeline():
    record = EventRecord(0, "video", (sentence("ttttaaaa", "tttttttt", ("SWITCHED", 5)),))
    report = EventReport("model", "data", [record], HYSTERESIS)
    assert "| SWITCHED | 1.00 [0.21, 1.00] of 1 |" in report.to_markdown()
    assert report.to_json()["events"]["SWITCHED"]["recall"]["value"] == 1.0
    assert report.to_json()["events"]["LOST"]["f1"] is None
    picture = draw_timeline(record, HYSTERESIS)
    assert picture.dtype == np.uint8
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 4


def test_timeline_draws_no_other_object_like_the_named_one():
    def lower_band(item: int) -> tuple[int, ...]:
        overlaps = [10 if index == item else 0 for index in range(7)]
        record = SentenceRecord("the mug", "", MaskHistory([10], [[10] * 7], [overlaps]), [], [])
        return tuple(draw_timeline(EventRecord(0, "video", (record,)), HYSTERESIS)[55, 9])

    named = lower_band(0)
    assert all(lower_band(item) != named for item in range(1, 7))
