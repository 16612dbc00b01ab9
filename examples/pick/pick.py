"""Picks the object that a sentence describes, and puts it into the tray.

python examples/pick/pick.py    # then: ros2 topic pub -1 /pick/sentence std_msgs/String "data: ..."

The arm reaches only while the samwise node reports the target: it stops when the node is silent,
and when the target is lost or changes. A new sentence replaces all commands of the node.
"""

import signal
import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import rclpy
from rclpy.signals import SignalHandlerOptions
from rclpy.time import Time
from robot import Robot
from std_msgs.msg import String

from samwise_ros import EventKind, SamwiseClient
from samwise_ros.errors import CommandRejectedError, SamwiseError
from samwise_ros.msg import Target, TargetArray
from samwise_ros.sim import grasp
from samwise_ros.sim.grasp import SLOW_RAD_S, SPEED_RAD_S, Plan, footprint
from samwise_ros.sim.kinematics import Kinematics
from samwise_ros.sim.so101 import CLOSED_RAD, HOME_RAD

SILENCE_S = 0.35  # the arm has to stop within 0.5 s
STILL_M, MOVED_M, PUSHED_M = 0.008, 0.025, 0.05  # the gripper hides a part while it descends
FIND_S, LOOK_S, ATTEMPTS = 12.0, 6.0, 3
FINGERS_MET_RAD = CLOSED_RAD + 0.02
DOUBTS = (EventKind.LOST, EventKind.SWITCHED, EventKind.REMOVED, EventKind.RESET)


class StoppedError(Exception):
    """The attempt cannot continue; the message states why."""


class SentenceChangedError(Exception):
    """Another sentence arrived."""


CAUSES = {StoppedError: "", TimeoutError: "not found: ", CommandRejectedError: "rejected: "}


