"""A node, and the executor that spins it."""

from collections.abc import Callable, Iterator

import pytest
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node


@pytest.fixture
def node(ros_context: Context) -> Iterator[Node]:
    node = Node("tester", context=ros_context)
    yield node
    node.destroy_node()


@pytest.fixture
def spin_once(node: Node) -> Iterator[Callable[[float], None]]:
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    yield executor.spin_once
    executor.shutdown()
