"""A whole evaluation of a network that has learned nothing: what is looked at, and what is left."""

import numpy as np
import pytest
import torch
from drawn import Drawn, said

from samwise_ros.data.tabletop.dataset import TabletopDataset
from samwise_ros.data.tabletop.video import TabletopConfig
from samwise_ros.evaluation.records import Records
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runner import EvaluationConfig, evaluate
from samwise_ros.network.checkpoints.fingerprint import fingerprint

SENTENCES = [
    said("the red ball", 0), said("the large cup that moves left", 1), said("ball", 0, 2),
    said("a cup", 1), said("the green box", 2),
]  # fmt: skip
BOTH = (RunConfig("online"), RunConfig("clip"))


class _Seen:
    """Keeps what it is shown."""

    def __init__(self, bound: int = 10**6) -> None:
        self.stretches, self._bound = [], bound

    def write(self, way, stretch) -> None:
        if len(self.stretches) == self._bound:
            raise KeyboardInterrupt
        self.stretches.append((way, stretch))


def test_every_frame_is_seen_for_every_sentence_in_every_way(network, tokenizer) -> None:
    dataset, seen = Drawn([SENTENCES[:3], SENTENCES[2:]], frames=10), _Seen()
    results = evaluate(network, tokenizer, dataset, EvaluationConfig(BOTH, batch=2), outputs=[seen])
    assert (results.videos, results.frames, results.sentences) == (2, 20, 6)
    for way in BOTH:
        for video in ("video0", "video1"):
            shown = [s for one, s in seen.stretches if (one, s.video.name) == (way, video)]
            assert [list(s.frame_indices) for s in shown] == [[*range(8)], [8, 9]] * 2
            assert [len(s.expressions) for s in shown] == [2, 2, 1, 1]
            assert all(s.masks.shape == (*s.masks.shape[:2], 32, 48) for s in shown)
    for run in results.runs:
        assert [score.sentence for score in run.scores] == [
            one.sentence for one in (*SENTENCES[:3], *SENTENCES[2:])
        ]
    assert 0 < results.runs[0].mean_of().jf < 1


def test_batches_do_not_change_the_scores(network, tokenizer) -> None:
    dataset = Drawn([SENTENCES], frames=9)
    one, all_at_once = (
        evaluate(network, tokenizer, dataset, EvaluationConfig(BOTH, batch=size)) for size in (1, 8)
    )
    for ours, theirs in zip(one.runs, all_at_once.runs, strict=True):
        for a, b in zip(ours.scores, theirs.scores, strict=True):
            assert a.own.jf == pytest.approx(b.own.jf, abs=5e-3)


def test_a_stopped_evaluation_goes_on_to_the_same_results(network, tokenizer, tmp_path) -> None:
    dataset = TabletopDataset("test", TabletopConfig(frames=3, width=64, height=48))
    config = EvaluationConfig(BOTH, videos=3)
    whole = evaluate(network, tokenizer, dataset, config)
    with pytest.raises(KeyboardInterrupt):
        evaluate(
            network, tokenizer, dataset, config,
            outputs=[_Seen(bound=5)], records=Records(tmp_path, {}),
        )  # fmt: skip
    assert 1 <= len(Records(tmp_path, {}).read()) < 3
    seen = _Seen()
    again = evaluate(
        network, tokenizer, dataset, config, outputs=[seen], records=Records(tmp_path, {})
    )
    assert again == whole
    assert "test000000" not in {stretch.video.name for _, stretch in seen.stretches}


def test_the_network_is_left_as_it_was_and_can_be_trained_on(network, tokenizer) -> None:
    network.train()
    network.sam.eval().requires_grad_(False)
    modes = [module.training for module in network.modules()]
    learning = [parameter.requires_grad for parameter in network.parameters()]
    weights, chance = fingerprint(network), torch.get_rng_state()
    evaluate(network, tokenizer, Drawn([SENTENCES], frames=7), EvaluationConfig(device="cpu"))
    assert [module.training for module in network.modules()] == modes
    assert [parameter.requires_grad for parameter in network.parameters()] == learning
    assert fingerprint(network) == weights
    assert torch.equal(torch.get_rng_state(), chance)
    text = network.text_stem(torch.tensor([tokenizer.encode("the red ball")]))
    encoded = network.encode(network.image_stem(torch.zeros(1, 2, 3, 128, 128)), text, causal=True)
    network.track(encoded.frame(1), None).decoded.logits.sum().backward()
    assert any(parameter.grad is not None for parameter in network.cmt_adapters.parameters())


def test_label_maps_share_no_pixel(network, tokenizer) -> None:
    expressions = [said(one.sentence, place + 1) for place, one in enumerate(SENTENCES[:2])]
    expressions += [said("ball", 1, annotator=1, id="other")]
    seen = _Seen()
    dataset = Drawn([expressions], name="ref_davis17:here:val")
    evaluate(network, tokenizer, dataset, EvaluationConfig(batch=1), outputs=[seen])
    first, second = (stretch for _, stretch in seen.stretches)
    assert [len(s.expressions) for s in (first, second)] == [2, 1]
    assert first.masks.sum(axis=0).max() == 1
    assert np.any(second.masks & first.masks.any(axis=0))


def test_data_that_tells_nothing_is_still_looked_at(network, tokenizer) -> None:
    seen = _Seen()
    dataset = Drawn([[said("the red ball")]])
    results = evaluate(network, tokenizer, dataset, outputs=[seen])
    assert results.sentences == 0
    assert seen.stretches[0][1].masks.any()


def test_what_cannot_be_evaluated_is_refused(network, tokenizer) -> None:
    with pytest.raises(ValueError, match="videos: expected 1 or more, got 0"):
        EvaluationConfig(videos=0)
    with pytest.raises(ValueError, match="batch: expected 1 to 254, got 0"):
        EvaluationConfig(batch=0)
    with pytest.raises(ValueError, match="ways: expected different ones"):
        EvaluationConfig(ways=(RunConfig(), RunConfig()))
    with pytest.raises(ValueError, match=r"video0: the model cannot take '\?': .*no word"):
        evaluate(network, tokenizer, Drawn([[said("?", 0)]]))
    with pytest.raises(ValueError, match="device: expected auto, cpu, cuda"):
        evaluate(network, tokenizer, Drawn([SENTENCES]), EvaluationConfig(device="abacus"))
