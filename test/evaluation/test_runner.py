"""A whole evaluation of a model that has learned nothing: what is counted, and what is refused."""

import numpy as np
import pytest
import torch

from samwise_ros.data.tabletop import TabletopConfig, make_video, vocabulary
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.evaluation.runner import EvaluationConfig, evaluate, find
from samwise_ros.network.checkpoint import save_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.tokenizer import SentenceTokenizer


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("model")
    tokenizer = SentenceTokenizer.of_words(vocabulary())
    save_model(folder, Samwise(preset("tabletop")), tokenizer)
    return str(folder)


def test_every_sentence_is_scored_in_every_way(model: str) -> None:
    results = evaluate(model, EvaluationConfig(videos=2, frames=3))
    ways = [(run.mode, run.switch_correction) for run in results.runs]
    assert ways == [("online", True), ("online", False), ("clip", True), ("clip", False)]
    scene = TabletopConfig(frames=3, width=320, height=240)
    sentences = [e.sentence for i in range(2) for e in make_video("test", i, scene).expressions]
    for run in results.runs:
        assert [score.sentence for score in run.scores] == sentences
    assert 0 <= results.runs[0].mean_of().jf <= 1


@pytest.mark.parametrize("mode", ["online", "clip"])
def test_one_video_leaves_nothing_for_the_next(model: str, mode: str) -> None:
    engine = Engine.from_model(model, config=EngineConfig(mode=mode, min_mask_area=1))
    video = make_video("test", 1, TabletopConfig(frames=9, width=160, height=120))
    sentences = ["the red ball", "the large cup"]
    first, again = find(engine, video, sentences), find(engine, video, sentences)
    assert first[0].shape == (9, 120, 160)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert engine.commands == ()


def test_what_cannot_be_evaluated_is_refused(model: str) -> None:
    with pytest.raises(ValueError, match="data: expected one of tabletop:train"):
        EvaluationConfig(data="mevis:test")
    with pytest.raises(ValueError, match="videos: expected 1 or more, got 0"):
        EvaluationConfig(videos=0)
    with pytest.raises(ValueError, match="frames: expected 1 or more"):
        EvaluationConfig(frames=0)
    with pytest.raises(ValueError, match="nowhere"):
        evaluate("/nowhere", EvaluationConfig())
    video = make_video("test", 1, TabletopConfig(frames=1))
    with pytest.raises(ValueError, match="holds no word"):
        find(Engine.from_model(model), video, ["?"])
