"""The node's states, services and parameters, from outside."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from lifecycle_msgs.msg import Transition
from rcl_interfaces.msg import ParameterValue
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from ros_harness import NodeProcess, Robot, image, wait_for
from sensor_msgs.msg import Image
from std_srvs.srv import SetBool

from samwise_ros.msg import CommandArray, TargetEvent

CYCLE = (
    (Transition.TRANSITION_CONFIGURE, "inactive"),
    (Transition.TRANSITION_ACTIVATE, "active"),
    (Transition.TRANSITION_DEACTIVATE, "inactive"),
    (Transition.TRANSITION_CLEANUP, "unconfigured"),
)


def topics(robot: Robot, node: NodeProcess) -> set[str]:
    """Give every topic that the node publishes or subscribes to."""
    name, namespace = "samwise_node", node.name.rsplit("/", 1)[0]
    ends = (
        robot.node.get_publisher_names_and_types_by_node,
        robot.node.get_subscriber_names_and_types_by_node,
    )
    wait_for(lambda: (name, namespace) in robot.node.get_node_names_and_namespaces())
    return {topic for end in ends for topic, _ in end(name, namespace)}


def of_the_work(robot: Robot, node: NodeProcess) -> list[str]:
    """Give those of them that only a configured or active node has."""
    words = ("/camera", "/command", "/events")
    return [topic for topic in topics(robot, node) if any(word in topic for word in words)]


def threads(node: NodeProcess) -> int:
    return len(list(Path(f"/proc/{node.process.pid}/task").iterdir()))


def test_two_full_cycles_leave_nothing_behind(robot: Robot, start_node: Any) -> None:
    node = start_node(command="the red ball")
    assert robot.state(node.name) == "unconfigured"
    assert not of_the_work(robot, node)
    after = []
    for _ in range(3):
        for transition, state in CYCLE:
            assert robot.change_state(node.name, transition), node.log
            assert robot.state(node.name) == state
            if state == "active":
                with (
                    robot.camera(node) as camera,
                    robot.listening(f"{node.name}/camera/mask", Image) as masks,
                ):
                    camera.publish(image(robot.stamp_ns()))
                    masks.wait()
                    assert len(of_the_work(robot, node)) == 10
        wait_for(lambda: not of_the_work(robot, node), what="no topics of the work")
        after.append(threads(node))
    assert after[1] == after[2]
    assert robot.change_state(node.name, Transition.TRANSITION_UNCONFIGURED_SHUTDOWN)
    assert robot.state(node.name) == "finalized"
    assert node.end()[0] == 0, node.log


def test_memories_and_commands_outlive_a_pause(robot: Robot, active_node: NodeProcess) -> None:
    with robot.listening(f"{active_node.name}/commands", CommandArray, latched=True) as living:
        robot.say(active_node, "the red ball")
        # A sentence and a change of state come by different ways: the later one may be the first.
        living.wait(lambda array: len(array.commands) == 1)
        living.clear()
        assert robot.change_state(active_node.name, Transition.TRANSITION_DEACTIVATE)
        assert robot.change_state(active_node.name, Transition.TRANSITION_ACTIVATE)
    with robot.listening(f"{active_node.name}/commands", CommandArray, latched=True) as after:
        array = after.wait(lambda array: len(array.commands) == 1)
    assert [one.sentence for one in array.commands] == ["the red ball"]
    assert all(len(array.commands) == 1 for array in living.messages)


def test_enable_toggle_reset_and_clear(robot: Robot, active_node: NodeProcess) -> None:
    name = active_node.name
    robot.say(active_node, "the red ball")
    with (
        robot.camera(active_node) as camera,
        robot.listening(f"{name}/camera/mask", Image) as masks,
        robot.listening(f"{name}/events", TargetEvent) as events,
    ):

        def sees() -> bool:
            masks.clear()
            camera.publish(image(robot.stamp_ns()))
            try:
                masks.wait(timeout_s=1.0)
            except AssertionError:
                return False
            return True

        assert sees()
        assert robot.call(f"{name}/enable", SetBool, SetBool.Request(data=False)).success
        assert not sees()
        assert robot.trigger(f"{name}/toggle").message == "enabled"
        assert sees()
        assert robot.trigger(f"{name}/reset_memory").success
        events.wait(lambda one: one.kind == TargetEvent.RESET)
        assert robot.trigger(f"{name}/clear").success
        events.wait(lambda one: one.kind == TargetEvent.REMOVED)


def set_parameter(robot: Robot, node: NodeProcess, name: str, value: Any) -> str:
    """Set a parameter; give the reason why not, if it was refused."""
    given: ParameterValue = Parameter(name, value=value).get_parameter_value()
    request = SetParameters.Request()
    request.parameters = [Parameter(name, value=value).to_parameter_msg()]
    assert request.parameters[0].value == given
    result = robot.call(f"{node.name}/set_parameters", SetParameters, request).results[0]
    return "" if result.successful else str(result.reason)


def test_changes_of_parameters_are_taken_or_refused_with_a_reason(
    robot: Robot, active_node: NodeProcess
) -> None:
    assert "clean the node up first" in set_parameter(robot, active_node, "model", "other")
    assert "read-only" in set_parameter(robot, active_node, "cameras", ["left"])
    assert "range" in set_parameter(robot, active_node, "overlay_alpha", 1.5)
    assert "replace or add" in set_parameter(robot, active_node, "command_mode", "shout")
    assert set_parameter(robot, active_node, "stop_phrases", ["halt"]) == ""
    with robot.listening(f"{active_node.name}/commands", CommandArray, latched=True) as living:
        robot.say(active_node, "the red ball")
        living.wait(lambda array: len(array.commands) == 1)
        living.clear()
        robot.say(active_node, "Halt!")
        living.wait(lambda array: not array.commands)
    assert set_parameter(robot, active_node, "stop_phrases", ["stop", "stop looking"]) == ""


def test_services_answer_before_there_is_a_model(robot: Robot, start_node: Any) -> None:
    node = start_node()
    answer = robot.trigger(f"{node.name}/clear")
    assert not answer.success
    assert answer.message == "not configured"


def test_a_wrong_parameter_at_the_start_is_said_in_one_line(start_node: Any) -> None:
    node = start_node(mode="offline")
    assert node.process.wait(30.0) == 1
    assert "mode: expected online or clip, got 'offline'" in node.log
    assert "Traceback" not in node.log


def test_a_transition_that_is_not_possible_is_refused(
    robot: Robot, active_node: NodeProcess
) -> None:
    for impossible in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_CLEANUP, 77):
        assert not robot.change_state(active_node.name, impossible)
    assert robot.state(active_node.name) == "active"


def test_the_node_starts_without_torch(tmp_path: Path) -> None:
    heavy = "{'torch', 'transformers', 'sam2', 'spacy'}"
    code = f"import sys, samwise_ros.ros.node; sys.exit(bool({heavy} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_it_starts_itself_where_that_is_wanted(robot: Robot, start_node: Any) -> None:
    node, broken = start_node(autostart=True), start_node(autostart=True, model="nowhere")
    wait_for(lambda: robot.state(node.name) == "active", what=node.name)
    fault = robot.diagnosis(broken.name, lambda one: one.message.startswith("FAILED"))
    assert "nowhere: no such model folder" in fault.message
    assert robot.state(broken.name) == "unconfigured"
