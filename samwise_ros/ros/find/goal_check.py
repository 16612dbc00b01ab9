"""Which goals of the action are acceptable."""

from samwise_ros.action import FindObject
from samwise_ros.interface.actions import MAX_CONFIDENT_FRAMES, MAX_TIMEOUT_S
from samwise_ros.interface.parameters import Parameters
from samwise_ros.msg import Command
from samwise_ros.ros.commands.input import request_fault


def rejection_reason(goal: FindObject.Goal, parameters: Parameters) -> str | None:
    """Return why a goal is invalid, whatever its fields are; ``None`` if it is valid."""
    if not 0.0 < goal.timeout_seconds <= MAX_TIMEOUT_S:  # false for NaN
        return (
            f"timeout_seconds: expected more than 0 and at most {MAX_TIMEOUT_S:g}, "
            f"got {goal.timeout_seconds:g}"
        )
    if not 1 <= goal.confident_frames <= MAX_CONFIDENT_FRAMES:
        return (
            f"confident_frames: expected 1 to {MAX_CONFIDENT_FRAMES}, got {goal.confident_frames}"
        )
    sentence = goal.sentence.strip()
    request = Command(sentence=sentence, cameras=goal.cameras)
    return request_fault(request, "", sentence, parameters)
