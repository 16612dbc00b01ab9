"""Generated videos: reproducibility, and exactly one object for each sentence."""

import math
import random
import re

import numpy as np
import pytest

from samwise_ros.data.painted.objects import COLOURS, SHAPES
from samwise_ros.data.painted.video import (
    PaintedConfig,
    PaintedVideo,
    absent_sentence,
    make_video,
    vocabulary,
)

CONFIG = PaintedConfig()
VIDEOS = 60

# Independent of the generator's tables.
MOTION_PATTERNS = {
    "left": r"\bleft\b",
    "right": r"\bright\b",
    "towards": r"towards|closer",
    "away": r"away|farther",
    "still": r"\bstill\b|not move|not moving|in place",
    "lifted": r"lifted|picked|going up",
    "enters": r"late\b|later|into view",
    "leaves": r"leav|out of view",
    "behind": r"behind",
}
SYNONYMS = {"mug": "cup", "block": "cube", "little": "small", "big": "large"}


@pytest.fixture(scope="module")
def videos() -> list[PaintedVideo]:
    return [make_video("val", index, CONFIG) for index in range(VIDEOS)]


def matching_objects(video: PaintedVideo, sentence: str) -> set[int]:
    """Return the objects that match a sentence, interpreted word by word."""
    words = {SYNONYMS.get(word, word) for word in sentence.split()}
    motions = [name for name, pattern in MOTION_PATTERNS.items() if re.search(pattern, sentence)]
    anything_moving = not motions and re.search(r"\bmov(es|ing)\b", sentence)
    result = set()
    for index, item in enumerate(video.objects):
        matches = all(
            named in (None, actual)
            for named, actual in (
                (next(iter(words & set(SHAPES)), None), item.shape),
                (next(iter(words & set(COLOURS)), None), item.colour),
                (next(iter(words & {"small", "large"}), None), item.size),
                (motions[0] if motions else None, item.motion),
            )
        )
        if matches and not (anything_moving and item.motion in ("still", "enters", "leaves")):
            result.add(index)
    return result


def middle(mask: np.ndarray) -> tuple[float, float]:
    """Return the mean x and y of a mask's pixels."""
    rows, columns = np.nonzero(mask)
    return float(columns.mean()), float(rows.mean())


def test_video_is_reproducible() -> None:
    first, second = make_video("train", 7, CONFIG), make_video("train", 7, CONFIG)
    np.testing.assert_array_equal(first.frames, second.frames)
    np.testing.assert_array_equal(first.masks, second.masks)
    assert first.expressions == second.expressions


def test_shapes_and_types() -> None:
    video = make_video("train", 0, PaintedConfig(frames=5, width=160, height=120))
    assert video.frames.shape == (5, 120, 160, 3)
    assert video.frames.dtype == np.uint8
    assert video.masks.shape == (len(video.objects), 5, 120, 160)
    assert video.masks.dtype == np.bool_


def test_splits_share_no_video() -> None:
    pictures = {
        make_video(split, index, PaintedConfig(frames=1)).frames.tobytes()
        for split in ("train", "val", "test")
        for index in range(30)
    }
    assert len(pictures) == 90


def test_every_sentence_matches_exactly_one_object(videos: list[PaintedVideo]) -> None:
    for video in videos:
        for expression in video.expressions:
            assert matching_objects(video, expression.sentence) == set(expression.objects), (
                expression
            )


def test_absent_sentence_matches_no_object(videos: list[PaintedVideo]) -> None:
    for video in videos:
        for rng in (random.Random(3), np.random.default_rng(3)):
            assert not matching_objects(video, absent_sentence(video, rng))


def test_kinds_and_details(videos: list[PaintedVideo]) -> None:
    everything = [(video, item) for video in videos for item in video.expressions]
    motions = {"motion", "motion with attributes"}
    assert {item.kind for _, item in everything} == {"attribute", "late"} | motions
    assert {item.detail for _, item in everything} >= set(MOTION_PATTERNS)
    for video, item in everything:
        late = video.objects[item.objects[0]].motion in ("enters", "leaves")
        assert (item.kind == "late") == late
        if item.kind in motions:
            assert item.detail == "moving" or re.search(MOTION_PATTERNS[item.detail], item.sentence)
            words = set(item.sentence.split())
            looks = words & {*SHAPES, *COLOURS, "mug", "block", "small", "little", "large", "big"}
            assert bool(looks) == (item.kind == "motion with attributes")


def test_most_videos_have_attribute_sentences_for_two_objects(videos: list[PaintedVideo]) -> None:
    pairs = [
        len({item.objects for item in video.expressions if item.kind == "attribute"}) >= 2
        for video in videos
    ]
    assert np.mean(pairs) > 0.7


def test_masks_are_disjoint(videos: list[PaintedVideo]) -> None:
    for video in videos:
        assert video.masks.sum(axis=0).max() <= 1


