"""Parameters that no other test gives another value than their default."""

import statistics

import numpy as np
import pytest
from conftest import StartNode
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import Transition
from ros_harness import Robot, image, values_of, wait_for
from sensor_msgs.msg import Image

from samwise_ros.msg import TargetEvent

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("device", "cuda:99", "device: cuda:99 is not there"),
        ("precision", "float16", "precision: float16 is for cuda"),
    ],
)
def test_a_device_or_precision_that_is_not_there_is_named(
    robot: Robot, start_node: StartNode, name: str, value: str, reason: str
) -> None:
    node = start_node(**{name: value})
    assert not robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
    status = robot.diagnosis(node.name, lambda one: one.message.startswith("FAILED"))
    assert reason in status.message


def test_values_given_at_the_start(robot: Robot, start_node: StartNode) -> None:
    node = start_node(
        image_reliability="best_effort",
        precision="bfloat16",
        threads=3,
        reset_on_time_jump=False,
        diagnostics_period=0.2,
        command="the red ball",
    )
    robot.bring_up(node.name)
    with (
        robot.speaking(node.image_topic, Image) as camera,
        robot.listening(f"{node.name}/camera/mask", Image) as masks,
        robot.listening(f"{node.name}/events", TargetEvent) as events,
        robot.listening("/diagnostics", DiagnosticArray) as health,
    ):
        now = robot.stamp_ns()
        for stamp in (now, now - 10 * SECOND):  # back, and nothing restarts
            message = image(stamp)
            camera.publish(message)
            masks.wait(lambda one, sent=message: one.header == sent.header)
        health.clear()
        wait_for(lambda: len(own(health.messages, node.name)) > 10)
        stamps = [one.header.stamp for one in own(health.messages, node.name)]
    assert TargetEvent.RESET not in [one.kind for one in events.messages]
    assert robot.reliability(node.image_topic) == ["BEST_EFFORT"]
    seconds = [one.sec + one.nanosec / SECOND for one in stamps]
    assert statistics.median(np.diff(seconds)) < 0.8  # a busy machine, but not once a second
    model = robot.diagnosis(node.name, lambda one: one.name.endswith(": model"))
    assert values_of(model)["precision"] == "bfloat16"
    assert values_of(model)["threads"] == "3"


def own(arrays: list[DiagnosticArray], node: str) -> list[DiagnosticArray]:
    return [one for one in list(arrays) if one.status[0].name.startswith(node[1:])]
