"""No single message ends the node: it answers, and its masks continue."""

import re

from image_messages import image
from lifecycle_steps import set_parameter
from node_process import NodeProcess
from rcl_interfaces.msg import Parameter, ParameterValue
from rcl_interfaces.srv import SetParameters, SetParametersAtomically
from ros_harness import Robot, wait_for
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image

UNKNOWN_TYPE = Parameter(name="overlay_alpha", value=ParameterValue(type=99))
VALID = Parameter(name="overlay_alpha", value=ParameterValue(type=3, double_value=0.2))


def test_unknown_type_of_value_is_rejected(robot: Robot, active_node: NodeProcess) -> None:
    request = SetParameters.Request(parameters=[UNKNOWN_TYPE, VALID])
    results = robot.call(f"{active_node.name}/set_parameters", SetParameters, request).results
    assert [one.successful for one in results] == [False, True]
    assert re.fullmatch(r"overlay_alpha: .*99.*", results[0].reason), results[0].reason
    atomic = SetParametersAtomically.Request(parameters=[VALID, UNKNOWN_TYPE])
    service = f"{active_node.name}/set_parameters_atomically"
    result = robot.call(service, SetParametersAtomically, atomic).result
    assert not result.successful
    assert "99" in result.reason


def test_negative_clock_is_logged(robot: Robot, active_node: NodeProcess) -> None:
    assert set_parameter(robot, active_node.name, "use_sim_time", True) == ""
    negative = Clock()
    negative.clock.sec = -1
    with robot.publisher("/clock", Clock) as clock:

        def is_logged() -> bool:
            clock.publish(negative)  # again, because the node may not have subscribed yet
            return "callback failed: ValueError: Seconds value" in active_node.log

        wait_for(is_logged)
    assert set_parameter(robot, active_node.name, "use_sim_time", False) == ""
    with (
        robot.camera(active_node) as camera,
        robot.subscribed(f"{active_node.name}/camera/mask", Image) as masks,
    ):
        message = image(robot.stamp_ns())
        camera.publish(message)
        masks.wait(lambda mask: mask.header == message.header)
