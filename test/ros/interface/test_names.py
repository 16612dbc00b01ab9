"""Namespace, node name and topics follow remaps."""

from image_messages import image
from node_process import StartNode
from ros_harness import Robot, values_of
from sensor_msgs.msg import Image
from std_msgs.msg import String

from samwise_ros.msg import CommandArray, TargetArray

REMAPS = ("__node:=tracker", "~/command:=/speech", "camera/image_raw:=/usb_cam/image_raw")
REMAPPED_OUTPUT = "~/camera/mask:=/remapped/mask"


def test_namespace_and_remaps_of_node_command_image_and_mask(
    robot: Robot, start_node: StartNode
) -> None:
    arguments = [word for remap in (*REMAPS, REMAPPED_OUTPUT) for word in ("-r", remap)]
    start_node(*arguments, namespace="arm/left")
    name = "/arm/left/tracker"
    robot.bring_up(name)
    with (
        robot.subscribed("/remapped/mask", Image) as masks,
        robot.subscribed(f"{name}/camera/targets", TargetArray) as targets,
        robot.subscribed(f"{name}/commands", CommandArray, latched=True) as commands,
    ):
        robot.publish("/speech", String(data="the red ball"))
        commands.wait(
            lambda array: [command.sentence for command in array.commands] == ["the red ball"]
        )
        with robot.image_publisher("/usb_cam/image_raw") as camera:
            sent = image(robot.stamp_ns())
            camera.publish(sent)
            assert masks.wait().header == sent.header
        assert targets.wait().targets[0].sentence == "the red ball"
    status = robot.status(name, lambda status: status.name == "arm/left/tracker: camera")
    assert values_of(status)["topic"] == "/usb_cam/image_raw"
    for unused in (f"{name}/command", "/arm/left/camera/image_raw"):
        assert not robot.node.get_subscriptions_info_by_topic(unused)
    assert not robot.node.get_publishers_info_by_topic(f"{name}/camera/mask")
