"""The deadline of the targets: subscribers that request one notice silence."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus
from node_process import NodeProcess
from rclpy.duration import Duration
from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.qos import QoSProfile
from ros_harness import Robot, wait_for
from tracked_scene import TrackedScene, scene_pixels

from samwise_ros.msg import TargetArray
from samwise_ros.ros.camera.statistics import WINDOW_S, Rate

REQUESTED_S = 0.3
PERIOD_S = 0.1


class Listener:
    """A subscription of targets with a requested deadline."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.misses: list[float] = []
        self.incompatible: list[Any] = []

    def on_targets(self, _: TargetArray) -> None:
        self.times.append(time.monotonic())

    def on_deadline(self, _: object) -> None:
        self.misses.append(time.monotonic())


@contextmanager
def listening(robot: Robot, topic: str, deadline_s: float | None) -> Iterator[Listener]:
    listener = Listener()
    profile = QoSProfile(depth=10)
    callbacks = SubscriptionEventCallbacks(incompatible_qos=listener.incompatible.append)
    if deadline_s is not None:
        profile.deadline = Duration(seconds=deadline_s)
        callbacks.deadline = listener.on_deadline
    subscription = robot.node.create_subscription(
        TargetArray, topic, listener.on_targets, profile, event_callbacks=callbacks
    )
    yield listener
    robot.node.destroy_subscription(subscription)


def test_subscriber_notices_silence_in_time(
    robot: Robot, tabletop_node: NodeProcess, tracked: TrackedScene
) -> None:
    topic = f"{tabletop_node.name}/camera/targets"
    with (
        listening(robot, topic, None) as any_rate,
        listening(robot, topic, REQUESTED_S) as slow,
        listening(robot, topic, 0.1) as fast,
    ):
        wait_for(lambda: fast.incompatible, what="an incompatible request")

        def all_frames(count: int) -> None:
            for index in range(count):
                tracked.send(scene_pixels(index))
                time.sleep(PERIOD_S)

        wait_for(lambda: all_frames(1) or (slow.times and any_rate.times))
        all_frames(8)  # on a busy machine some are late too
        silent_since = slow.times[-1]

        def misses_of_the_silence() -> list[float]:
            return [one - silent_since for one in slow.misses if one > silent_since]

        # It is reported again while the silence lasts.
        wait_for(lambda: len(misses_of_the_silence()) >= 2)
        assert REQUESTED_S - 0.05 < misses_of_the_silence()[0] < REQUESTED_S + 0.4
        all_frames(1)
        assert len(any_rate.times) >= 9
        assert not fast.times
        assert not any_rate.misses

        warning = robot.status(tabletop_node.name, lambda one: "requests targets" in one.message)
        assert warning.level == DiagnosticStatus.WARN
        assert warning.message.startswith(
            "/robot requests targets of camera every 0.3 s, the longest gap of the last 5 s was "
        )
        time.sleep(0.5)
    assert tabletop_node.log.count("/robot requests targets of camera every 0.3 s") == 1


def test_longest_gap_of_the_window(monkeypatch: Any) -> None:
    rate, now = Rate(), defaultdict(lambda: 100.0)
    monkeypatch.setattr(time, "monotonic", lambda: now["s"])
    assert rate.longest_gap_s() == 0.0
    for step in (0.0, 0.5, 2.0, 0.25):
        now["s"] += step
        rate.tick()
    assert rate.longest_gap_s() == 2.0
    now["s"] += WINDOW_S - 1.0
    assert rate.longest_gap_s() == WINDOW_S - 1.0  # since the last event
    rate.tick()
    now["s"] += 1.0
    np.testing.assert_allclose(rate.longest_gap_s(), WINDOW_S - 1.0)
