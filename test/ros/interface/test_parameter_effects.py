"""Effects of parameters that no other test changes."""

import statistics

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from image_messages import image
from lifecycle_msgs.msg import Transition
from node_process import StartNode
from ros_harness import Robot, values_of, wait_for
from sensor_msgs.msg import Image

from samwise_ros.msg import TargetEvent

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("device", "cuda:99", "device: cuda:99 does not exist"),
        ("precision", "float16", "precision: float16 needs cuda"),
    ],
)
def test_unavailable_device_or_precision_is_named(
    robot: Robot, start_node: StartNode, name: str, value: str, reason: str
) -> None:
    node = start_node(**{name: value})
    assert not robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
    status = robot.status(node.name, lambda status: status.message.startswith("FAILED"))
    assert reason in status.message


def test_values_set_at_startup(robot: Robot, start_node: StartNode) -> None:
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
        robot.publisher(node.image_topic, Image) as camera,
        robot.subscribed(f"{node.name}/camera/mask", Image) as masks,
        robot.subscribed(f"{node.name}/events", TargetEvent) as events,
        robot.subscribed("/diagnostics", DiagnosticArray) as diagnostics,
    ):
        now = robot.stamp_ns()
        for stamp in (now, now - 10 * SECOND):  # the stamp jumps back, and no memory is reset
            message = image(stamp)
            camera.publish(message)
            masks.wait(lambda mask, sent=message: mask.header == sent.header)
        diagnostics.clear()
        wait_for(lambda: len(of_node(diagnostics.messages, node.name)) > 10)
        stamps = [array.header.stamp for array in of_node(diagnostics.messages, node.name)]
    assert TargetEvent.RESET not in [event.kind for event in events.messages]
    assert robot.reliability(node.image_topic) == ["BEST_EFFORT"]
    seconds = [stamp.sec + stamp.nanosec / SECOND for stamp in stamps]
    assert (
        statistics.median(np.diff(seconds)) < 0.8
    )  # slow on a busy machine, but not once a second
    model = robot.status(node.name, lambda status: status.name.endswith(": model"))
    assert values_of(model)["precision"] == "bfloat16"
    assert values_of(model)["threads"] == "3"


def of_node(arrays: list[DiagnosticArray], node: str) -> list[DiagnosticArray]:
    return [array for array in list(arrays) if array.status[0].name.startswith(node[1:])]
