"""A short ROS 2 session of a command line program."""

from collections.abc import Iterator
from contextlib import contextmanager

import rclpy
from rclpy._rclpy_pybind11 import RCLError
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from samwise_ros.interface.ros_start import start_problem


@contextmanager
def ros_session(name: str) -> Iterator[Node]:
    """Initialize rclpy and create a node; both end with the block.

    Signals raise `KeyboardInterrupt` as usual in Python, and the command line is not parsed for
    ROS arguments.

    Args:
        name: name of the node.

    Raises:
        OSError: ROS 2 cannot start, for example without a folder for its logs.
    """
    try:
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    except RCLError as error:
        raise OSError(start_problem(error)) from error
    try:
        node = Node(name, enable_rosout=False, start_parameter_services=False)
        try:
            yield node
        finally:
            node.destroy_node()
    finally:
        rclpy.shutdown()
