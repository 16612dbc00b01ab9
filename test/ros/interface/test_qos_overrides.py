"""``qos_overrides`` of images and masks."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from image_messages import image
from lifecycle_msgs.msg import Transition
from lifecycle_steps import pipeline_topics, unconfigure
from node_process import NodeProcess, StartNode
from rcl_interfaces.srv import GetParameters
from rclpy.qos import ReliabilityPolicy
from ros_harness import Robot, values_of, wait_for
from sensor_msgs.msg import Image

IMAGE, MASK = "camera/image_raw", "samwise_node/camera/mask"
TARGETS = "samwise_node/camera/targets"

StartWith = Callable[..., NodeProcess]


@pytest.fixture
def start_with(start_node: StartNode, tmp_path: Path) -> StartWith:
    """Start a node with a file of overrides, by topic and kind of endpoint."""

    def start(namespace: str, overrides: dict[str, dict[str, object]]) -> NodeProcess:
        file = tmp_path / "overrides.yaml"
        of_topics = {f"/{namespace}/{topic}": one for topic, one in overrides.items()}
        parameters = {"/**": {"ros__parameters": {"qos_overrides": of_topics}}}
        file.write_text(yaml.safe_dump(parameters))
        return start_node("--params-file", str(file), namespace=namespace)

    return start


def values(robot: Robot, node: NodeProcess, *names: str) -> list[object]:
    request = GetParameters.Request(names=names)
    found = robot.call(f"{node.name}/get_parameters", GetParameters, request).values
    return [one.integer_value or one.string_value for one in found]


def offered(robot: Robot, topic: str) -> list[str]:
    found = robot.node.get_publishers_info_by_topic(topic)
    return [one.qos_profile.reliability.name for one in found]


def test_overrides_persist_through_reliable_cameras_and_lifecycles(
    robot: Robot, start_with: StartWith
) -> None:
    node = start_with(
        "quality",
        {
            IMAGE: {"subscription": {"reliability": "best_effort", "depth": 3}},
            MASK: {"publisher": {"reliability": "best_effort", "depth": 7}},
            TARGETS: {"publisher": {"deadline": 2_000_000_000}},
        },
    )
    robot.bring_up(node.name)
    name = "qos_overrides./quality/{}.{}"
    for _ in range(2):
        with (
            # Without the override the subscription becomes reliable.
            robot.publisher(node.image_topic, Image) as camera,
            robot.subscribed(f"{node.name}/camera/label_mask", Image) as masks,
        ):
            robot.status(node.name, lambda status: values_of(status).get("publishers") == "/robot")
            sent = image(robot.stamp_ns())
            camera.publish(sent)
            assert masks.wait().header == sent.header
            robot.status(node.name, lambda status: values_of(status).get("images received") == "1")
        assert robot.reliability(node.image_topic) == ["BEST_EFFORT"]
        assert offered(robot, f"{node.name}/camera/mask") == ["BEST_EFFORT"]
        assert offered(robot, f"{node.name}/camera/label_mask") == ["RELIABLE"]
        (targets,) = robot.node.get_publishers_info_by_topic(f"{node.name}/camera/targets")
        assert targets.qos_profile.deadline.nanoseconds == 2_000_000_000
        found = values(
            robot,
            node,
            name.format(IMAGE, "subscription.depth"),
            name.format(IMAGE, "subscription.reliability"),
            name.format(MASK, "publisher.depth"),
        )
        assert found == [3, "best_effort", 7]
        unconfigure(robot, node.name)
        robot.bring_up(node.name)
    assert "subscribing reliable" not in node.log


def test_override_takes_precedence_over_image_reliability(
    robot: Robot, start_with: StartWith
) -> None:
    node = start_with("precedence", {IMAGE: {"subscription": {"reliability": "reliable"}}})
    robot.bring_up(node.name)
    with robot.publisher(node.image_topic, Image, ReliabilityPolicy.BEST_EFFORT, discovered=False):
        status = robot.status(node.name, lambda status: "best effort" in status.message)
        assert "/robot offers best effort" in status.message
        assert robot.reliability(node.image_topic) == ["RELIABLE"]


@pytest.mark.parametrize(
    ("override", "reason"),
    [({"reliability": "somehow"}, "`reliability`: `somehow`"), ({"depth": "two"}, "depth")],
)
def test_invalid_override_of_an_output_leaves_no_topics(
    robot: Robot, start_with: StartWith, override: dict[str, object], reason: str
) -> None:
    """The override is the label mask's, whose publisher is not the first."""
    node = start_with("rejected", {"samwise_node/camera/label_mask": {"publisher": override}})
    for _ in range(2):
        assert not robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
        assert robot.state(node.name) == "unconfigured"
        status = robot.status(node.name, lambda status: status.message.startswith("FAILED"))
        assert reason in status.message
        wait_for(lambda: not pipeline_topics(robot, node), what="no topics left")


def test_invalid_override_of_images_is_rejected_and_leaves_no_topics(
    robot: Robot, start_with: StartWith
) -> None:
    node = start_with("invalid", {IMAGE: {"subscription": {"reliability": "somehow"}}})
    assert robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
    assert not robot.change_state(node.name, Transition.TRANSITION_ACTIVATE)
    assert robot.state(node.name) == "unconfigured"
    status = robot.status(node.name, lambda status: status.message.startswith("FAILED"))
    assert "reliability: expected best_effort or reliable, got 'somehow'" in status.message
    wait_for(lambda: not pipeline_topics(robot, node), what="no topics left")
