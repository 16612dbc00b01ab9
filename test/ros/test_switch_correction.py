"""The correction over DDS: a network that always asks for it is heard, unless it is off."""

from pathlib import Path

import pytest
import torch
from conftest import StartNode
from lifecycle_msgs.msg import Transition
from ros_harness import Robot
from test_events import scene, shown
from test_lifecycle import set_parameter

from samwise_ros.msg import Target, TargetEvent
from samwise_ros.network.checkpoints.model_folder import load_model, save_model
from samwise_ros.network.conditional_memory import FIRST_CHECK_FRAME, MIN_CHECK_GAP


@pytest.fixture(scope="module")
def asking_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model, which is never sure that it follows the right object."""
    network, tokenizer = load_model("tabletop")
    with torch.no_grad():
        network.conditional_memory_encoder.decision_class_head.bias.copy_(torch.tensor([-9.0, 9.0]))
    folder = tmp_path_factory.mktemp("asking")
    save_model(folder, network, tokenizer)
    return folder


def test_a_candidate_is_told_unless_the_correction_is_off(
    robot: Robot, start_node: StartNode, asking_model: Path
) -> None:
    node = start_node(model=str(asking_model), switch_correction=False)
    last = FIRST_CHECK_FRAME + MIN_CHECK_GAP
    with shown(robot, node) as show:
        sent = [show.frame(scene(index)) for index in range(last + 1)]
        show.masks.wait(lambda one: one.header == sent[-1][0].header)
        assert TargetEvent.CANDIDATE not in [one.kind for one in show.events.messages]
    assert robot.change_state(node.name, Transition.TRANSITION_DEACTIVATE)
    assert robot.change_state(node.name, Transition.TRANSITION_CLEANUP)
    assert set_parameter(robot, node, "switch_correction", True) == ""
    with shown(robot, node) as show:
        before = [show.frame(scene(index)) for index in range(FIRST_CHECK_FRAME)]
        cause, _ = show.frame(scene(FIRST_CHECK_FRAME))
        event = show.event(TargetEvent.CANDIDATE, cause)
        assert event.switch_probability > 0.99
        assert event.roi.width > 0
        assert event.previous_roi == before[-1][1].roi
        assert (event.previous_state, event.state) == (Target.TRACKING, Target.TRACKING)
        assert event.reason == "another object fits the sentence better"
        after = [show.frame(scene(index)) for index in range(FIRST_CHECK_FRAME + 1, last + 1)]
        again = show.events.wait(
            lambda one: one.kind == TargetEvent.CANDIDATE and one.header == after[-1][0].header
        )
        assert again.roi.width > 0
        told = [one.kind for one in show.events.messages].count(TargetEvent.CANDIDATE)
        assert told == 2, "the network is not asked on the frames between"
