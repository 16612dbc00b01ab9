"""Which clips a stage sees: every one in an epoch, and objects to click at."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from samwise_ros.data.concat import open_datasets
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.tabletop.video import TabletopConfig
from samwise_ros.training.clips import Clips
from samwise_ros.training.recipe import Stage

STAGE = Stage("a", "sentences", epochs=2, batch=4, frames=4, targets=2, absent_share=0.0)


@pytest.fixture(scope="module")
def specs(tmp_path_factory) -> list[str]:
    """Two folders of the MeViS format."""
    found = []
    for name, count in (("one", 2), ("two", 1)):
        folder = tmp_path_factory.mktemp("data") / name
        write_mevis(folder, {"train": count}, TabletopConfig(6, 64, 48))
        found.append(f"mevis:{folder}:train")
    return found


def test_data_sets_are_joined_in_order(specs):
    joined, (one, two) = open_datasets(specs), (open_datasets([spec]) for spec in specs)
    assert len(joined) == len(one) + len(two) == 3
    assert [joined.video(index) for index in range(3)] == [one.video(0), one.video(1), two.video(0)]
    assert np.array_equal(joined.images(2, [1, 3]), two.images(0, [1, 3]))
    assert np.array_equal(joined.masks(2, [0], [1, 3]), two.masks(0, [0], [1, 3]))
    with pytest.raises(ValueError, match="train on it alone"):
        open_datasets([specs[0], "tabletop:train"])


def test_an_epoch_has_as_many_clips_as_sentences_and_frames_make(specs, monkeypatch):
    clips = Clips.open(specs, STAGE, 1, 128)
    visits = [-(-2 * len(clips.datasets[0].video(index).expressions) // 2) for index in range(3)]
    assert clips.steps == -(-2 * sum(visits) // 4)
    seen = []
    monkeypatch.setattr(
        "samwise_ros.training.clips.sample_clip", lambda _, index, *__: seen.append(index)
    )
    for number in range(2 * sum(visits)):
        clips.sample(number // 4, number % 4, 4)
    for epoch in (seen[: sum(visits)], seen[sum(visits) :]):
        assert Counter(epoch) == dict(enumerate(visits))
    assert seen[: sum(visits)] != seen[sum(visits) :]


def test_the_same_step_gives_the_same_sample(specs):
    clips = Clips.open(specs, replace(STAGE, augment=True), 1, 128)
    first, again, other = clips.sample(3, 1, 4), clips.sample(3, 1, 4), clips.sample(3, 2, 4)
    assert np.array_equal(first.frames, again.frames)
    assert first.sentences == again.sentences
    assert first.frames.shape != other.frames.shape or (first.frames != other.frames).any()


def test_generated_videos_are_made_to_the_networks_measure():
    clips = Clips.open(["tabletop:train"], replace(STAGE, epochs=0, steps=5), 1, 128)
    assert clips.steps == 5
    assert clips.sample(0, 0, 4).frames.shape == (4, 96, 128, 3)
    assert clips.sample(0, 0, 1).frames.shape == (1, 96, 128, 3)


def test_clips_are_cut_from_longer_videos():
    stage = replace(STAGE, epochs=0, steps=5, video_frames=(4, 9), in_a_row=True)
    clips = Clips.open(["tabletop:train"], stage, 1, 128)
    samples = [clips.sample(0, number, 4) for number in range(20)]
    assert {len(sample.frames) for sample in samples} == {4}
    assert all(np.diff(sample.frame_indices).tolist() == [1, 1, 1] for sample in samples)
    firsts = {sample.frame_indices[0] for sample in samples}
    assert 0 in firsts
    assert len(firsts) > 2
    labels = clips.labels(0, 3, 4, 128, samples[3].frame_indices)
    cells = samples[3].masks.reshape(2, 4, 12, 8, 16, 8).mean((3, 5))[..., :12, :] > 0.95
    assert all((labels[:, 0, :12][cell] >= 0).all() for cell in cells)
    with pytest.raises(ValueError, match="video_frames: expected 4 or more"):
        replace(stage, video_frames=(3,))


def test_objects_to_click_at_are_in_view_or_nothing_is():
    stage = Stage("a", "prompted", steps=1, batch=1, frames=2, absent_share=0.5)
    clips = Clips.open(["tabletop:train"], stage, 1, 128)
    masks = [mask for number in range(10) for mask in clips.sample(0, number, 2).masks]
    areas = [int(mask[0].sum()) for mask in masks]
    assert min(areas) == 0
    assert all(area >= 40 for area in areas if area)
    assert sum(area > 0 for area in areas) >= 3


def test_sentences_of_a_batch():
    stage = Stage("a", "words", steps=1, batch=20, frames=8)
    clips = Clips.open(["tabletop:train"], stage, 1, 128)
    assert len(clips.sentences(0)) == 20
    assert clips.sentences(0) == clips.sentences(0)
    assert clips.sentences(0) != clips.sentences(1)
