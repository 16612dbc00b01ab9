"""Responses to parameter requests that rclpy cannot process."""

from collections.abc import Callable
from functools import partial
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import SetParameters, SetParametersAtomically
from rclpy.lifecycle import LifecycleNode

from samwise_ros.interface.printable import printable

Callback = Callable[[Any, Any], Any]


def answer_invalid_requests(node: LifecycleNode) -> None:
    """Make rclpy's own services respond with a reason where their callbacks raise.

    In rclpy 7.1 ``set_parameters`` with an unknown type of value raises through the executor: the
    caller gets no response.
    """
    for service in node.services:
        if service.srv_type is SetParameters:
            service.callback = partial(_set_each, service.callback)
        elif service.srv_type is SetParametersAtomically:
            service.callback = partial(_set_all, service.callback)
        else:
            service.callback = partial(_respond, node, service.callback)


def _set_each(
    original: Callback, request: SetParameters.Request, response: SetParameters.Response
) -> SetParameters.Response:
    for parameter in request.parameters:
        single = SetParameters.Request(parameters=[parameter])
        try:
            (result,) = original(single, SetParameters.Response()).results
        except Exception as error:  # whatever the value is
            result = _rejected(parameter.name, error)
        response.results.append(result)
    return response


def _set_all(
    original: Callback,
    request: SetParametersAtomically.Request,
    response: SetParametersAtomically.Response,
) -> SetParametersAtomically.Response:
    try:
        return original(request, response)
    except Exception as error:  # whatever the values are
        names = ", ".join(parameter.name for parameter in request.parameters)
        response.result = _rejected(names, error)
        return response


def _respond(node: LifecycleNode, original: Callback, request: Any, response: Any) -> Any:
    try:
        return original(request, response)
    except Exception as error:  # an empty response is better than none
        name = type(request).__name__
        text = printable(f"{name} failed: {type(error).__name__}: {error}")
        node.get_logger().error(text, throttle_duration_sec=1.0)
        return type(response)()


def _rejected(name: str, error: Exception) -> SetParametersResult:
    return SetParametersResult(successful=False, reason=f"{name}: {error}")
