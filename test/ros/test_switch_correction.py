"""Switch correction: CANDIDATE events of a network that always requests a switch."""

from pathlib import Path

import pytest
import torch
from lifecycle_steps import set_parameter, unconfigure
from node_process import StartNode
from ros_harness import Robot
from tracked_scene import scene_pixels, tracked_scene

from samwise_ros.msg import Target, TargetEvent
from samwise_ros.network.checkpoints.model_folder import load_model, save_model
from samwise_ros.network.conditional_memory import FIRST_CHECK_FRAME, MIN_CHECK_GAP


@pytest.fixture(scope="module")
def requesting_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model with a CME that requests a switch whenever it runs."""
    network, tokenizer = load_model("tabletop")
    with torch.no_grad():
        network.conditional_memory_encoder.decision_class_head.bias.copy_(torch.tensor([-9.0, 9.0]))
    folder = tmp_path_factory.mktemp("requesting")
    save_model(folder, network, tokenizer)
    return folder


def test_candidate_is_reported_unless_correction_is_off(
    robot: Robot, start_node: StartNode, requesting_model: Path
) -> None:
    # A mask that is not equal counts as another object: this network suggests the target itself.
    node = start_node(model=str(requesting_model), switch_correction=False, switch_max_overlap=1.0)
    last = FIRST_CHECK_FRAME + MIN_CHECK_GAP
    with tracked_scene(robot, node) as tracked:
        sent = [tracked.send(scene_pixels(index)) for index in range(last + 1)]
        tracked.masks.wait(lambda mask: mask.header == sent[-1][0].header)
        assert TargetEvent.CANDIDATE not in [event.kind for event in tracked.events.messages]
    unconfigure(robot, node.name)
    assert set_parameter(robot, node.name, "switch_correction", True) == ""
    with tracked_scene(robot, node) as tracked:
        before = [tracked.send(scene_pixels(index)) for index in range(FIRST_CHECK_FRAME)]
        cause, _ = tracked.send(scene_pixels(FIRST_CHECK_FRAME))
        event = tracked.event(TargetEvent.CANDIDATE, cause)
        assert event.switch_probability > 0.99
        assert event.roi.width > 0
        assert event.previous_roi == before[-1][1].roi
        assert (event.previous_state, event.state) == (Target.TRACKING, Target.TRACKING)
        assert event.reason == "another object fits the sentence better"
        after = [
            tracked.send(scene_pixels(index)) for index in range(FIRST_CHECK_FRAME + 1, last + 1)
        ]
        again = tracked.events.wait(
            lambda event: (
                event.kind == TargetEvent.CANDIDATE and event.header == after[-1][0].header
            )
        )
        assert again.roi.width > 0
        count = [event.kind for event in tracked.events.messages].count(TargetEvent.CANDIDATE)
        assert count == 2, "the CME does not run on the frames between"
