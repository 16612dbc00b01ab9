"""States, services and parameters of a node in another process."""

import subprocess
import sys
from pathlib import Path

from image_messages import image
from lifecycle_msgs.msg import Transition
from lifecycle_steps import CYCLE, pipeline_topics, set_parameter
from node_process import NodeProcess, StartNode
from ros_harness import Robot, wait_for
from sensor_msgs.msg import Image
from std_srvs.srv import SetBool

from samwise_ros.msg import CommandArray, TargetEvent


def test_lifecycle_cycles_leave_no_topics_or_threads(robot: Robot, start_node: StartNode) -> None:
    node = start_node(command="the red ball")
    assert robot.state(node.name) == "unconfigured"
    assert not pipeline_topics(robot, node)
    thread_counts = []
    for _ in range(3):
        for transition, state in CYCLE:
            assert robot.change_state(node.name, transition), node.log
            assert robot.state(node.name) == state
            if state == "active":
                with (
                    robot.camera(node) as camera,
                    robot.subscribed(f"{node.name}/camera/mask", Image) as masks,
                ):
                    camera.publish(image(robot.stamp_ns()))
                    masks.wait()
                    assert len(pipeline_topics(robot, node)) == 11
        wait_for(lambda: not pipeline_topics(robot, node), what="no topics left")
        thread_counts.append(node.thread_count())
    assert thread_counts[1] == thread_counts[2]
    assert robot.change_state(node.name, Transition.TRANSITION_UNCONFIGURED_SHUTDOWN)
    assert robot.state(node.name) == "finalized"
    assert node.end()[0] == 0, node.log


def test_commands_persist_while_inactive(robot: Robot, active_node: NodeProcess) -> None:
    robot.say(active_node, "the red ball")
    robot.wait_for_sentences(active_node, ["the red ball"])  # a service could overtake the topic
    with robot.subscribed(f"{active_node.name}/commands", CommandArray, latched=True) as commands:
        assert robot.change_state(active_node.name, Transition.TRANSITION_DEACTIVATE)
        assert robot.change_state(active_node.name, Transition.TRANSITION_ACTIVATE)
    with robot.subscribed(f"{active_node.name}/commands", CommandArray, latched=True) as after:
        array = after.wait(lambda array: len(array.commands) == 1)
    assert [one.sentence for one in array.commands] == ["the red ball"]
    assert all(len(array.commands) == 1 for array in commands.messages)


def test_enable_toggle_reset_and_clear(robot: Robot, active_node: NodeProcess) -> None:
    name = active_node.name
    robot.say(active_node, "the red ball")
    with (
        robot.camera(active_node) as camera,
        robot.subscribed(f"{name}/camera/mask", Image) as masks,
        robot.subscribed(f"{name}/events", TargetEvent) as events,
    ):

        def has_mask() -> bool:
            masks.clear()
            camera.publish(image(robot.stamp_ns()))
            try:
                masks.wait(timeout_s=1.0)
            except AssertionError:
                return False
            return True

        assert has_mask()
        assert robot.call(f"{name}/enable", SetBool, SetBool.Request(data=False)).success
        assert not has_mask()
        assert robot.trigger(f"{name}/toggle").message == "enabled"
        assert has_mask()
        assert robot.trigger(f"{name}/reset_memory").success
        events.wait(lambda status: status.kind == TargetEvent.RESET)
        assert robot.trigger(f"{name}/clear").success
        events.wait(lambda status: status.kind == TargetEvent.REMOVED)


def test_parameter_change_is_accepted_or_rejected_with_a_reason(
    robot: Robot, active_node: NodeProcess
) -> None:
    assert "clean up the node first" in set_parameter(robot, active_node.name, "model", "other")
    assert "read-only" in set_parameter(robot, active_node.name, "cameras", ["left"])
    assert "range" in set_parameter(robot, active_node.name, "overlay_alpha", 1.5)
    assert "replace or add" in set_parameter(robot, active_node.name, "command_mode", "shout")
    assert set_parameter(robot, active_node.name, "stop_phrases", ["halt"]) == ""
    robot.say(active_node, "the red ball")
    robot.wait_for_sentences(active_node, ["the red ball"])
    robot.say(active_node, "Halt!")
    robot.wait_for_sentences(active_node, [])
    assert set_parameter(robot, active_node.name, "stop_phrases", ["stop", "stop looking"]) == ""


def test_services_answer_before_configuration(robot: Robot, start_node: StartNode) -> None:
    node = start_node()
    response = robot.trigger(f"{node.name}/clear")
    assert not response.success
    assert response.message == "not configured"


def test_invalid_parameter_at_startup_ends_with_one_line(start_node: StartNode) -> None:
    node = start_node(command_mode="shout")
    assert node.wait(30.0) == 1
    assert "command_mode: expected replace or add, got 'shout'" in node.log
    assert "Traceback" not in node.log


def test_unknown_parameters_are_logged_and_ignored(robot: Robot, start_node: StartNode) -> None:
    node = start_node(mode="clip", max_rate=5.0)
    assert robot.state(node.name) == "unconfigured"
    assert "parameter mode is unknown and ignored; it was removed: " in node.log
    assert "parameter max_rate is unknown and ignored; `ros2 param list " in node.log
    assert node.log.count("is unknown and ignored") == 2


def test_impossible_transition_is_rejected(robot: Robot, active_node: NodeProcess) -> None:
    for impossible in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_CLEANUP, 77):
        assert not robot.change_state(active_node.name, impossible)
    assert robot.state(active_node.name) == "active"


def test_node_imports_no_torch(tmp_path: Path) -> None:
    heavy = "{'torch', 'transformers', 'sam2', 'spacy'}"
    code = f"import sys, samwise_ros.ros.node; sys.exit(bool({heavy} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_autostart(robot: Robot, start_node: StartNode) -> None:
    node, invalid = start_node(autostart=True), start_node(autostart=True, model="nowhere")
    wait_for(lambda: robot.state(node.name) == "active", what=node.name)
    fault = robot.status(invalid.name, lambda status: status.message.startswith("FAILED"))
    assert "nowhere: no such model folder" in fault.message
    assert robot.state(invalid.name) == "unconfigured"
