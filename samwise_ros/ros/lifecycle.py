"""Lifecycle requests that are not possible in the node's state."""

from collections.abc import Callable
from functools import partial

from lifecycle_msgs.srv import ChangeState
from rclpy._rclpy_pybind11 import RCLError
from rclpy.lifecycle import LifecycleNode

ChangeStateCallback = Callable[[ChangeState.Request, ChangeState.Response], ChangeState.Response]


def reject_impossible_transitions(node: LifecycleNode) -> None:
    """Make ``~/change_state`` return failure for transitions that the state does not allow.

    In rclpy 7.1 such a request, for example a second configure, raises through the executor: the
    caller gets no response and the process ends.
    """
    for service in node.services:
        if service.srv_type is ChangeState:
            service.callback = partial(_change_state, node, service.callback)


def _change_state(
    node: LifecycleNode,
    original: ChangeStateCallback,
    request: ChangeState.Request,
    response: ChangeState.Response,
) -> ChangeState.Response:
    try:
        return original(request, response)
    except RCLError as error:
        name = request.transition.label or request.transition.id
        node.get_logger().warning(f"transition {name} rejected: {error}")
        response.success = False
        return response
