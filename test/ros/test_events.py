"""The real node with the shipped model: what is seen, lost and seen again is told once."""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np
from conftest import StartNode
from lifecycle_msgs.msg import Transition
from numpy.typing import NDArray
from ros_harness import Inbox, NodeProcess, Robot, image
from sensor_msgs.msg import Image
from test_lifecycle import set_parameter

from samwise_ros.data.tabletop.scene import TabletopScene
from samwise_ros.msg import Target, TargetArray, TargetEvent
from samwise_ros.ros.image_conversion import to_rgb

SCENE = TabletopScene(2, 320, 240)
SENTENCE, ASKED = SCENE.script(16)[0][1:]
NOTHING = np.full((240, 320, 3), 128, np.uint8)
PERIOD_NS = 100_000_000


def scene(index: int) -> NDArray[np.uint8]:
    return SCENE.frame(index)[0]


class Show:
    """A camera before a node, frame by frame."""

    def __init__(self, robot: Robot, node: NodeProcess, stack: ExitStack) -> None:
        self.robot, self.node = robot, node
        self._stamp = robot.stamp_ns()
        self._camera = stack.enter_context(robot.camera(node))
        topics = f"{node.name}/camera"
        self._found: Inbox[TargetArray] = stack.enter_context(
            robot.listening(f"{topics}/targets", TargetArray)
        )
        self.masks: Inbox[Image] = stack.enter_context(robot.listening(f"{topics}/mask", Image))
        self.events: Inbox[TargetEvent] = stack.enter_context(
            robot.listening(f"{node.name}/events", TargetEvent)
        )
        robot.say(node, SENTENCE)
        self.events.wait(lambda one: one.kind == TargetEvent.ADDED)

    def frame(self, pixels: NDArray[np.uint8]) -> tuple[Image, Target]:
        """Send one; give it and what was found on it."""
        self._stamp += PERIOD_NS
        message = image(self._stamp, pixels)
        self._camera.publish(message)
        array = self._found.wait(lambda one: one.header == message.header)
        return message, array.targets[0]

    def event(self, kind: int, cause: Image) -> TargetEvent:
        """The only one of a kind, which an image caused."""
        event = self.events.wait(lambda one: one.kind == kind, what=f"event {kind}")
        assert event.header == cause.header
        assert [one.kind for one in self.events.messages].count(kind) == 1
        assert (event.camera, event.sentence) == ("camera", SENTENCE)
        assert event.label >= 1
        return event


@contextmanager
def shown(robot: Robot, node: NodeProcess) -> Iterator[Show]:
    robot.bring_up(node.name)
    with ExitStack() as stack:
        yield Show(robot, node, stack)


def test_acquired_lost_recovered_and_switched(robot: Robot, start_node: StartNode) -> None:
    node = start_node(model="tabletop", lost_after_frames=3, recover_after_frames=4)
    with shown(robot, node) as show:
        seen = [show.frame(scene(index)) for index in range(4)]
        assert [one.frames_tracked for _, one in seen] == [1, 2, 3, 4]
        assert [one.state for _, one in seen] == [Target.SEARCHING] * 3 + [Target.TRACKING]
        acquired = show.event(TargetEvent.ACQUIRED, seen[-1][0])
        assert (acquired.previous_state, acquired.state) == (Target.SEARCHING, Target.TRACKING)
        assert acquired.roi == seen[-1][1].roi
        assert math.isnan(acquired.switch_probability)

        # The same scene the other way round: the mask moves to where the object is now.
        message, target = show.frame(np.ascontiguousarray(scene(4)[:, ::-1]))
        switched = show.event(TargetEvent.SWITCHED, message)
        assert switched.overlap < 0.1
        assert switched.roi == target.roi
        assert switched.previous_roi == seen[-1][1].roi
        assert switched.reason

        gone = [show.frame(NOTHING) for _ in range(3)]
        assert [one.frames_lost for _, one in gone] == [1, 2, 3]
        assert [one.frames_tracked for _, one in gone] == [0] * 3
        lost = show.event(TargetEvent.LOST, gone[-1][0])
        assert (lost.previous_state, lost.state) == (Target.TRACKING, Target.LOST)
        mask = show.masks.wait(lambda one: one.header == gone[-1][0].header)
        assert not any(mask.data)  # a command, but nothing seen of it

        back = [show.frame(np.ascontiguousarray(scene(5)[:, ::-1])) for _ in range(4)]
        recovered = show.event(TargetEvent.RECOVERED, back[-1][0])
        assert (recovered.previous_state, recovered.state) == (Target.LOST, Target.TRACKING)
        assert {one.label for _, one in seen + gone + back} == {recovered.label}


def test_what_counts_as_seen_changes_while_unconfigured(
    robot: Robot, start_node: StartNode
) -> None:
    node = start_node(model="tabletop")
    areas = []
    for name, value in (("mask_threshold", 0.99), ("min_mask_area", 100_000), ("", None)):
        with shown(robot, node) as show:
            areas.append(show.frame(scene(0))[1].area)
        assert robot.change_state(node.name, Transition.TRANSITION_DEACTIVATE)
        assert robot.change_state(node.name, Transition.TRANSITION_CLEANUP)
        if name:
            assert set_parameter(robot, node, name, value) == ""
    usual, of_sure_pixels, of_large_masks = areas
    assert 0 < of_sure_pixels < usual
    assert of_large_masks == 0


def test_an_overlap_bound_of_zero_knows_no_switch(robot: Robot, start_node: StartNode) -> None:
    with shown(robot, start_node(model="tabletop", switch_max_overlap=0.0)) as show:
        for index in range(3):
            show.frame(scene(index))
        show.frame(np.ascontiguousarray(scene(3)[:, ::-1]))
        last, _ = show.frame(NOTHING)
        show.masks.wait(lambda one: one.header == last.header)
        assert TargetEvent.SWITCHED not in [one.kind for one in show.events.messages]


def test_the_overlay_is_as_strong_as_is_wanted(robot: Robot, start_node: StartNode) -> None:
    node = start_node(model="tabletop")
    mask = SCENE.frame(0)[1][ASKED]
    changes = []
    with (
        shown(robot, node) as show,
        robot.listening(f"{node.name}/camera/overlay", Image) as overlays,
    ):
        for alpha in (0.0, 0.9):
            assert set_parameter(robot, node, "overlay_alpha", alpha) == ""
            message, _ = show.frame(scene(0))
            drawn = to_rgb(overlays.wait(lambda one, sent=message: one.header == sent.header))
            change = np.abs(drawn.astype(int) - scene(0)).mean(axis=2)
            changes.append(np.median(change[mask]))
    assert changes[0] < changes[1] - 10, changes
