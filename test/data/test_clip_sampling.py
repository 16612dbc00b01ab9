"""What training looks at."""

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from samwise_ros.data.augmentation import Augmentation
from samwise_ros.data.clip_sampling import Sample, SampleConfig, training_sample
from samwise_ros.data.dataset import DatasetError, Expression, Video
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.data.tabletop.dataset import TabletopDataset
from samwise_ros.data.tabletop.video import TabletopConfig, make_video

CONFIG = TabletopConfig(frames=8, width=64, height=48)
TABLETOP = TabletopDataset("train", CONFIG)


class Street:
    """Two videos; in the first a car and a van are together, and a bus is in its last frame."""

    name = "street"

    def __len__(self) -> int:
        return 2

    def video(self, index: int) -> Video:
        if index:
            return Video("b", ("0",), (Expression("a dog", (1,)), Expression("Bus", (2,))))
        said = (Expression("both cars", (4, 9), "0"), Expression("bus", (7,), "1"))
        return Video("a", tuple(map(str, range(20))), said)

    def images(self, index: int, frame_indices: Sequence[int]) -> np.ndarray:
        frames = np.zeros((len(frame_indices), 6, 8, 3), np.uint8)
        frames += np.array(frame_indices, np.uint8)[:, None, None, None]
        return frames

    def masks(self, index: int, objects: Sequence[int], frame_indices: Sequence[int]) -> np.ndarray:
        masks = np.zeros((len(objects), len(frame_indices), 6, 8), bool)
        for row, number in enumerate(objects):
            for column, moment in enumerate(frame_indices):
                masks[row, column, number % 6] = number != 7 or moment == 19
        return masks


def sample(seed: int, **settings: object) -> Sample:
    return training_sample(Street(), 0, random.Random(seed), SampleConfig(**settings))


def test_masks_of_several_objects_are_taken_together() -> None:
    for seed in range(20):
        one = sample(seed, frames=3, sentences=2)
        assert set(one.sentences) == {"both cars", "bus"}
        cars = one.masks[one.sentences.index("both cars")]
        assert cars.shape == (3, 6, 8)
        assert cars[:, [4, 3]].all()
        assert cars.sum() == 3 * 2 * 8


def test_what_is_meant_is_looked_for() -> None:
    shown = [
        one.masks.any()
        for one in (sample(seed, frames=1) for seed in range(300))
        if one.sentences == ("bus",)
    ]
    # In one frame of 20; drawn 10 times that is 40 %, once it would be 5.
    assert 0.25 < np.mean(shown) < 0.6


def test_frames_and_masks_are_of_the_same_moments() -> None:
    for seed in range(100):
        one = sample(seed, frames=4, sentences=2)
        bus = one.masks[one.sentences.index("bus")].any(axis=(1, 2))
        np.testing.assert_array_equal(bus, one.frames[:, 0, 0, 0] == 19)


def test_a_sentence_of_another_video_means_nothing() -> None:
    said: Counter[str] = Counter()
    for seed in range(400):
        one = sample(seed, frames=2, sentences=2, absent_share=0.5)
        for sentence, masks in zip(one.sentences, one.masks, strict=True):
            said[sentence] += 1
            assert sentence != "a dog" or not masks.any()
    # "Bus" is said here, too.
    assert set(said) == {"both cars", "bus", "a dog"}
    assert said["a dog"] == pytest.approx(400, abs=60)


def test_a_lonely_video_has_no_absent_sentence(tmp_path: Path) -> None:
    write_mevis(tmp_path, {"train": 1}, CONFIG)
    dataset = open_dataset(f"mevis:{tmp_path}")
    with pytest.raises(DatasetError, match="found no sentence that means nothing in train000000"):
        training_sample(dataset, 0, random.Random(0), SampleConfig(absent_share=1))


def test_a_split_without_masks_is_refused(tmp_path: Path) -> None:
    write_mevis(tmp_path, {"test": 1}, CONFIG)
    dataset = open_dataset(f"mevis:{tmp_path}")
    with pytest.raises(DatasetError, match="test000000: its expressions name no objects"):
        training_sample(dataset, 0, random.Random(0), SampleConfig())


def test_a_tabletop_sample_is_the_video(tmp_path: Path) -> None:
    made = make_video("train", 5, CONFIG)
    config = SampleConfig(frames=8, sentences=3)
    one = training_sample(TABLETOP, 5, random.Random(1), config)
    np.testing.assert_array_equal(one.frames, made.frames)
    truth = {said.sentence: made.masks[said.objects[0]] for said in made.expressions}
    for sentence, masks in zip(one.sentences, one.masks, strict=True):
        np.testing.assert_array_equal(masks, truth[sentence])


def test_the_tabletop_makes_absent_sentences() -> None:
    spoken = {said.sentence for said in make_video("train", 5, CONFIG).expressions}
    config = SampleConfig(frames=8, sentences=2, absent_share=1)
    one = training_sample(TABLETOP, 5, random.Random(1), config)
    assert not one.masks.any()
    assert not spoken & set(one.sentences)


def test_shapes_come_as_often_as_asked() -> None:
    shapes = {
        said.sentence
        for said in make_video("train", 6, CONFIG).expressions
        if said.detail == "shape"
    }
    assert shapes
    config = SampleConfig(frames=8, sentences=4, shape_share=1)
    assert set(training_sample(TABLETOP, 6, random.Random(1), config).sentences) == shapes


def test_the_same_chance_gives_the_same_sample() -> None:
    config = SampleConfig(frames=3, sentences=2, absent_share=0.3, augmentation=Augmentation())
    one, other = (training_sample(TABLETOP, 2, random.Random(9), config) for _ in range(2))
    np.testing.assert_array_equal(one.frames, other.frames)
    np.testing.assert_array_equal(one.masks, other.masks)
    assert one.sentences == other.sentences


def test_masks_of_another_size_than_the_frames_are_refused(tmp_path: Path) -> None:
    dataset = Street()
    dataset.images = lambda index, frame_indices: np.zeros((len(frame_indices), 5, 8, 3), np.uint8)
    with pytest.raises(DatasetError, match=r"street: a: frames of height and width \(5, 8\), but"):
        training_sample(dataset, 0, random.Random(0), SampleConfig())


@pytest.mark.parametrize(
    ("setting", "value"),
    [("frames", 0), ("sentences", 0), ("absent_share", 1.5), ("shape_share", -1)],
)
def test_values_out_of_range_are_refused(setting: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{setting}: expected"):
        SampleConfig(**{setting: value})
