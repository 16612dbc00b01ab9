"""Without vision_msgs and foxglove_msgs, their topics are missing and the log says so once."""

from importlib.util import find_spec

from lifecycle_msgs.msg import Transition
from node_process import StartNode
from ros_harness import Robot

from samwise_ros.interface import topics

MISSING = [
    topic for topic in topics.OPTIONAL_OUTPUTS if find_spec(topic.type_name.split("/")[0]) is None
]


def test_log_says_once_what_is_missing_and_what_to_install(
    robot: Robot, start_node: StartNode
) -> None:
    assert MISSING, "run this test without a workspace that has vision_msgs and foxglove_msgs"
    node = start_node(use_depth=True)
    robot.bring_up(node.name)
    assert robot.change_state(node.name, Transition.TRANSITION_DEACTIVATE)
    assert robot.change_state(node.name, Transition.TRANSITION_CLEANUP)
    robot.bring_up(node.name)
    (line,) = [line for line in node.log.splitlines() if "not installed" in line]
    assert "[INFO]" in line
    for topic in MISSING:
        assert topic.name in line
        assert f"ros-jazzy-{topic.type_name.split('/')[0].replace('_', '-')}" in line
    namespace, name = node.name.rsplit("/", 1)
    published = robot.node.get_publisher_names_and_types_by_node(name, namespace)
    names = {name.replace(node.name, "~") for name, _ in published}
    assert names.isdisjoint(topic.name_for("camera") for topic in MISSING)
