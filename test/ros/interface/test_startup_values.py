"""Lists and names that are set at startup are checked, with the parameter's name."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from rclpy.node import Node
from ros_harness import Robot

from samwise_ros.interface.parameters import Parameters
from samwise_ros.ros.parameters import declare_parameters, read_parameters


@contextmanager
def node_with(value: str) -> Iterator[Node]:
    node = Node("startup_values", cli_args=["--ros-args", "-p", value])
    try:
        yield node
    finally:
        node.destroy_node()


def declared(node: Node) -> Parameters:
    declare_parameters(node)
    return read_parameters(node)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("cameras:=[/front]", "cameras: expected a name of letters, .*, got '/front'"),
        ("cameras:=[front, '']", "cameras: expected a name of letters, .*, got ''"),
        ("cameras:=[front, front]", r"cameras: expected one or more .*, got \['front', 'front'\]"),
        ("cameras:=[]", r"cameras: expected a value such as \['camera'\], got none"),
        (f"cameras:=[{'a' * 101}]", "cameras: expected a name .*, at most 100 characters, got 'a"),
        ("depth_range:=[]", r"depth_range: expected a value such as \[0.1, 10.0\], got none"),
        ("rectified:=maybe", "rectified: expected unknown or true or false, got 'maybe'"),
    ],
)
@pytest.mark.usefixtures("robot")
def test_invalid_value_is_named(value: str, reason: str) -> None:
    with node_with(value) as node, pytest.raises(ValueError, match=reason):
        declared(node)


def test_stop_phrases_can_be_empty(robot: Robot) -> None:
    assert robot.node.context.ok()
    with node_with("stop_phrases:=[]") as node:
        assert [phrase for phrase in declared(node).stop_phrases if phrase] == []


@pytest.mark.parametrize(
    ("value", "rectified"), [("true", True), ("false", False), ("unknown", None)]
)
@pytest.mark.usefixtures("robot")
def test_rectified_is_a_boolean_or_unknown(value: str, rectified: bool | None) -> None:
    with node_with(f"rectified:={value}") as node:
        assert declared(node).is_rectified() is rectified
