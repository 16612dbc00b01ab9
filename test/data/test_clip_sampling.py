"""Sampling of training clips."""

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from samwise_ros.data.augmentation import Augmentation
from samwise_ros.data.clip_sampling import Sample, SampleConfig, sample_clip
from samwise_ros.data.dataset import DatasetError, Expression, Video
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.data.painted.dataset import PaintedDataset
from samwise_ros.data.painted.video import PaintedConfig, make_video

CONFIG = PaintedConfig(frames=8, width=64, height=48)
PAINTED = PaintedDataset("train", CONFIG)


class Street:
    """Two videos; in the first, one expression means two cars, and a bus is in the last frame."""

    name = "street"

    def __len__(self) -> int:
        return 2

    def video(self, index: int) -> Video:
        if index:
            return Video("b", ("0",), (Expression("a dog", (1,)), Expression("Bus", (2,))))
        expressions = (Expression("both cars", (4, 9), "0"), Expression("bus", (7,), "1"))
        return Video("a", tuple(map(str, range(20))), expressions)

    def images(self, index: int, frame_indices: Sequence[int]) -> np.ndarray:
        frames = np.zeros((len(frame_indices), 6, 8, 3), np.uint8)
        frames += np.array(frame_indices, np.uint8)[:, None, None, None]
        return frames

    def masks(self, index: int, objects: Sequence[int], frame_indices: Sequence[int]) -> np.ndarray:
        masks = np.zeros((len(objects), len(frame_indices), 6, 8), bool)
        for row, number in enumerate(objects):
            for column, frame_index in enumerate(frame_indices):
                masks[row, column, number % 6] = number != 7 or frame_index == 19
        return masks


def draw_sample(seed: int, **settings: object) -> Sample:
    return sample_clip(Street(), 0, random.Random(seed), SampleConfig(**settings))


def test_mask_is_the_union_of_the_expressions_objects() -> None:
    for seed in range(20):
        sample = draw_sample(seed, frames=3, sentences=2)
        assert set(sample.sentences) == {"both cars", "bus"}
        cars = sample.masks[sample.sentences.index("both cars")]
        assert cars.shape == (3, 6, 8)
        assert cars[:, [4, 3]].all()
        assert cars.sum() == 3 * 2 * 8


def test_frames_are_drawn_again_until_a_target_is_visible() -> None:
    visible = [
        sample.masks.any()
        for sample in (draw_sample(seed, frames=1) for seed in range(300))
        if sample.sentences == ("bus",)
    ]
    # The bus is in one frame of 20: 10 draws find it in 40 % of the cases, one draw in 5 %.
    assert 0.25 < np.mean(visible) < 0.6


def test_frames_and_masks_have_the_same_indices() -> None:
    for seed in range(100):
        sample = draw_sample(seed, frames=4, sentences=2)
        bus = sample.masks[sample.sentences.index("bus")].any(axis=(1, 2))
        np.testing.assert_array_equal(bus, sample.frames[:, 0, 0, 0] == 19)


def test_absent_sentence_comes_from_another_video() -> None:
    counts: Counter[str] = Counter()
    for seed in range(400):
        sample = draw_sample(seed, frames=2, sentences=2, absent_share=0.5)
        for sentence, masks in zip(sample.sentences, sample.masks, strict=True):
            counts[sentence] += 1
            assert sentence != "a dog" or not masks.any()
    # "Bus" also describes an object of the first video.
    assert set(counts) == {"both cars", "bus", "a dog"}
    assert counts["a dog"] == pytest.approx(400, abs=60)


def test_single_video_has_no_absent_sentence(tmp_path: Path) -> None:
    write_mevis(tmp_path, {"train": 1}, CONFIG)
    dataset = open_dataset(f"mevis:{tmp_path}")
    with pytest.raises(DatasetError, match="sentence that refers to nothing in train000000"):
        sample_clip(dataset, 0, random.Random(0), SampleConfig(absent_share=1))


def test_split_without_masks_raises(tmp_path: Path) -> None:
    write_mevis(tmp_path, {"test": 1}, CONFIG)
    dataset = open_dataset(f"mevis:{tmp_path}")
    with pytest.raises(DatasetError, match="test000000: its expressions name no objects"):
        sample_clip(dataset, 0, random.Random(0), SampleConfig())


def test_painted_sample_equals_the_video() -> None:
    video = make_video("train", 5, CONFIG)
    config = SampleConfig(frames=8, sentences=3)
    sample = sample_clip(PAINTED, 5, random.Random(1), config)
    np.testing.assert_array_equal(sample.frames, video.frames)
    truth = {each.sentence: video.masks[each.objects[0]] for each in video.expressions}
    for sentence, masks in zip(sample.sentences, sample.masks, strict=True):
        np.testing.assert_array_equal(masks, truth[sentence])


