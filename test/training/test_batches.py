"""Batches: the network's square, shared out over processes, and errors that keep their words."""

from pathlib import Path

import pytest
import torch

from samwise_ros.data.dataset import DatasetError
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.tabletop.video import TabletopConfig, vocabulary
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.presets import preset
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.batches import Sentences, Videos, load
from samwise_ros.training.clips import Clips
from samwise_ros.training.distributed import Processes
from samwise_ros.training.recipe import Stage

CONFIG = preset("tabletop")
TOKENIZER = SentenceTokenizer.from_words(vocabulary())
ALONE = Processes()
STAGE = Stage("a", "sentences", steps=3, batch=4, accumulate=2, frames=4, single_share=0.3)


def _videos(
    specs: tuple[str, ...] = ("tabletop:train",),
    stage: Stage = STAGE,
    config: SamwiseConfig = CONFIG,
    ours: Processes = ALONE,
) -> Videos:
    return Videos(Clips.open(specs, stage, 1, config.image_size), TOKENIZER, config, ours)


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> tuple[str, ...]:
    """Videos of two sizes."""
    specs = []
    for name, size in (("wide", (96, 64)), ("high", (64, 96))):
        folder = tmp_path_factory.mktemp("data") / name
        write_mevis(folder, {"train": 2}, TabletopConfig(4, *size))
        specs.append(f"mevis:{folder}:train")
    return tuple(specs)


def test_processes_share_one_batch():
    whole = _videos()[0]
    parts = [_videos(ours=Processes(rank, 2))[0] for rank in range(2)]
    assert whole.numbers.tolist() == [0, 1]
    assert [part.numbers.tolist() for part in parts] == [[0], [1]]
    for rank, part in enumerate(parts):
        assert torch.equal(part.pixels[0], whole.pixels[rank])
        assert torch.equal(part.masks[0], whole.masks[rank])


def test_parts_of_a_step_are_different_clips_of_one_length():
    videos = _videos()
    assert len(videos) == 6
    first, second = videos[0], videos[1]
    assert second.numbers.tolist() == [2, 3]
    assert first.pixels.shape == second.pixels.shape == (2, 4, 3, 128, 128)
    assert not torch.equal(first.pixels, second.pixels)


def test_videos_of_all_sizes_share_a_square(folders):
    stage = Stage("a", "sentences", epochs=1, batch=8, frames=2, targets=1, absent_share=0.0)
    batch = _videos(folders, stage)[0]
    assert batch.pixels.shape == (8, 2, 3, 128, 128)
    shapes = {(int(one[:, 0].sum()), int(one[0].sum())) for one in batch.inside}
    assert shapes == {(85, 128), (128, 85)}  # height and width
    outside = ~batch.inside[:, None]
    assert not (batch.masks[:, 0] & outside).any()
    assert not (batch.pixels * outside[:, :, None]).any()
    assert batch.masks.any()


def test_a_batch_needs_a_video_for_each_process():
    with pytest.raises(ValueError, match="at least one video for each of 3 processes in each of 2"):
        _videos(ours=Processes(0, 3))


def test_an_error_in_the_data_comes_through_as_it_is(folders):
    broken = next(Path(folders[0].split(":")[1]).rglob("*.jpg"))
    kept = broken.read_bytes()
    broken.write_bytes(b"nothing")
    stage = Stage("a", "sentences", epochs=1, batch=4, frames=4)
    videos = _videos(folders, stage)
    try:
        with pytest.raises(DatasetError) as caught:
            list(load(videos, 0, len(videos), ALONE))
    finally:
        broken.write_bytes(kept)
    assert str(broken) in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_batches_come_in_order_from_any_on():
    videos = _videos()
    batches = list(load(videos, 4, 6, ALONE))
    assert len(batches) == 2
    assert torch.equal(batches[1].masks, videos[5].masks)


def test_hidden_words_are_the_same_however_they_are_shared():
    clips = Clips.open(("tabletop:train",), Stage("a", "words", steps=1, batch=9, frames=8), 1, 128)
    whole = Sentences(clips, TOKENIZER, ALONE)[0]
    second = Sentences(clips, TOKENIZER, Processes(1, 2))[0]
    assert torch.equal(second.input_ids, whole.input_ids[1::2])
    assert torch.equal(second.hidden, whole.hidden[1::2])
    assert whole.hidden.any()
    assert not (whole.hidden & (whole.input_ids < 4)).any()
