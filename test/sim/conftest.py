"""A node in a separate context: other tests of the process use the default one."""

from collections.abc import Callable, Iterator

import pytest
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node


@pytest.fixture
def node() -> Iterator[Node]:
    context = Context()
    rclpy.init(context=context)
    node = Node("tester", context=context)
    yield node
    node.destroy_node()
    context.shutdown()


@pytest.fixture
def spin_once(node: Node) -> Iterator[Callable[[float], None]]:
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    yield executor.spin_once
    executor.shutdown()
