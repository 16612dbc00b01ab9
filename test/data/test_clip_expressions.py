"""Which sentences a training clip gets, of a video with several kinds of them."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from samwise_ros.data.clip_sampling import SampleConfig, sample_clip
from samwise_ros.data.dataset import Expression, Video


class Shelf:
    """One video of three objects, with sentences of several kinds."""

    name = "shelf"
    expressions = (
        Expression("the red mug", (1,), "0", "attribute"),
        Expression("the mug that was moved", (1,), "1", "past", start=6),
        Expression("the blue mug", (2,), "2", "attribute"),
        Expression("that book", (3,), "3", "relation"),
        Expression("the red book", (0,), "4", "absent"),
    )

    def __len__(self) -> int:
        return 1

    def video(self, index: int) -> Video:
        return Video("a", tuple(map(str, range(12))), self.expressions)

    def images(self, index: int, frame_indices: Sequence[int]) -> np.ndarray:
        return np.zeros((len(frame_indices), 6, 8, 3), np.uint8)

    def masks(self, index: int, objects: Sequence[int], frame_indices: Sequence[int]) -> np.ndarray:
        assert 0 not in objects, "the mask of what is absent was read"
        return np.ones((len(objects), len(frame_indices), 6, 8), bool)


def test_single_frames_have_no_sentence_about_the_past() -> None:
    samples = [
        sample_clip(Shelf(), 0, random.Random(seed), SampleConfig(1, 2, absent_share=0.3))
        for seed in range(40)
    ]
    seen = {sentence for sample in samples for sentence in sample.sentences}
    assert seen == {"the red mug", "the blue mug", "that book", "the red book"}


def test_single_frames_have_no_absent_sentence_about_a_motion() -> None:
    class Busy(Shelf):
        expressions = (
            *Shelf.expressions,
            Expression("the mug that is pushed", (0,), "5", "absent", "pushed"),
        )

    def seen(frames: int) -> set[str]:
        config = SampleConfig(frames, absent_share=1.0)
        samples = (sample_clip(Busy(), 0, random.Random(seed), config) for seed in range(20))
        return {sample.sentences[0] for sample in samples}

    assert seen(1) == {"the red book"}
    assert seen(4) == {"the red book", "the mug that is pushed"}


def test_only_the_first_sentence_is_chosen_by_the_motion_share() -> None:
    config = SampleConfig(4, sentences=2, motion_share=1.0)
    for seed in range(20):
        first, second = sample_clip(Shelf(), 0, random.Random(seed), config).sentences
        assert first == "the mug that was moved" != second


def test_mask_of_an_absent_object_is_empty() -> None:
    config = SampleConfig(4, sentences=5, absent_share=0.3)
    empty = {}
    for seed in range(10):
        sample = sample_clip(Shelf(), 0, random.Random(seed), config)
        for sentence, mask in zip(sample.sentences, sample.masks, strict=True):
            empty[sentence] = not mask.any()
    assert empty == {each.sentence: each.kind == "absent" for each in Shelf.expressions}


def test_rival_is_about_the_other_object_that_is_described_most_alike() -> None:
    expected = {
        "the red mug": "the blue mug",
        "the blue mug": "the red mug",
        "that book": "the red mug",
    }
    config = SampleConfig(4, sentences=2, swap_share=0.5, consecutive=True)
    swapped = 0
    for seed in range(40):
        sample = sample_clip(Shelf(), 0, random.Random(seed), config)
        swapped += sample.swapped
        if sample.swapped:
            first, rival = sample.sentences
            assert rival == expected[first]
    assert 10 <= swapped <= 30
    with pytest.raises(ValueError, match="expected 2 sentences, got 1"):
        SampleConfig(4, swap_share=0.5)


def test_first_sentence_has_the_wanted_kind_and_no_sentence_is_repeated() -> None:
    config = SampleConfig(4, sentences=2, absent_share=0.3, motion_share=0.9, first_kind="past")
    for seed in range(40):
        first, second = sample_clip(Shelf(), 0, random.Random(seed), config).sentences
        assert first == "the mug that was moved"
        assert second != first
