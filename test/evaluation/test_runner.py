"""Evaluation of an untrained network: frames, scores, resuming and restored state."""

import numpy as np
import pytest
import torch
from squares import SquaresDataset, expression

from samwise_ros.data.painted.dataset import PaintedDataset
from samwise_ros.data.painted.video import PaintedConfig
from samwise_ros.evaluation.records import Records, VideoRecord
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runner import EvaluationConfig, evaluate
from samwise_ros.network.checkpoints.fingerprint import fingerprint

SENTENCES = [
    expression("the red ball", 0),
    expression("the large cup that moves left", 1),
    expression("ball", 0, 2),
    expression("a cup", 1),
    expression("the green box", 2),
]
BOTH = (RunConfig("online"), RunConfig("clip"))


class _RecordingWriter:
    """Keeps all results; interrupts the evaluation after ``bound`` calls."""

    def __init__(self, bound: int = 10**6) -> None:
        self.calls, self._bound = [], bound

    def write(self, run_config, results) -> None:
        if len(self.calls) == self._bound:
            raise KeyboardInterrupt
        self.calls.append((run_config, results))


def test_all_frames_and_sentences_are_evaluated_in_every_run(network, tokenizer) -> None:
    dataset = SquaresDataset([SENTENCES[:3], SENTENCES[2:]], frames=10)
    writer, config = _RecordingWriter(), EvaluationConfig(BOTH, batch=2)
    results = evaluate(network, tokenizer, dataset, config, writers=[writer])
    assert (results.videos, results.frames, results.sentences) == (2, 20, 6)
    for run_config in BOTH:
        for video in ("video0", "video1"):
            written = [
                r for config, r in writer.calls if (config, r.video.name) == (run_config, video)
            ]
            assert [list(r.frame_indices) for r in written] == [[*range(8)], [8, 9]] * 2
            assert [len(r.expressions) for r in written] == [2, 2, 1, 1]
            assert all(r.masks.shape == (*r.masks.shape[:2], 32, 48) for r in written)
    for run in results.runs:
        assert [score.sentence for score in run.scores] == [
            each.sentence for each in (*SENTENCES[:3], *SENTENCES[2:])
        ]
    assert 0 < results.runs[0].mean_similarity().jf < 1


def test_batches_do_not_change_the_scores(network, tokenizer) -> None:
    dataset = SquaresDataset([SENTENCES], frames=9)
    single, batched = (
        evaluate(network, tokenizer, dataset, EvaluationConfig(BOTH, batch=size)) for size in (1, 8)
    )
    for first, second in zip(single.runs, batched.runs, strict=True):
        for a, b in zip(first.scores, second.scores, strict=True):
            assert a.own.jf == pytest.approx(b.own.jf, abs=5e-3)


def test_resumed_evaluation_has_the_same_results(network, tokenizer, tmp_path) -> None:
    dataset = PaintedDataset("test", PaintedConfig(frames=3, width=64, height=48))
    config = EvaluationConfig(BOTH, videos=3)
    whole = evaluate(network, tokenizer, dataset, config)
    with pytest.raises(KeyboardInterrupt):
        evaluate(
            network, tokenizer, dataset, config,
            writers=[_RecordingWriter(bound=5)], records=_records(tmp_path),
        )  # fmt: skip
    assert 1 <= len(_records(tmp_path).read()) < 3
    writer = _RecordingWriter()
    resumed = evaluate(
        network,
        tokenizer,
        dataset,
        config,
        writers=[writer],
        records=Records(VideoRecord.from_line, tmp_path, {}),
    )
    assert resumed == whole
    assert "test000000" not in {results.video.name for _, results in writer.calls}


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_network_state_is_restored_and_trainable(network, tokenizer, precision) -> None:
    network.train()
    network.sam.eval().requires_grad_(False)
    modes = [module.training for module in network.modules()]
    trainable = [parameter.requires_grad for parameter in network.parameters()]
    weights, rng_state = fingerprint(network), torch.get_rng_state()
    config = EvaluationConfig(device="cpu", precision=precision)
    evaluate(network, tokenizer, SquaresDataset([SENTENCES], frames=7), config)
    assert [module.training for module in network.modules()] == modes
    assert [parameter.requires_grad for parameter in network.parameters()] == trainable
    assert fingerprint(network) == weights
    assert torch.equal(torch.get_rng_state(), rng_state)
    text = network.text_stem(torch.tensor([tokenizer.encode("the red ball")]))
    encoded = network.encode(network.image_stem(torch.zeros(1, 2, 3, 128, 128)), text, causal=True)
    network.track(encoded.frame(1), None).decoded.logits.sum().backward()
    assert any(parameter.grad is not None for parameter in network.cmt_adapters.parameters())


def test_label_maps_do_not_overlap(network, tokenizer) -> None:
    expressions = [expression(each.sentence, n + 1) for n, each in enumerate(SENTENCES[:2])]
    expressions += [expression("ball", 1, annotator=1, id="other")]
    writer = _RecordingWriter()
    dataset = SquaresDataset([expressions], name="ref_davis17:here:val")
    evaluate(network, tokenizer, dataset, EvaluationConfig(batch=1), writers=[writer])
    first, second = (results for _, results in writer.calls)
    assert [len(results.expressions) for results in (first, second)] == [2, 1]
    assert first.masks.sum(axis=0).max() == 1
    assert np.any(second.masks & first.masks.any(axis=0))


def test_masks_are_written_for_data_without_ground_truth(network, tokenizer) -> None:
    writer = _RecordingWriter()
    dataset = SquaresDataset([[expression("the red ball")]])
    results = evaluate(network, tokenizer, dataset, writers=[writer])
    assert results.sentences == 0
    assert writer.calls[0][1].masks.any()


def test_invalid_settings_raise(network, tokenizer) -> None:
    with pytest.raises(ValueError, match="videos: expected 1 or more, got 0"):
        EvaluationConfig(videos=0)
    with pytest.raises(ValueError, match="batch: expected 1 to 254, got 0"):
        EvaluationConfig(batch=0)
    with pytest.raises(ValueError, match="run_configs: expected at least one, all different"):
        EvaluationConfig(run_configs=(RunConfig(), RunConfig()))
    with pytest.raises(ValueError, match=r"video0: the model cannot take '\?': .*no word"):
        evaluate(network, tokenizer, SquaresDataset([[expression("?", 0)]]))
    with pytest.raises(ValueError, match="device: expected auto, cpu, cuda"):
        evaluate(network, tokenizer, SquaresDataset([SENTENCES]), EvaluationConfig(device="abacus"))


def _records(folder) -> Records:
    return Records(VideoRecord.from_line, folder, {})
