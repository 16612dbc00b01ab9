"""The event logic alone on planted changes."""

import random

import numpy as np
import pytest

from samwise_ros.data.painted.scene import PaintedScene
from samwise_ros.engine.config import EngineConfig
from samwise_ros.evaluation.events import planted
from samwise_ros.evaluation.events.event_metrics import score_events
from samwise_ros.evaluation.events.record import EVENT_KINDS
from samwise_ros.evaluation.events.true_events import Hysteresis, true_events

RETURN = ["LOST", "RECOVERED"]
EXPECTED = {
    "switch": ["SWITCHED"],
    "loss": RETURN,
    "return elsewhere": RETURN,
    "out of the image": RETURN,
}


@pytest.fixture(scope="module")
def records():
    return [record.sentences[0] for record in planted.planted_records(2, EngineConfig())]


def test_planted_changes_are_the_only_true_events(records):
    for record in records:
        expected = EXPECTED.get(record.kind, [])
        found = [event.kind.name for event in true_events(record.history, Hysteresis())]
        assert found == ["ACQUIRED", *expected], record.kind


def test_logic_reports_planted_changes_and_nothing_else(records):
    scores = score_events(records, Hysteresis())
    for kind in EVENT_KINDS:
        assert scores[kind].false == 0
        assert scores[kind].found == scores[kind].true


@pytest.mark.parametrize(("name", "number"), [("switch", 24), ("switch", 28), ("split mask", 27)])
def test_objects_stay_in_view(name, number):
    # The first target drawn for these clips leaves the image or passes behind another object.
    scene = PaintedScene(200_000 + number, 320, 240)
    clip = planted._make_clip(random.Random(f"planted/{name}/{number}"), scene, name)
    assert min(np.count_nonzero(truth[clip.target]) for truth in clip.truths) >= planted._MIN_AREA
