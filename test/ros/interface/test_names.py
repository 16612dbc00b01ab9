"""Names are the user's: namespace, node and topics go where they are remapped to."""

from conftest import StartNode
from ros_harness import Robot, image, values_of, wait_for
from sensor_msgs.msg import Image
from std_msgs.msg import String

from samwise_ros.msg import CommandArray, TargetArray

REMAPS = ("__node:=eye", "~/command:=/speech", "camera/image_raw:=/usb_cam/image_raw")
REMAPPED_OUTPUT = "~/camera/mask:=/what/is/seen"


def test_a_namespace_and_remaps_of_node_command_image_and_mask(
    robot: Robot, start_node: StartNode
) -> None:
    arguments = [word for remap in (*REMAPS, REMAPPED_OUTPUT) for word in ("-r", remap)]
    start_node(*arguments, namespace="arm/left")
    eye = "/arm/left/eye"
    robot.bring_up(eye)
    with (
        robot.speaking("/usb_cam/image_raw", Image) as camera,
        robot.listening("/what/is/seen", Image) as masks,
        robot.listening(f"{eye}/camera/targets", TargetArray) as targets,
        robot.listening(f"{eye}/commands", CommandArray, latched=True) as living,
    ):
        robot.tell("/speech", String(data="the red ball"))
        living.wait(lambda array: [one.sentence for one in array.commands] == ["the red ball"])
        wait_for(lambda: robot.reliability("/usb_cam/image_raw") == ["RELIABLE"])
        wait_for(camera.get_subscription_count)
        sent = image(robot.stamp_ns())
        camera.publish(sent)
        assert masks.wait().header == sent.header
        assert targets.wait().targets[0].sentence == "the red ball"
    status = robot.diagnosis(eye, lambda one: one.name == "arm/left/eye: camera")
    assert values_of(status)["topic"] == "/usb_cam/image_raw"
    for unused in (f"{eye}/command", "/arm/left/camera/image_raw"):
        assert not robot.node.get_subscriptions_info_by_topic(unused)
    assert not robot.node.get_publishers_info_by_topic(f"{eye}/camera/mask")
