"""Choice of the frames of a clip."""

import itertools
import random
from collections import Counter

import pytest

from samwise_ros.data.frame_indices import clip_frames


@pytest.mark.parametrize("length", [1, 2, 3, 5, 8, 9, 40])
@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_clip_is_sorted_and_repeats_frames_only_of_short_videos(length: int, count: int) -> None:
    for seed in range(50):
        clip = clip_frames(length, count, random.Random(seed))
        assert len(clip) == count
        assert list(clip) == sorted(clip)
        assert set(clip) <= set(range(length))
        assert len(set(clip)) == min(length, count)


def test_clip_has_neighbours_and_covers_the_whole_video() -> None:
    seen: Counter[int] = Counter()
    for seed in range(2000):
        clip = clip_frames(50, 6, random.Random(seed))
        assert min(b - a for a, b in itertools.pairwise(clip)) <= 3
        seen.update(clip)
    assert len(seen) == 50
    assert min(seen.values()) > 100


def test_neighbours_are_up_to_three_frames_away() -> None:
    clips = [clip_frames(50, 3, random.Random(seed)) for seed in range(300)]
    inner = [clip for clip in clips if clip[0] > 0 and clip[2] < 49]
    assert {clip[1] - clip[0] for clip in inner} == {1, 2, 3}
    assert {clip[2] - clip[1] for clip in inner} == {1, 2, 3}


def test_single_frame_is_drawn_from_all_frames() -> None:
    assert {clip_frames(9, 1, random.Random(seed)) for seed in range(200)} == {
        (index,) for index in range(9)
    }


def test_whole_video_draws_no_random_number() -> None:
    rng = random.Random(0)
    before = rng.getstate()
    assert clip_frames(8, 8, rng) == tuple(range(8))
    assert clip_frames(2, 5, rng) == (0, 0, 0, 1, 1)
    assert rng.getstate() == before


def test_consecutive_frames_start_anywhere() -> None:
    clips = {clip_frames(10, 4, random.Random(seed), consecutive=True) for seed in range(200)}
    assert clips == {tuple(range(first, first + 4)) for first in range(7)}


@pytest.mark.parametrize("consecutive", [False, True])
def test_clip_contains_a_given_frame(consecutive: bool) -> None:
    seen: set[int] = set()
    for seed in range(200):
        clip = clip_frames(40, 4, random.Random(seed), consecutive, range(17, 19))
        assert set(clip) & {17, 18}
        seen.update(clip)
    assert seen >= {14, 15, 16, 17, 18, 19, 20, 21}
    assert not consecutive or seen == set(range(14, 22))


@pytest.mark.parametrize(("lead", "first"), [(2, {14, 15}), (3, {14}), (9, {14})])
def test_clip_begins_before_the_given_frames(lead: int, first: set[int]) -> None:
    clips = [clip_frames(40, 4, random.Random(n), True, range(17, 40), lead) for n in range(50)]
    assert {clip[0] for clip in clips} == first
    wide = [clip_frames(40, 16, random.Random(n), True, range(17, 40), lead)[0] for n in range(50)]
    assert {17 - lead, max(17 - 2 * lead, 2)} <= set(wide) <= set(range(17 - 2 * lead, 18 - lead))
    assert {clip_frames(9, 4, random.Random(n), True, range(1, 9), 3)[0] for n in range(9)} == {0}


@pytest.mark.parametrize("length", [20, 40, 60])
@pytest.mark.parametrize("count", [8, 32])
def test_clip_with_a_lead_stays_in_the_video(length: int, count: int) -> None:
    for start in range(length):
        for seed in range(5):
            rng, within = random.Random(seed), range(start, length)
            clip = clip_frames(length, count, rng, consecutive=True, within=within, lead=count // 4)
            assert len(clip) == count
            assert clip[-1] < length
