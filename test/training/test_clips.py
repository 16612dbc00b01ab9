"""The clips of a stage: epochs, lengths, and objects for prompts."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from samwise_ros.data.concat import open_datasets
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.painted.video import PaintedConfig
from samwise_ros.training.clips import Clips
from samwise_ros.training.recipe import Stage

STAGE = Stage("a", "sentences", epochs=2, batch=4, frames=4, targets=2, absent_share=0.0)


@pytest.fixture(scope="module")
def specs(tmp_path_factory) -> list[str]:
    """Two folders of the MeViS format."""
    specs = []
    for name, count in (("one", 2), ("two", 1)):
        folder = tmp_path_factory.mktemp("data") / name
        write_mevis(folder, {"train": count}, PaintedConfig(6, 64, 48))
        specs.append(f"mevis:{folder}:train")
    return specs


def test_data_sets_are_concatenated_in_order(specs):
    concat, (first, second) = open_datasets(specs), (open_datasets([spec]) for spec in specs)
    videos = [first.video(0), first.video(1), second.video(0)]
    assert len(concat) == len(first) + len(second) == 3
    assert [concat.video(index) for index in range(3)] == videos
    assert np.array_equal(concat.images(2, [1, 3]), second.images(0, [1, 3]))
    assert np.array_equal(concat.masks(2, [0], [1, 3]), second.masks(0, [0], [1, 3]))
    with pytest.raises(ValueError, match="train on it alone"):
        open_datasets([specs[0], "painted:train"])


def test_length_of_an_epoch_follows_from_sentences_and_frames(specs, monkeypatch):
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


def test_stages_on_single_frames_visit_every_video_equally(tmp_path, monkeypatch):
    specs = []
    for frames in (6, 24):
        write_mevis(tmp_path / str(frames), {"train": 2}, PaintedConfig(frames, 64, 48))
        specs.append(f"mevis:{tmp_path / str(frames)}:train")
    clips = Clips.open(specs, replace(STAGE, epochs=0, steps=3, frames=1), 1, 128)
    seen = []
    monkeypatch.setattr(
        "samwise_ros.training.clips.sample_clip", lambda _, index, *__: seen.append(index)
    )
    for step in range(3):
        for number in range(4):
            clips.sample(step, number, 1)
    assert Counter(seen) == dict.fromkeys(range(4), 3)


def test_clips_of_consecutive_frames_need_long_videos(tmp_path):
    specs = []
    for frames in (6, 12):
        write_mevis(tmp_path / str(frames), {"train": 1}, PaintedConfig(frames, 64, 48))
        specs.append(f"mevis:{tmp_path / str(frames)}:train")
    stage = replace(STAGE, frames=8, in_a_row=True)
    clips = Clips.open(specs, stage, 1, 128)
    for number in range(4):
        indices = clips.sample(0, number, 8).frame_indices
        assert indices == tuple(range(indices[0], indices[0] + 8))
    with pytest.raises(ValueError, match="about a video of 8 frames, found none"):
        Clips.open(specs[:1], stage, 1, 128)


def test_kinds_that_need_several_frames_are_drawn_equally_often(tmp_path):
    write_mevis(tmp_path, {"train": 20}, PaintedConfig(6, 64, 48))
    path = tmp_path / "train" / "meta_expressions.json"
    content = json.loads(path.read_text())
    for number, video in enumerate(content["videos"].values()):
        for expression in video["expressions"].values():
            expression["kind"] = {7: "past"}.get(number, "motion" if number < 7 else "relation")
    path.write_text(json.dumps(content))
    stage = replace(STAGE, epochs=0, steps=20, motion_share=0.75)
    clips = Clips.open([f"mevis:{tmp_path}:train"], stage, 1, 128)
    numbers = [(step, number) for step in range(20) for number in range(4)]
    kinds = Counter(clips._choose(*number, 4)[2] for number in numbers)
    assert set(kinds) == {"past", "motion", ""}
    assert min(kinds.values()) >= 10, "a quarter of the clips are of any video"
    for number in numbers:
        _, index, kind, _ = clips._choose(*number, 4)
        assert index == 7 if kind == "past" else index < 7 or not kind
        assert not clips._choose(*number, 1)[2], "a single frame shows no motion"


def test_sample_is_reproducible(specs):
    clips = Clips.open(specs, replace(STAGE, augment=True), 1, 128)
    first, again, other = clips.sample(3, 1, 4), clips.sample(3, 1, 4), clips.sample(3, 2, 4)
    assert np.array_equal(first.frames, again.frames)
    assert first.sentences == again.sentences
    assert first.frames.shape != other.frames.shape or (first.frames != other.frames).any()


def test_generated_videos_have_the_networks_image_size():
    clips = Clips.open(["painted:train"], replace(STAGE, epochs=0, steps=5), 1, 128)
    assert clips.steps == 5
    assert clips.sample(0, 0, 4).frames.shape == (4, 96, 128, 3)
    assert clips.sample(0, 0, 1).frames.shape == (1, 96, 128, 3)


def test_clips_are_parts_of_longer_videos():
    stage = replace(STAGE, epochs=0, steps=5, video_frames=(4, 9), in_a_row=True)
    clips = Clips.open(["painted:train"], stage, 1, 128)
    samples = [clips.sample(0, number, 4) for number in range(20)]
    assert {len(sample.frames) for sample in samples} == {4}
    assert all(np.diff(sample.frame_indices).tolist() == [1, 1, 1] for sample in samples)
    firsts = {sample.frame_indices[0] for sample in samples}
    assert 0 in firsts
    assert len(firsts) > 2
    labels = clips.labels(0, 3, 4, 128, samples[3])
    cells = samples[3].masks.reshape(2, 4, 12, 8, 16, 8).mean((3, 5))[..., :12, :] > 0.95
    assert all((labels[:, 0, :12][cell] >= 0).all() for cell in cells)
    with pytest.raises(ValueError, match="video_frames: expected 4 or more"):
        replace(stage, video_frames=(3,))


def test_prompted_objects_are_visible_or_absent():
    stage = Stage("a", "prompted", steps=1, batch=1, frames=2, absent_share=0.5)
    clips = Clips.open(["painted:train"], stage, 1, 128)
    masks = [mask for number in range(10) for mask in clips.sample(0, number, 2).masks]
    areas = [int(mask[0].sum()) for mask in masks]
    assert min(areas) == 0
    assert all(area >= 40 for area in areas if area)
    assert sum(area > 0 for area in areas) >= 3


def test_sentences_of_a_batch_are_reproducible():
    stage = Stage("a", "words", steps=1, batch=20, frames=8)
    clips = Clips.open(["painted:train"], stage, 1, 128)
    assert len(clips.sentences(0)) == 20
    assert clips.sentences(0) == clips.sentences(0)
    assert clips.sentences(0) != clips.sentences(1)


def test_frames_of_the_objects_task_fill_a_batch() -> None:
    stage = Stage("objects", "objects", steps=1, frames=2, in_a_row=True, name_objects=1.0)
    for augment in (False, True):
        clips = Clips.open(["painted:train"], replace(stage, augment=augment), 1, 128)
        sample = clips.sample(0, 0, 2)
        assert sample.sentences == ("", "")
        assert sample.masks.shape[:2] == sample.holds.shape == (2, 2)
        assert sample.frame_indices == (0, 1)
        assert len(sample.frames) == 2
