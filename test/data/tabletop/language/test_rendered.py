"""Sentences about rendered videos are true and unambiguous."""

import pytest
from referee_faults import faults

from samwise_ros.data.tabletop.description import Split
from samwise_ros.data.tabletop.simulation.scene import SceneRenderer
from samwise_ros.data.tabletop.stored import (
    VIDEOS,
    describe_stored,
    read_sentences,
    read_trajectory,
)
from samwise_ros.data.tabletop.video import TabletopVideo


@pytest.mark.gl
def test_exactly_one_thing_fits(videos: list[TabletopVideo]) -> None:
    for video in videos:
        assert faults((video.description, video.truth), video.sentences) == []
        assert any(each.kind == "absent" for each in video.sentences)


@pytest.mark.gl
@pytest.mark.parametrize("split", list(VIDEOS))
def test_stored_sentences_fit_what_this_machine_renders(
    renderer: SceneRenderer, split: Split
) -> None:
    description = describe_stored(split, 6)
    truth = renderer.truth(description, read_trajectory(description))
    assert faults((description, truth), read_sentences(description)) == []
