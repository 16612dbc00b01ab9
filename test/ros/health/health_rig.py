"""A node whose camera's health is read from the diagnostics."""

import re
import time
from collections.abc import Sequence
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from node_process import NodeProcess
from ros_harness import Robot, wait_for

PERIOD_S = 0.02


def is_camera(status: DiagnosticStatus) -> bool:
    return status.name.endswith(": camera")


def camera_status(robot: Robot, node: NodeProcess, pattern: str) -> DiagnosticStatus:
    """Wait for the camera's status with a message that matches a pattern as a whole."""
    return robot.status(
        node.name, lambda one: is_camera(one) and bool(re.fullmatch(pattern, one.message))
    )


def send_all(camera: Any, messages: Sequence[Any]) -> None:
    """Send images with pauses in which the node handles each of them."""
    for message in messages:
        camera.publish(message)
        time.sleep(PERIOD_S)


def has_line(node: NodeProcess, text: str) -> None:
    """Wait until the node's log contains a text exactly once."""
    wait_for(lambda: node.log.count(text) == 1, what=f"{text!r} once in\n{node.log}")
