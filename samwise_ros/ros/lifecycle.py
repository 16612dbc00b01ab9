"""Transitions that cannot be made."""

from collections.abc import Callable
from functools import partial

from lifecycle_msgs.srv import ChangeState
from rclpy._rclpy_pybind11 import RCLError
from rclpy.lifecycle import LifecycleNode

ChangeStateCallback = Callable[[ChangeState.Request, ChangeState.Response], ChangeState.Response]


def refuse_impossible_transitions(node: LifecycleNode) -> None:
    """Have ``~/change_state`` say no to what the state does not allow.

    In rclpy 7.1 such a request, configuring twice for one, raises through the executor: nobody
    gets an answer, and the process ends.
    """
    for service in node.services:
        if service.srv_type is ChangeState:
            service.callback = partial(_answer, node, service.callback)


def _answer(
    node: LifecycleNode,
    change_state: ChangeStateCallback,
    request: ChangeState.Request,
    answer: ChangeState.Response,
) -> ChangeState.Response:
    try:
        return change_state(request, answer)
    except RCLError as error:
        wanted = request.transition.label or request.transition.id
        node.get_logger().warning(f"transition {wanted} refused: {error}")
        answer.success = False
        return answer
