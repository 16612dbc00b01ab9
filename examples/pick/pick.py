"""Picks what a sentence says, and puts it into the tray.

python examples/pick/pick.py    # then: ros2 topic pub -1 /pick/sentence std_msgs/String "data: ..."

The arm moves only while the samwise node reports the target: it stops when the node is silent, and
when the target is lost or changes. A new sentence replaces the one before.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
import rclpy
from robot import Robot
from std_msgs.msg import String

from samwise_ros import EventKind, SamwiseClient
from samwise_ros.errors import CommandRejectedError, SamwiseError
from samwise_ros.msg import Target, TargetArray
from samwise_ros.sim.grasp import SLOW_RAD_S, Plan, footprint, plan_pick, with_open_gripper
from samwise_ros.sim.kinematics import Kinematics
from samwise_ros.sim.so101 import CLOSED_RAD, HOME_RAD

SILENCE_S = 0.35  # the arm has to stop within 0.5 s
STILL_M, MOVED_M = 0.008, 0.025
FIND_S, LOOK_S, ATTEMPTS = 12.0, 6.0, 3
FINGERS_MET_RAD = CLOSED_RAD + 0.02
DOUBTS = (EventKind.LOST, EventKind.SWITCHED, EventKind.REMOVED, EventKind.RESET)


class StoppedError(Exception):
    """The pick cannot continue; the message states why."""


class RetryError(StoppedError):
    """The pick cannot continue, but another attempt can succeed."""


class SentenceChangedError(StoppedError):
    """Another sentence arrived."""


class Picker:
    """Obeys one sentence after the other."""

    def __init__(self) -> None:
        self.node = rclpy.create_node("picker")
        self.client = SamwiseClient(self.node, on_targets=self._on_targets)
        self.robot, self.arm = Robot(self.node), Kinematics()
        self.sentence = self.target_id = ""
        self.targets_s = 0.0
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
            try:
                result = f"done: {self.pick(sentence)}"
            except SentenceChangedError as reason:
                result = f"changed: {reason}"
            except StoppedError as reason:
                result = f"failed: {reason}"
            except TimeoutError as reason:
                result = f"failed: not found: {reason}"
            except CommandRejectedError as reason:
                result = f"failed: rejected: {reason}"
            except SamwiseError as reason:
                result = f"failed: node: {reason}"
            self._forget()
            self._go_home()
            self.report(result)

    def pick(self, sentence: str) -> str:
        """Pick what a sentence describes, in a few attempts; return the sentence."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._attempt(sentence)
                break
            except RetryError as reason:
                self.report(f"stopped: {reason}")
                self._forget()
                if attempt == ATTEMPTS:
                    raise
        return sentence

    def _attempt(self, sentence: str) -> None:
        self._go_home()
        self.report(f"searching: {sentence}")
        found = self.client.find(
            sentence, timeout_s=FIND_S, keep_tracking=True, on_feedback=self._on_feedback
        )
        self.target_id = found.target.command_id
        plan = self._plan()
        self.report("reaching")
        self._reach(plan)
        self.report("grasping")
        self._move(plan.close, SLOW_RAD_S)
        self._wait(lambda: False, 0.3)
        if self.robot.joints_rad[5] < FINGERS_MET_RAD:
            raise RetryError("grasp: nothing between the fingers")
        self.report("carrying")
        for waypoints in (plan.lift, plan.carry, plan.release):
            self._move(waypoints)

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
                if (plan := plan_pick(self.arm, points, self.robot.joints_rad)) is None:
                    raise StoppedError("pose: out of reach")
                self.centre = centre
                return plan
            last = centre
        raise RetryError("pose: the target does not lie still")

    def _reach(self, plan: Plan) -> None:
        self.client.spin_for(0.3)  # what arrived while the motion was planned
        try:
            for waypoints, speed in ((plan.reach, 1.6), (plan.descend, SLOW_RAD_S)):
                self.robot.follow(waypoints, speed)
                while self.robot.is_moving():
                    self.client.spin_once(0.02)
                    self._check()
                    if waypoints is plan.reach and self._distance_m() > MOVED_M:
                        raise RetryError("pose: the target moved")
            self.target = None  # the fingers close on what a new frame shows
            self._wait(lambda: self._check() or self._is_visible(), LOOK_S)
            if not self._is_visible():
                raise StoppedError("target: not visible")
        except BaseException:
            self.robot.stop()
            raise

    def _is_visible(self) -> bool:
        return self.target is not None and not self.target.frames_lost

    def _distance_m(self) -> float:
        points = self.robot.points_m
        return 0.0 if points is None else float(np.hypot(*(footprint(points).centre - self.centre)))

    def _check(self) -> None:
        """Raise if the arm must not move."""
        if self.sentence:
            raise SentenceChangedError(self.sentence)
        for event in self.client.events(timeout_s=0.0):
            if event.command_id == self.target_id and event.kind in DOUBTS:
                error = RetryError if event.kind == EventKind.SWITCHED else StoppedError
                raise error(f"target: {EventKind(event.kind).name} {event.reason}".strip())
        if time.monotonic() - self.targets_s > SILENCE_S:
            raise RetryError(f"node: no targets for {SILENCE_S:g} s")
        if self.target is not None and self.target.state != Target.TRACKING:
            raise StoppedError("target: not tracked")

    def _move(self, waypoints: np.ndarray, speed_rad_s: float = 1.6) -> None:
        self.robot.follow(waypoints, speed_rad_s)
        self._wait(lambda: not self.robot.is_moving(), float("inf"))

    def _go_home(self) -> None:
        home = np.array([HOME_RAD])
        if np.abs(self.robot.joints_rad - home[0])[:5].max() < 0.05:
            return
        raised = self.robot.joints_rad.copy()
        raised[1:4] = HOME_RAD[1:4]  # up, before the arm turns
        self._move(np.vstack([with_open_gripper(raised[None]), home]))

    def _forget(self) -> None:
        if self.target_id:
            try:
                self.client.remove(self.target_id)
            except (SamwiseError, TimeoutError) as error:
                print(error, flush=True)
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
        self.targets_s = time.monotonic()
        self.target = next((t for t in message.targets if t.command_id == self.target_id), None)


if __name__ == "__main__":
    rclpy.init()
    try:
        Picker().run()
    except KeyboardInterrupt:
        sys.exit()
