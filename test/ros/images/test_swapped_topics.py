"""Topics of two cameras that are remapped to each other's names."""

from rclpy.context import Context
from rclpy.lifecycle import LifecycleNode
from rclpy.node import Node
from ros_harness import wait_for
from sensor_msgs.msg import Image

from samwise_ros.interface.parameters import Parameters
from samwise_ros.ros.camera.input import CameraInput
from samwise_ros.ros.camera.statistics import CameraStatistics

SWAPPED = ["left/image_raw:=/right/image_raw", "right/image_raw:=/left/image_raw"]


def test_publishers_are_those_of_the_remapped_topic(ros_context: Context) -> None:
    remappings = [word for rule in SWAPPED for word in ("-r", rule)]
    node = LifecycleNode("cameras", context=ros_context, cli_args=["--ros-args", *remappings])
    camera = Node("right_camera", context=ros_context)
    try:
        camera.create_publisher(Image, "/right/image_raw", 1)
        parameters = Parameters(cameras=("left", "right"))
        source = CameraInput(node, "left", parameters, CameraStatistics(), lambda *_: False)
        assert source.topic == "/right/image_raw"
        wait_for(source.publishers, what="the publisher")
        assert [endpoint.node_name for endpoint in source.publishers()] == ["right_camera"]
    finally:
        node.destroy_node()
        camera.destroy_node()