def test_masks_move_as_described(videos: list[PaintedVideo]) -> None:
    seen = set()
    for video in videos:
        for item, mask in zip(video.objects, video.masks, strict=True):
            if not (mask[0].any() and mask[-1].any()):
                continue
            (x0, y0), (x1, y1) = middle(mask[0]), middle(mask[-1])
            growth = mask[-1].sum() / mask[0].sum()
            whole = min(mask[0].sum(), mask[-1].sum()) > 0.6 * mask.sum(axis=(1, 2)).max()
            seen.add(item.motion)
            if item.motion == "left":
                assert x1 < x0 - 12
            elif item.motion == "right":
                assert x1 > x0 + 12
            elif item.motion == "lifted":
                assert y1 < y0 - 12
            elif item.motion == "still" and whole:
                assert np.hypot(x1 - x0, y1 - y0) < 8
            elif item.motion == "towards":
                assert growth > 1.1
            elif item.motion == "away":
                assert growth < 0.9
    assert seen >= {"left", "right", "lifted", "still", "towards", "away"}


def test_late_objects_are_out_of_view_on_some_frames(videos: list[PaintedVideo]) -> None:
    seen = set()
    for video in videos:
        for item, mask in zip(video.objects, video.masks, strict=True):
            visible = mask.any(axis=(1, 2))
            if item.motion == "enters":
                assert not visible[:2].any()
                assert visible[-1]
            elif item.motion == "leaves":
                assert visible[0]
                assert not visible[-1]
            seen.add(item.motion)
    assert {"enters", "leaves"} <= seen


def test_hidden_objects_are_hidden(videos: list[PaintedVideo]) -> None:
    visible_fractions = [
        mask.sum(axis=(1, 2)).min() / mask.sum(axis=(1, 2)).max()
        for video in videos
        for item, mask in zip(video.objects, video.masks, strict=True)
        if item.motion == "behind"
    ]
    assert visible_fractions
    assert max(visible_fractions) < 0.75


def test_small_and_large_objects_have_different_sizes() -> None:
    video_config = PaintedConfig(frames=1)
    width: dict[str, list[int]] = {"small": [], "large": []}
    for index in range(80):
        video = make_video("test", index, video_config)
        for item, mask in zip(video.objects, video.masks, strict=True):
            if item.shape == "ball" and item.size in width and mask.any():
                width[item.size].append(int(mask[0].any(axis=0).sum()))
    assert 16 <= np.median(width["small"]) <= 23
    assert 32 <= np.median(width["large"]) <= 42


def test_video_is_the_same_at_every_resolution() -> None:
    for index in range(6):
        coarse = make_video("test", index, CONFIG)
        fine = make_video("test", index, PaintedConfig(width=384, height=288))
        assert coarse.expressions == fine.expressions
        reduced = fine.frames.reshape(8, 96, 3, 128, 3, 3).mean(axis=(2, 4))
        assert np.abs(reduced - coarse.frames).mean() < 6
        inside = fine.masks.reshape(-1, 8, 96, 3, 128, 3).mean(axis=(3, 5)) > 0.5
        overlap = (inside & coarse.masks).sum() / (inside | coarse.masks).sum()
        assert overlap > 0.93


def test_single_frame_shows_all_objects_and_names_only_attributes() -> None:
    for index in range(40):
        video = make_video("train", index, PaintedConfig(frames=1))
        assert video.masks[:, 0].any(axis=(1, 2)).all()
        assert {item.kind for item in video.expressions} <= {"attribute"}


def test_vocabulary_contains_every_word() -> None:
    known = set(vocabulary())
    assert 60 <= len(known) <= 120
    small = PaintedConfig(width=32, height=24)
    used: set[str] = set()
    for index in range(2000):
        video = make_video("train", index, small)
        used.update(*(item.sentence.split() for item in video.expressions))
        used.update(absent_sentence(video, random.Random(index)).split())
    assert used <= known
    assert len(known - used) <= 2


def test_expression_refers_to_an_existing_mask(videos: list[PaintedVideo]) -> None:
    for video in videos:
        for item in video.expressions:
            assert 0 <= item.objects[0] < len(video.masks)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"frames": 0}, "frames"),
        ({"width": 10}, "at least 32"),
        ({"height": 400}, "aspect ratio"),
        ({"min_objects": 5, "max_objects": 4}, "min <= max"),
    ],
)
def test_invalid_configuration_raises(changes: dict[str, int], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        PaintedConfig(**changes)


def test_late_motion_starts_after_a_rest() -> None:
    config = PaintedConfig(frames=16, late_share=1.0)
    seen = 0
    for index in range(30):
        video = make_video("train", index, config)
        for item in video.expressions:
            target = video.objects[item.objects[0]]
            if item.detail != "starts":
                assert not (target.onset and "motion" in item.kind)
                continue
            assert 0.35 <= target.onset <= 0.6
            assert item.kind == "late"
            if target.motion in ("left", "right") and target.ambiguous_motions == {"still"}:
                start = math.floor(target.onset * 15)
                before, after = (video.masks[item.objects[0]][t] for t in (start, 15))
                first = video.masks[item.objects[0]][0]
                if min(first.sum(), before.sum(), after.sum()) > 0.9 * first.sum():
                    shake = middle(before)[0] - middle(first)[0]
                    shift = middle(after)[0] - middle(before)[0]
                    assert abs(shake) < 4
                    assert (shift < -8) if target.motion == "left" else (shift > 8)
                    seen += 1
    assert seen > 5


def test_test_split_does_not_change() -> None:
    # Published results refer to these videos.
    video = make_video("test", 0, PaintedConfig(frames=16, width=320, height=240))
    assert [item.sentence for item in video.expressions][:3] == [
        "follow white one",
        "white one moving to the left",
        "show me the bottle that is purple",
    ]
