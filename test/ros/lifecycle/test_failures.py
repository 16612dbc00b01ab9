"""The network raises on frames: those frames are dropped, and the node continues."""

import time
from pathlib import Path

from image_messages import image
from lifecycle_msgs.msg import Transition
from node_process import NodeProcess
from ros_harness import Robot, values_of, wait_for
from sensor_msgs.msg import Image

# The node and the engine, except that black images raise an error.
PROGRAM = """
from samwise_ros.engine.engine import Engine
from samwise_ros.ros.node import main

step = Engine.step

def failing_step(engine, frame):
    if not frame.image.any():
        raise RuntimeError("simulated out of memory")
    return step(engine, frame)

Engine.step = failing_step
main()
"""


def test_failed_frame_is_dropped_and_five_deactivate_the_node(
    robot: Robot, model_folder: Path, tmp_path: Path
) -> None:
    parameters = {"model": model_folder, "device": "cpu", "command": "the red ball"}
    node = NodeProcess(tmp_path, "failing", program=("-c", PROGRAM), parameters=parameters)
    robot.bring_up(node.name)
    black = bytes(64 * 48 * 3)
    with robot.camera(node) as camera:
        with robot.subscribed(f"{node.name}/camera/mask", Image) as masks:
            camera.publish(image(robot.stamp_ns(), data=black))
            wait_for(lambda: "dropped: RuntimeError: simulated out of memory" in node.log)
            camera.publish(image(robot.stamp_ns()))
            masks.wait(what="the next frame's mask")
        while robot.state(node.name) == "active":
            camera.publish(image(robot.stamp_ns(), data=black))
            time.sleep(0.05)
        assert robot.state(node.name) == "inactive"
        status = robot.status(node.name, lambda status: status.message.startswith("FAILED"))
        assert "simulated out of memory" in status.message
        assert values_of(status)["command the-red-ball"] == "FAILED"
        assert robot.change_state(node.name, Transition.TRANSITION_ACTIVATE)
        with robot.subscribed(f"{node.name}/camera/mask", Image) as masks:
            wait_for(lambda: robot.reliability(node.image_topic) == ["RELIABLE"])
            wait_for(camera.get_subscription_count)
            camera.publish(image(robot.stamp_ns()))
            masks.wait(what="a mask after the second activation")
    assert node.end()[0] == 0
