"""``qos_overrides`` of images and masks, as rclpy names them."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from conftest import StartNode
from lifecycle_msgs.msg import Transition
from rcl_interfaces.srv import GetParameters
from rclpy.qos import ReliabilityPolicy
from ros_harness import NodeProcess, Robot, image, values_of, wait_for
from sensor_msgs.msg import Image
from test_lifecycle import of_the_work

IMAGE, MASK = "camera/image_raw", "samwise_node/camera/mask"

StartWith = Callable[..., NodeProcess]


@pytest.fixture
def start_with(start_node: StartNode, tmp_path: Path) -> StartWith:
    """Start a node with a file of overrides, given by topic and by who there is."""

    def start(namespace: str, overrides: dict[str, dict[str, object]]) -> NodeProcess:
        file = tmp_path / "quality.yaml"
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


def test_overrides_hold_through_reliable_cameras_and_lifecycles(
    robot: Robot, start_with: StartWith
) -> None:
    node = start_with(
        "quality",
        {
            IMAGE: {"subscription": {"reliability": "best_effort", "depth": 3}},
            MASK: {"publisher": {"reliability": "best_effort", "depth": 7}},
        },
    )
    robot.bring_up(node.name)
    name = "qos_overrides./quality/{}.{}"
    for _ in range(2):
        with (
            # Left alone, the node would subscribe reliable.
            robot.speaking(node.image_topic, Image) as camera,
            robot.listening(f"{node.name}/camera/label_mask", Image) as masks,
        ):
            robot.diagnosis(node.name, lambda one: values_of(one).get("publishers") == "/robot")
            sent = image(robot.stamp_ns())
            camera.publish(sent)
            assert masks.wait().header == sent.header
            robot.diagnosis(node.name, lambda one: values_of(one).get("images received") == "1")
        assert robot.reliability(node.image_topic) == ["BEST_EFFORT"]
        assert offered(robot, f"{node.name}/camera/mask") == ["BEST_EFFORT"]
        assert offered(robot, f"{node.name}/camera/label_mask") == ["RELIABLE"]
        told = values(
            robot,
            node,
            name.format(IMAGE, "subscription.depth"),
            name.format(IMAGE, "subscription.reliability"),
            name.format(MASK, "publisher.depth"),
        )
        assert told == [3, "best_effort", 7]
        assert robot.change_state(node.name, Transition.TRANSITION_DEACTIVATE)
        assert robot.change_state(node.name, Transition.TRANSITION_CLEANUP)
        robot.bring_up(node.name)
    assert "subscribing reliable" not in node.log


def test_an_override_goes_before_image_reliability(robot: Robot, start_with: StartWith) -> None:
    node = start_with("asks", {IMAGE: {"subscription": {"reliability": "reliable"}}})
    robot.bring_up(node.name)
    with robot.speaking(node.image_topic, Image, ReliabilityPolicy.BEST_EFFORT, discovered=False):
        status = robot.diagnosis(node.name, lambda one: "best effort" in one.message)
        assert "/robot offers best effort" in status.message
        assert robot.reliability(node.image_topic) == ["RELIABLE"]


@pytest.mark.parametrize(
    ("override", "reason"),
    [({"reliability": "somehow"}, "`reliability`: `somehow`"), ({"depth": "two"}, "depth")],
)
def test_a_mask_of_no_such_quality_leaves_nothing_behind(
    robot: Robot, start_with: StartWith, override: dict[str, object], reason: str
) -> None:
    """The label mask: others were made before it."""
    node = start_with("refused", {"samwise_node/camera/label_mask": {"publisher": override}})
    for _ in range(2):
        assert not robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
        assert robot.state(node.name) == "unconfigured"
        status = robot.diagnosis(node.name, lambda one: one.message.startswith("FAILED"))
        assert reason in status.message
        wait_for(lambda: not of_the_work(robot, node), what="nothing left behind")


def test_images_of_no_such_quality_are_refused_and_nothing_is_left_behind(
    robot: Robot, start_with: StartWith
) -> None:
    node = start_with("unsure", {IMAGE: {"subscription": {"reliability": "somehow"}}})
    assert robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
    assert not robot.change_state(node.name, Transition.TRANSITION_ACTIVATE)
    assert robot.state(node.name) == "unconfigured"
    status = robot.diagnosis(node.name, lambda one: one.message.startswith("FAILED"))
    assert "reliability: expected best_effort or reliable, got 'somehow'" in status.message
    wait_for(lambda: not of_the_work(robot, node), what="nothing left behind")