def test_painted_generates_absent_sentences() -> None:
    existing = {each.sentence for each in make_video("train", 5, CONFIG).expressions}
    config = SampleConfig(frames=8, sentences=2, absent_share=1)
    sample = sample_clip(PAINTED, 5, random.Random(1), config)
    assert not sample.masks.any()
    assert not existing & set(sample.sentences)


def test_shape_share_selects_shape_sentences() -> None:
    shapes = {
        each.sentence
        for each in make_video("train", 6, CONFIG).expressions
        if each.detail == "shape"
    }
    assert shapes
    config = SampleConfig(frames=8, sentences=4, shape_share=1)
    assert set(sample_clip(PAINTED, 6, random.Random(1), config).sentences) == shapes


def test_sample_is_reproducible() -> None:
    config = SampleConfig(frames=3, sentences=2, absent_share=0.3, augmentation=Augmentation())
    first, second = (sample_clip(PAINTED, 2, random.Random(9), config) for _ in range(2))
    np.testing.assert_array_equal(first.frames, second.frames)
    np.testing.assert_array_equal(first.masks, second.masks)
    assert first.sentences == second.sentences


def test_masks_of_other_size_than_frames_raise() -> None:
    dataset = Street()
    dataset.images = lambda index, frame_indices: np.zeros((len(frame_indices), 5, 8, 3), np.uint8)
    with pytest.raises(DatasetError, match=r"street: a: frames of height and width \(5, 8\), but"):
        sample_clip(dataset, 0, random.Random(0), SampleConfig())


@pytest.mark.parametrize(
    ("setting", "value"),
    [("frames", 0), ("sentences", 0), ("absent_share", 1.5), ("shape_share", -1)],
)
def test_values_out_of_range_raise(setting: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{setting}: expected"):
        SampleConfig(**{setting: value})


class ShortStreet(Street):
    """Forty frames; one sentence holds on two of them, the other one on half of them."""

    def video(self, index: int) -> Video:
        expressions = (
            Expression("car that stops", (4,), start=30, stop=32),
            Expression("car that waits", (9,), stop=20),
        )
        return Video("c", tuple(map(str, range(40))), expressions)


@pytest.mark.parametrize("consecutive", [False, True])
def test_clip_shows_a_frame_on_which_the_first_sentence_holds(consecutive: bool) -> None:
    before = 0
    for seed in range(100):
        config = SampleConfig(frames=4, sentences=2, consecutive=consecutive)
        sample = sample_clip(ShortStreet(), 0, random.Random(seed), config)
        assert sample.holds[0].any()
        first = range(30, 32) if sample.sentences[0] == "car that stops" else range(20)
        assert sample.holds[0].tolist() == [index in first for index in sample.frame_indices]
        assert max(sample.frame_indices) < first.stop
        before += sample.frame_indices[0] < first.start
    assert before > 20  # also frames before the sentence holds


def test_target_of_a_clip_is_visible_while_its_sentence_holds() -> None:
    """A mask on a frame on which the sentence does not hold is no reason to take a clip."""

    class LateBus(Street):
        def video(self, index: int) -> Video:
            return Video("d", tuple(map(str, range(20))), (Expression("bus", (7,), start=10),))

    config = SampleConfig(frames=2, consecutive=True)
    visible = 0
    for seed in range(200):
        sample = sample_clip(LateBus(), 0, random.Random(seed), config)
        visible += sample.masks[sample.holds].any()
    assert visible > 100  # ten draws of one of ten clips; one draw finds it in 20


@pytest.mark.parametrize(
    ("sentence", "kind", "cropped"),
    [
        ("red car", "relation", False),
        ("red car", "attribute", True),
        ("red car", "", True),
        ("the middle car", "", False),  # published data sets have no kinds
    ],
)
def test_clip_of_a_sentence_about_several_objects_is_not_cropped(
    sentence: str, kind: str, cropped: bool
) -> None:
    class Related(Street):
        def video(self, index: int) -> Video:
            return Video("e", ("0", "1"), (Expression(sentence, (4,), kind=kind),))

    config = SampleConfig(frames=2, augmentation=Augmentation(crop_probability=1.0))
    samples = [sample_clip(Related(), 0, random.Random(seed), config) for seed in range(20)]
    assert any(sample.frames.shape != (2, 6, 8, 3) for sample in samples) == cropped


def test_absent_sentences_of_a_video_are_the_absent_share() -> None:
    class Empty(Street):
        def video(self, index: int) -> Video:
            absent = Expression("a tram", (5,), kind="absent")
            return Video("f", ("0", "1"), (Expression("bus", (7,)), absent))

    for share, expected in ((0.0, {"bus"}), (1.0, {"a tram"}), (0.5, {"bus", "a tram"})):
        config = SampleConfig(frames=2, absent_share=share)
        found = {
            sample_clip(Empty(), 0, random.Random(seed), config).sentences[0] for seed in range(20)
        }
        assert found == expected
