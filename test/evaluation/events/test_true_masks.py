"""The event logic on the true masks of a data set."""

import dataclasses

from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.engine.config import EngineConfig
from samwise_ros.evaluation.events.event_metrics import sentence_accuracies
from samwise_ros.evaluation.events.matching import Share
from samwise_ros.evaluation.events.true_events import Hysteresis
from samwise_ros.evaluation.events.true_masks import record_true_masks


def test_true_masks_are_acquired_and_absent_objects_do_not_count():
    present, absent = (
        record_true_masks(open_dataset(f"painted:{split}"), 1, EngineConfig())[0].sentences
        for split in ("scenes_val", "scenes_absent")
    )
    assert [record.events for record in present] == [[("ACQUIRED", 1)]]
    assert present[0].history.iou(0, 0) == 1.0
    assert sentence_accuracies(present, Hysteresis()) == (Share(0, 0), Share(1, 1))
    assert absent == ()


def test_objects_with_two_sentences_count_once():
    dataset = open_dataset("painted:scenes_val")
    video = dataset.video(0)
    sentences = (*video.expressions, dataclasses.replace(video.expressions[0], sentence="that one"))
    dataset.video = lambda _: dataclasses.replace(video, expressions=sentences)
    (record,) = record_true_masks(dataset, 1, EngineConfig())
    assert [each.sentence for each in record.sentences] == [video.expressions[0].sentence]