class Picker:
    """Obeys one sentence after the other."""

    def __init__(self) -> None:
        self.node = rclpy.create_node("picker")
        self.client = SamwiseClient(self.node, on_targets=self._on_targets)
        self.robot, self.arm = Robot(self.node), Kinematics()
        self.sentence = self.target_id = ""
        self.targets_s, self.centre = 0.0, np.zeros(2)
        self.target: Target | None = None
        self.node.create_subscription(String, "pick/sentence", self._on_sentence, 10)
        self.states = self.node.create_publisher(String, "pick/state", 10)

    def run(self) -> None:
        """Wait for sentences until the program ends."""
        self._wait(lambda: self.robot.joints_rad is not None, float("inf"))
        self.report("ready")
        while True:
            self._wait(lambda: bool(self.sentence), float("inf"))
            sentence, self.sentence = self.sentence, ""
            self.report(f"received: {sentence}")
            try:
                result = f"done: {self.pick(sentence)}"
            except SentenceChangedError as reason:
                result = f"changed: {reason}"
            except (StoppedError, TimeoutError, SamwiseError) as reason:
                result = f"failed: {CAUSES.get(type(reason), 'node: ')}{reason}"
            self._forget()
            if not result.startswith("failed: node"):  # the arm rests while the node is gone
                with suppress(StoppedError):
                    self._go_home()
            self.report(result)

    def pick(self, sentence: str) -> str:
        """Pick what a sentence describes, in a few attempts; return the sentence."""
        for _ in range(ATTEMPTS - 1):
            try:
                return self._attempt(sentence)
            except StoppedError as reason:
                self.report(f"stopped: {reason}")
                self._forget()
        return self._attempt(sentence)

    def _attempt(self, sentence: str) -> str:
        self.client.clear()  # poses and depth are of the first command
        self._go_home()
        self.report(f"searching: {sentence}")
        found = self.client.find(
            sentence, timeout_s=FIND_S, keep_tracking=True, on_feedback=self._on_feedback
        )
        self.target_id = found.target.command_id
        list(self.client.events(timeout_s=0.0))  # what happened during the search does not matter
        plan = self._plan()
        self.report("reaching")
        self._reach(plan)
        self.report("grasping")
        self._move(plan.close, SLOW_RAD_S)
        self._wait(lambda: False, 0.3)
        if self.robot.joints_rad[5] < FINGERS_MET_RAD:
            raise StoppedError("grasp: nothing between the fingers")
        self.report("carrying")
        self._move(plan.lift)
        self._move(plan.carry)
        if self.robot.joints_rad[5] < FINGERS_MET_RAD:
            raise StoppedError("grasp: dropped")
        self._move(plan.release)
        return sentence

    def report(self, state: str) -> None:
        """Publish what the picker does."""
        print(state, flush=True)
        self.states.publish(String(data=state))

    def _plan(self) -> Plan:
        last, self.robot.points_m = None, None
        end = time.monotonic() + LOOK_S
        while time.monotonic() < end:
            self._wait(lambda: self.robot.points_m is not None, 1.0)
            self._check()
            points, self.robot.points_m = self.robot.points_m, None
            if points is None:
                continue
            centre = footprint(points).centre
            if last is not None and np.abs(centre - last).max() < STILL_M:
                if (plan := grasp.plan_pick(self.arm, points, self.robot.joints_rad)) is None:
                    raise StoppedError("pose: out of reach, or too wide for the gripper")
                self.centre = centre
                return plan
            last = centre
        reason = "no depth" if last is None else "the target does not lie still"
        raise StoppedError(f"pose: {reason}")

    def _reach(self, plan: Plan) -> None:
        self.client.spin_for(0.3)  # what arrived while the motion was planned
        try:
            self._move(plan.reach, check=lambda: self._check(MOVED_M))
            self._move(plan.descend, SLOW_RAD_S, lambda: self._check(PUSHED_M))
            # The fingers close on what a new frame shows.
            self._visible_after = self.node.get_clock().now()
            self._wait(lambda: self._check() or self._is_visible(), LOOK_S)
            if not self._is_visible():
                raise StoppedError("target: not visible")
        except BaseException:
            self.robot.stop()
            raise

    def _is_visible(self) -> bool:
        is_new = Time.from_msg(self.stamp) >= self._visible_after
        return is_new and self.target is not None and not self.target.frames_lost

    def _check(self, most_m: float = np.inf) -> None:
        """Raise if the arm must not move, or if the target has moved by more than a distance."""
        if self.sentence:
            raise SentenceChangedError(self.sentence)
        for event in self.client.events(timeout_s=0.0):
            if event.command_id == self.target_id and event.kind in DOUBTS:
                raise StoppedError(f"target: {EventKind(event.kind).name} {event.reason}".strip())
        if time.monotonic() - self.targets_s > SILENCE_S:
            raise StoppedError(f"node: no targets for {SILENCE_S:g} s")
        if self.target is not None and self.target.state != Target.TRACKING:
            raise StoppedError("target: not tracked")
        points = self.robot.points_m
        if points is not None and np.hypot(*(footprint(points).centre - self.centre)) > most_m:
            raise StoppedError("pose: the target moved")

    def _move(
        self, waypoints: np.ndarray, speed: float = SPEED_RAD_S, check: Callable[[], object] = bool
    ) -> None:
        """Move while a check does not raise; raise StoppedError if the arm does not arrive."""
        self.robot.follow(waypoints, speed)
        while self.robot.is_moving():
            self.client.spin_once(0.02)
            check()
        if not self.robot.is_at(self.robot.goal_rad):
            raise StoppedError("arm: it did not arrive")

    def _go_home(self) -> None:
        if self.robot.is_at(HOME_RAD):
            return
        raised = self.robot.joints_rad.copy()
        raised[1:4] = HOME_RAD[1:4]  # up, before the arm turns
        self._move(np.vstack([grasp.with_open_gripper(raised[None]), HOME_RAD]))

    def _forget(self) -> None:
        with suppress(SamwiseError, TimeoutError):
            self.client.clear()
        self.target_id, self.target = "", None

    def _wait(self, condition: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            self.client.spin_once(0.05)

    def _on_sentence(self, message: String) -> None:
        self.sentence = message.data

    def _on_feedback(self, _: object) -> None:
        if self.sentence:
            raise SentenceChangedError(self.sentence)

    def _on_targets(self, message: TargetArray) -> None:
        self.targets_s, self.stamp = time.monotonic(), message.header.stamp
        self.target = next((t for t in message.targets if t.command_id == self.target_id), None)


if __name__ == "__main__":
    # rclpy's handlers would close the context before the arm can be stopped.
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    picker = Picker()
    try:
        with suppress(KeyboardInterrupt):
            picker.run()
    finally:
        picker.robot.stop()
        time.sleep(0.1)  # until the message is sent
