"""The follower stops in time on every kind of silence, moves on no frame between, and resumes.

Node, camera and follower are separate processes. The test passes the node's events on to the
follower, so that it can drop one, and counts the motions that should not have been published.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from geometry_msgs.msg import Twist
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from running_nodes import TIMEOUT_S, RosDomain
from tabletop_camera import SEED

from samwise_ros.cli.demo.script import make_scene
from samwise_ros.client.process import ChildProcess, node_command
from samwise_ros.msg import Command, TargetArray, TargetEvent

HERE, EXAMPLES = Path(__file__).parent, Path(__file__).parents[2] / "examples"
SENTENCE = make_scene(SEED).script(16)[0][1]
STOP_S = 0.5  # after the last message that let the follower move
WATCHED_S = 1.5  # how long it must stand still


class Relay:
    """Passes events on, drops some, and records motions and targets with their times."""

    def __init__(self, node: Node) -> None:
        self.drops: set[int] = set()
        self.dropped_at: float | None = None
        self.motions: list[tuple[float, bool]] = []
        self.targets: list[tuple[float, TargetArray]] = []
        self.events: list[TargetEvent] = []
        self.requests = node.create_publisher(Command, "/samwise_node/command_request", 10)
        self._events = node.create_publisher(TargetEvent, "/relayed/events", 50)
        for topic, kind, callback, depth in (
            ("/samwise_node/events", TargetEvent, self._on_event, 50),
            ("/samwise_node/camera/targets", TargetArray, self._on_targets, 10),
            ("/cmd_vel", Twist, self._on_motion, 50),
        ):
            node.create_subscription(kind, topic, callback, depth)

    def _on_event(self, event: TargetEvent) -> None:
        self.events.append(event)
        if event.kind in self.drops:
            self.drops.clear()
            self.dropped_at = time.monotonic()
        else:
            self._events.publish(event)

    def _on_targets(self, message: TargetArray) -> None:
        self.targets.append((time.monotonic(), message))

    def _on_motion(self, twist: Twist) -> None:
        self.motions.append((time.monotonic(), twist.linear.x != 0.0))

    def last_targets_at(self) -> float:
        return self.targets[-1][0]

    def wait(self, condition: Callable[[], Any], what: str) -> None:
        end = time.monotonic() + TIMEOUT_S
        while not condition():
            assert time.monotonic() < end, f"timed out: {what}"
            time.sleep(0.01)

    def wait_for_motion(self) -> None:
        """Wait until the follower moves for two frames in a row."""
        begin = len(self.motions)
        self.wait(
            lambda: (
                [one[1] for one in self.motions[max(begin, len(self.motions) - 2) :]]
                == [True, True]
            ),
            "motion",
        )

    def check_stop(self, silent_since: Callable[[], float]) -> None:
        """Assert that the follower has stopped and stands still."""
        self.wait(lambda: not self.motions[-1][1], "a stop")
        time.sleep(WATCHED_S)
        begin = silent_since()
        wrong = [at - begin for at, moves in self.motions if moves and at > begin + STOP_S]
        assert not wrong, f"{len(wrong)} wrong motions after {wrong} s"
        stops = [at - begin for at, moves in self.motions if not moves and at > begin]
        assert stops, "expected a stop to be published"
        assert stops[0] < STOP_S


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> RosDomain:
    return RosDomain(tmp_path_factory.mktemp("follow"), "tabletop")


@pytest.fixture(scope="module")
def relay(domain: RosDomain) -> Iterator[Relay]:
    with domain.caller_node() as node:
        relay = Relay(node)
        executor = SingleThreadedExecutor(context=node.context)
        executor.add_node(node)
        thread = threading.Thread(target=executor.spin)
        thread.start()
        yield relay
        executor.shutdown()
        thread.join()


@contextmanager
def camera(domain: RosDomain, name: str) -> Iterator[ChildProcess]:
    command = [sys.executable, str(HERE / "tabletop_camera.py")]
    with domain.start(name, command) as process:
        yield process
        process.close_input()


def start_node(domain: RosDomain, name: str) -> ChildProcess:
    values = {"model": "tabletop", "device": "cpu", "autostart": True}
    return domain.start(name, node_command("", values))


def test_follower_makes_no_wrong_motion(domain: RosDomain, relay: Relay) -> None:
    follow = [sys.executable, str(EXAMPLES / "ros_follow.py"), SENTENCE]
    remap = ["--ros-args", "-r", "/samwise_node/events:=/relayed/events"]
    with ExitStack() as stack:
        node = stack.enter_context(start_node(domain, "node1"))
        first = stack.enter_context(camera(domain, "camera1"))
        follower = stack.enter_context(domain.start("follower", [*follow, *remap]))
        relay.wait_for_motion()

        # The target is not visible, and returns.
        first.write_line("empty")
        unseen = next_frame(relay, lambda target: target.frames_lost > 0)
        relay.check_stop(lambda: unseen)
        first.write_line("scene")
        relay.wait_for_motion()

        # An event that has nothing to do with the target is lost.
        relay.drops = {TargetEvent.REJECTED}
        relay.requests.publish(Command(id="nobody", action=Command.REMOVE))
        relay.wait(lambda: relay.dropped_at, "a dropped event")
        resets = len([one for one in relay.events if one.kind == TargetEvent.RESET])
        relay.wait(lambda: not relay.motions[-1][1], "a stop")
        relay.wait(
            lambda: len([one for one in relay.events if one.kind == TargetEvent.RESET]) > resets,
            "a reset",
        )
        (stop,) = [at for at, moves in relay.motions if not moves and at > relay.dropped_at][:1]
        assert stop - relay.dropped_at < STOP_S
        relay.wait_for_motion()

        # The camera ends, and another one starts.
        first._process.kill()
        relay.check_stop(relay.last_targets_at)
        stack.enter_context(camera(domain, "camera2"))
        relay.wait_for_motion()

        # The node ends, and starts again without commands.
        node._process.kill()
        relay.check_stop(relay.last_targets_at)
        stack.enter_context(start_node(domain, "node2"))
        relay.wait_for_motion()

        # Another node removes the command.
        relay.requests.publish(Command(id="guarded", action=Command.REMOVE))
        relay.wait(lambda: relay.events[-1].kind == TargetEvent.REMOVED, "REMOVED")
        removed_at = relay.last_targets_at()
        relay.check_stop(lambda: removed_at)
        assert relay.events[-1].kind == TargetEvent.REMOVED  # it is not added again
        assert follower.exit_code is None
        assert follower.stop(timeout_s=TIMEOUT_S) == 0, follower.log
        assert "Traceback" not in follower.log


def next_frame(relay: Relay, fits: Callable[[Any], bool]) -> float:
    """Wait for a frame whose target fits, and return when it arrived."""
    begin = time.monotonic()
    found: list[float] = []

    def search() -> bool:
        found[:] = [
            at
            for at, message in list(relay.targets)
            if at > begin and any(fits(target) for target in message.targets)
        ]
        return bool(found)

    relay.wait(search, "a frame")
    return found[0]
