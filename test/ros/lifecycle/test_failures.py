"""The network fails on frames: they are lost, the node is not."""

import time
from pathlib import Path

from lifecycle_msgs.msg import Transition
from ros_harness import NodeProcess, Robot, image, values_of, wait_for
from sensor_msgs.msg import Image

# The real node and the real engine, but dark images bring the network down.
PROGRAM = """
from samwise_ros.engine.engine import Engine
from samwise_ros.ros.node import main

step = Engine.step

def fragile_step(engine, frame):
    if not frame.image.any():
        raise RuntimeError("out of memory, say")
    return step(engine, frame)

Engine.step = fragile_step
main()
"""


def test_a_failing_frame_is_dropped_and_many_deactivate_the_node(
    robot: Robot, model_folder: Path, tmp_path: Path
) -> None:
    arguments = ["-p", f"model:={model_folder}", "-p", "device:=cpu", "-p", "command:=the red ball"]
    node = NodeProcess(tmp_path, "fragile", arguments, program=("-c", PROGRAM))
    robot.bring_up(node.name)
    dark = bytes(64 * 48 * 3)
    with robot.camera(node) as camera:
        with robot.listening(f"{node.name}/camera/mask", Image) as masks:
            camera.publish(image(robot.stamp_ns(), data=dark))
            wait_for(lambda: "dropped: RuntimeError: out of memory, say" in node.log)
            camera.publish(image(robot.stamp_ns()))
            masks.wait(what="the next frame's mask")
        while robot.state(node.name) == "active":
            camera.publish(image(robot.stamp_ns(), data=dark))
            time.sleep(0.05)
        assert robot.state(node.name) == "inactive"
        status = robot.diagnosis(node.name, lambda one: one.message.startswith("FAILED"))
        assert "out of memory, say" in status.message
        assert values_of(status)["command the-red-ball"] == "FAILED"
        assert robot.change_state(node.name, Transition.TRANSITION_ACTIVATE)
        with robot.listening(f"{node.name}/camera/mask", Image) as masks:
            wait_for(lambda: robot.reliability(node.image_topic) == ["RELIABLE"])
            wait_for(camera.get_subscription_count)
            camera.publish(image(robot.stamp_ns()))
            masks.wait(what="a mask after activating again")
    assert node.end()[0] == 0
