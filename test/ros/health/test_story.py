"""The log at INFO says where the node stands: one line for each step."""

from health_rig import has_line
from image_messages import image
from node_process import StartNode
from ros_harness import Robot, wait_for
from sensor_msgs.msg import Image
from tracked_scene import SENTENCE, scene_pixels


def test_each_step_is_one_line(robot: Robot, start_node: StartNode) -> None:
    node = start_node(model="tabletop", input_timeout=1.0)
    robot.bring_up(node.name)
    has_line(node, "configured: model tabletop on cpu; cameras: camera")
    has_line(node, ": active\n")
    has_line(node, f"subscribed to {node.image_topic}, best effort; publisher: none yet")
    with (
        robot.camera(node) as camera,
        robot.subscribed(f"{node.name}/camera/mask", Image) as masks,
    ):
        robot.say(node, SENTENCE)
        has_line(node, f'accepted: "{SENTENCE}"')

        def send(count: int) -> None:
            for index in range(count):
                masks.clear()
                camera.publish(image(robot.stamp_ns(), scene_pixels(index)))
                masks.wait()

        send(6)
        has_line(node, f"{node.image_topic}: first image: 320 x 240 pixels, rgb8, from /robot")
        has_line(node, f'camera: first mask of "{SENTENCE}", ')
        has_line(node, f"no image on {node.image_topic} for 1 s or more; publisher: /robot")
        wait_for(lambda: send(1) or "camera: receiving images again" in node.log)
        has_line(node, "camera: receiving images again")
        assert node.log.count("first image") == node.log.count("first mask") == 1
