"""Sentences about rendered videos are true and unambiguous."""

import random

import pytest
from referee_faults import faults

from samwise_ros.data.tabletop.language import draw_sentences
from samwise_ros.data.tabletop.simulation.scene import SceneRenderer
from samwise_ros.data.tabletop.video import TabletopVideo, make_video


@pytest.mark.gl
def test_exactly_one_thing_fits(videos: list[TabletopVideo]) -> None:
    for video in videos:
        assert faults((video.description, video.truth), video.sentences) == []
        assert any(each.kind == "absent" for each in video.sentences)


@pytest.mark.gl
def test_past_of_one_of_two_twins_is_named(renderer: SceneRenderer) -> None:
    video = make_video(renderer, "past", 6)  # the shortest
    scene = (video.description, video.truth)
    for seed in range(3):
        found = draw_sentences(*scene, random.Random(seed))
        past = [each for each in found if each.kind == "past"]
        assert {each.target for each in past} & {0, 1}
        assert faults(scene, past) == []
