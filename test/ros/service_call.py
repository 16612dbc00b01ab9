"""A service call that repeats a lost request."""

import queue
from contextlib import suppress
from math import ceil
from typing import Any

from rclpy.client import Client

RESEND_S = 15.0  # longer than loading a model takes


def respond(
    client: Client, request: Any, timeout_s: float, resend_s: float = RESEND_S
) -> tuple[Any, int]:
    """Call a service; return its response and the number of requests.

    A request to a server that was just discovered, or its response, can be lost in the
    middleware, once in a hundred on a busy machine (ros2/rmw_fastrtps issues 392, 842).
    """
    assert client.wait_for_service(timeout_s), f"no service {client.srv_name}"
    responses: queue.SimpleQueue[Any] = queue.SimpleQueue()
    for number in range(1, ceil(timeout_s / resend_s) + 1):
        client.call_async(request).add_done_callback(lambda future: responses.put(future.result()))
        with suppress(queue.Empty):
            return responses.get(timeout=resend_s), number
    raise AssertionError(f"no response of {client.srv_name} after {timeout_s} s")
