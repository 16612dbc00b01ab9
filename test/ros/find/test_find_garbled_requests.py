"""Truncated and garbled requests to the services of the action, as bytes on the wire."""

import random
import time
from typing import Any

import pytest
from find_rig import SUCCEEDED, FindRig, Result
from raw_requests import raw_requests
from rclpy.serialization import serialize_message
from ros_harness import wait_for

from samwise_ros.action import FindObject

HEADER = b"\x00\x01\x00\x00"  # of CDR, little endian
HUGE = b"\xff\xff\xff\x7f"  # as the length of a text or a list
SERVICES = {
    "send_goal": FindObject.Impl.SendGoalService,
    "cancel_goal": FindObject.Impl.CancelGoalService,
    "get_result": FindObject.Impl.GetResultService,
}


def payloads(request: Any) -> list[bytes]:
    """Return invalid serialized requests: cut, changed, with huge lengths and of noise."""
    whole = serialize_message(request)
    noise = random.Random(0)
    cut = [whole[:length] for length in (0, 1, 4, 5, len(whole) // 2, len(whole) - 1)]
    huge = [HEADER + b"\0" * 16 + HUGE, HEADER + HUGE * 8]
    return [*cut, *huge, *(HEADER + noise.randbytes(size) for size in (7, 40, 4000))]


@pytest.mark.parametrize("service", SERVICES)
def test_garbled_requests_leave_the_action_working(rig: FindRig, service: str) -> None:
    kind = SERVICES[service]
    name = f"{rig.node.name}/find/_action/{service}"
    with raw_requests(rig.robot.node, name, kind) as requests:
        wait_for(lambda: requests.subscriptions, what="the service")
        goal = rig.started(confident_frames=1000, keep_tracking=False)
        sent = 0
        for payload in payloads(kind.Request()):
            sent += requests.send(payload)
            assert rig.node.exit_code is None, rig.node.log
        assert sent >= 6
        time.sleep(0.2)
        rig.frame()  # the active goal continues
        goal.cancel()
    found = rig.started()
    while not found.response.done():
        rig.frame()
    found.result(SUCCEEDED, Result.FOUND)
    rig.wait_for_no_commands()
