"""Events of a node with the shipped model: found, lost, found again and switched."""

import math

import numpy as np
from lifecycle_steps import set_parameter, unconfigure
from node_process import StartNode
from numpy.typing import NDArray
from ros_harness import Robot
from sensor_msgs.msg import Image
from tracked_scene import EMPTY, OBJECT, SCENE, scene_pixels, tracked_scene

from samwise_ros.msg import Target, TargetEvent
from samwise_ros.ros.camera.image_conversion import to_rgb


def recoloured_and_mirrored(index: int) -> NDArray[np.uint8]:
    """Return a frame of the mirrored scene, in which the object is darker and of another tint."""
    pixels = scene_pixels(index).copy()
    mask = SCENE.frame(index)[1][OBJECT]
    pixels[mask] = pixels[mask] * (0.5, 0.6, 0.5)
    return np.ascontiguousarray(pixels[:, ::-1])


def test_each_event_is_published_once(robot: Robot, start_node: StartNode) -> None:
    node = start_node(model="tabletop", lost_after_frames=3, recover_after_frames=4)
    with tracked_scene(robot, node) as tracked:
        visible = [tracked.send(scene_pixels(index)) for index in range(4)]
        assert [target.frames_tracked for _, target in visible] == [1, 2, 3, 4]
        assert [target.state for _, target in visible] == [Target.SEARCHING] * 3 + [Target.TRACKING]
        acquired = tracked.event(TargetEvent.ACQUIRED, visible[-1][0])
        assert (acquired.previous_state, acquired.state) == (Target.SEARCHING, Target.TRACKING)
        assert acquired.roi == visible[-1][1].roi
        assert math.isnan(acquired.switch_probability)

        # The mirrored scene with another object: the mask moves to another object.
        other = [tracked.send(recoloured_and_mirrored(index)) for index in range(4, 8)]
        switched = tracked.event(TargetEvent.SWITCHED, other[-1][0])
        assert switched.overlap < 0.1
        assert switched.roi == other[-1][1].roi
        assert switched.previous_roi == visible[-1][1].roi
        assert switched.reason

        gone = [tracked.send(EMPTY) for _ in range(3)]
        assert [target.frames_lost for _, target in gone] == [1, 2, 3]
        assert [target.frames_tracked for _, target in gone] == [0] * 3
        lost = tracked.event(TargetEvent.LOST, gone[-1][0])
        assert (lost.previous_state, lost.state) == (Target.TRACKING, Target.LOST)
        mask = tracked.masks.wait(lambda mask: mask.header == gone[-1][0].header)
        assert not any(mask.data)  # a command, but no visible target

        back = [tracked.send(recoloured_and_mirrored(index)) for index in range(8, 12)]
        recovered = tracked.event(TargetEvent.RECOVERED, back[-1][0])
        assert (recovered.previous_state, recovered.state) == (Target.LOST, Target.TRACKING)
        assert {target.label for _, target in visible + gone + back} == {recovered.label}


def test_visibility_parameters_change_while_unconfigured(
    robot: Robot, start_node: StartNode
) -> None:
    node = start_node(model="tabletop")
    areas = []
    for name, value in (("mask_threshold", 0.99), ("min_mask_area", 100_000), ("", None)):
        with tracked_scene(robot, node) as tracked:
            areas.append(tracked.send(scene_pixels(0))[1].area)
        unconfigure(robot, node.name)
        if name:
            assert set_parameter(robot, node.name, name, value) == ""
    area, area_of_likely_pixels, area_of_large_masks = areas
    assert 0 < area_of_likely_pixels < area
    assert area_of_large_masks == 0


def test_object_at_another_place_is_no_switch(robot: Robot, start_node: StartNode) -> None:
    with tracked_scene(robot, start_node(model="tabletop")) as tracked:
        for index in range(3):
            tracked.send(scene_pixels(index))
        for index in range(3, 7):
            tracked.send(np.ascontiguousarray(scene_pixels(index)[:, ::-1]))
        last, _ = tracked.send(EMPTY)
        tracked.masks.wait(lambda mask: mask.header == last.header)
        assert TargetEvent.SWITCHED not in [event.kind for event in tracked.events.messages]


def test_overlay_alpha_changes_the_overlay(robot: Robot, start_node: StartNode) -> None:
    node = start_node(model="tabletop")
    mask = SCENE.frame(0)[1][OBJECT]
    changes = []
    with (
        tracked_scene(robot, node) as tracked,
        robot.subscribed(f"{node.name}/camera/overlay", Image) as overlays,
    ):
        for alpha in (0.0, 0.9):
            assert set_parameter(robot, node.name, "overlay_alpha", alpha) == ""
            message, _ = tracked.send(scene_pixels(0))
            drawn = to_rgb(overlays.wait(lambda drawn, sent=message: drawn.header == sent.header))
            change = np.abs(drawn.astype(int) - scene_pixels(0)).mean(axis=2)
            changes.append(np.median(change[mask]))
    assert changes[0] < changes[1] - 10, changes
