"""Videos that several tests look at, rendered once."""

import pytest

from samwise_ros.data.tabletop.simulation.scene import SceneRenderer
from samwise_ros.data.tabletop.video import TabletopVideo, make_video


@pytest.fixture(scope="session")
def renderer() -> SceneRenderer:
    return SceneRenderer(128, 96)


@pytest.fixture(scope="session")
def videos(renderer: SceneRenderer) -> list[TabletopVideo]:
    """Short videos of ``train`` with different scenarios."""
    return [make_video(renderer, "train", index, 16) for index in range(4)]
