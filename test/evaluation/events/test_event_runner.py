"""Recording of events with an untrained network that always shows a mask."""

from squares import SquaresDataset, expression

from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import EventKind
from samwise_ros.evaluation.events.mask_history import MaskHistory
from samwise_ros.evaluation.events.record import SentenceRecord
from samwise_ros.evaluation.events.runner import record_events


def test_frames_and_events_count_while_the_sentence_holds(network, tokenizer):
    expressions = [expression("the red ball", 0), expression("ball", 0, start=4, stop=7)]
    config = EngineConfig(reject_unknown_words=False, min_mask_area=1)
    engine = Engine(SamwiseBackend(network, tokenizer, device="cpu"), config)
    (video,) = record_events(engine, SquaresDataset([expressions], frames=9))
    whole, part = video.sentences
    assert (len(whole.history), whole.start) == (9, 0)
    assert (len(part.history), part.start) == (3, 4)
    assert 0 < whole.frames_of(EventKind.ACQUIRED)[0] < 4
    assert part.frames_of(EventKind.ACQUIRED) == [0]


def test_target_seen_and_lost_before_the_sentence_holds_is_acquired():
    record = SentenceRecord("the ball", "", MaskHistory(), [], [], 10)
    for kind, frame in ((EventKind.RECOVERED, 12), (EventKind.LOST, 20), (EventKind.RECOVERED, 30)):
        record.add_event(kind, frame)
    assert record.events == [("ACQUIRED", 2), ("LOST", 10), ("RECOVERED", 20)]
