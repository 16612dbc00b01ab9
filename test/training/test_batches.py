"""Batches: square input, split over processes, and errors of the data."""

from pathlib import Path

import pytest
import torch

from samwise_ros.data.dataset import DatasetError
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.painted.video import PaintedConfig, vocabulary
from samwise_ros.evaluation.distributed import ProcessGroup
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.presets import preset
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.batches import SentenceBatches, VideoBatches, load_batches
from samwise_ros.training.clips import Clips
from samwise_ros.training.recipe import Stage

CONFIG = preset("tabletop")
TOKENIZER = SentenceTokenizer.from_words(vocabulary())
SINGLE_PROCESS = ProcessGroup()
STAGE = Stage("a", "sentences", steps=3, batch=4, accumulate=2, frames=4, single_share=0.3)


def _videos(
    specs: tuple[str, ...] = ("painted:train",),
    stage: Stage = STAGE,
    config: SamwiseConfig = CONFIG,
    processes: ProcessGroup = SINGLE_PROCESS,
) -> VideoBatches:
    return VideoBatches(
        Clips.open(specs, stage, 1, config.image_size), TOKENIZER, config, processes
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> tuple[str, ...]:
    """Videos of two sizes."""
    specs = []
    for name, size in (("wide", (96, 64)), ("high", (64, 96))):
        folder = tmp_path_factory.mktemp("data") / name
        write_mevis(folder, {"train": 2}, PaintedConfig(4, *size))
        specs.append(f"mevis:{folder}:train")
    return tuple(specs)


def test_processes_split_one_batch():
    whole = _videos()[0]
    parts = [_videos(processes=ProcessGroup(rank, 2))[0] for rank in range(2)]
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


def test_videos_of_all_sizes_are_padded_to_a_square(folders):
    stage = Stage("a", "sentences", epochs=1, batch=8, frames=2, targets=1, absent_share=0.0)
    batch = _videos(folders, stage)[0]
    assert batch.pixels.shape == (8, 2, 3, 128, 128)
    shapes = {(int(each[:, 0].sum()), int(each[0].sum())) for each in batch.inside}
    assert shapes == {(85, 128), (128, 85)}  # height and width
    outside = ~batch.inside[:, None]
    assert not (batch.masks[:, 0] & outside).any()
    assert not (batch.pixels * outside[:, :, None]).any()
    assert batch.masks.any()


def test_batch_smaller_than_the_number_of_processes_raises():
    with pytest.raises(ValueError, match="at least one video for each of 3 processes in each of 2"):
        _videos(processes=ProcessGroup(0, 3))


def test_error_in_the_data_keeps_its_message(folders):
    image = next(Path(folders[0].split(":")[1]).rglob("*.jpg"))
    content = image.read_bytes()
    image.write_bytes(b"nothing")
    stage = Stage("a", "sentences", epochs=1, batch=4, frames=4)
    videos = _videos(folders, stage)
    try:
        with pytest.raises(DatasetError) as caught:
            list(load_batches(videos, 0, len(videos), SINGLE_PROCESS))
    finally:
        image.write_bytes(content)
    assert str(image) in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_batches_are_ordered_and_start_anywhere():
    videos = _videos()
    batches = list(load_batches(videos, 4, 6, SINGLE_PROCESS))
    assert len(batches) == 2
    assert torch.equal(batches[1].masks, videos[5].masks)


def test_masked_words_do_not_depend_on_the_number_of_processes():
    clips = Clips.open(("painted:train",), Stage("a", "words", steps=1, batch=9, frames=8), 1, 128)
    whole = SentenceBatches(clips, TOKENIZER, SINGLE_PROCESS)[0]
    second = SentenceBatches(clips, TOKENIZER, ProcessGroup(1, 2))[0]
    assert torch.equal(second.input_ids, whole.input_ids[1::2])
    assert torch.equal(second.masked, whole.masked[1::2])
    assert whole.masked.any()
    assert not (whole.masked & (whole.input_ids < 4)).any()
