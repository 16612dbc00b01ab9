"""The event logic on the true masks of a data set."""

from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.engine.config import EngineConfig
from samwise_ros.evaluation.events.event_metrics import sentence_accuracies
from samwise_ros.evaluation.events.matching import Share
from samwise_ros.evaluation.events.true_events import Hysteresis
from samwise_ros.evaluation.events.true_masks import record_true_masks


def test_true_masks_are_acquired_and_absent_objects_are_not():
    sentences = [
        record_true_masks(open_dataset(f"painted:{split}"), 1, EngineConfig())[0].sentences[0]
        for split in ("scenes_val", "scenes_absent")
    ]
    assert [one.events for one in sentences] == [[("ACQUIRED", 1)], []]
    assert sentences[0].history.iou(0, 0) == 1.0
    assert sentence_accuracies(sentences, Hysteresis()) == (Share(1, 1), Share(1, 1))
