"""Show the targets, rates, commands, events and diagnostics of the running node.

In a terminal, a live view. In a pipe or a file, one line for each event, and one line for each
camera every second. Ctrl-C ends the program.

Examples:
  samwise watch
  samwise watch --node /kitchen/samwise_node
  samwise watch | grep LOST
"""

import argparse
from importlib import import_module

from samwise_ros.cli.node_argument import add_node_argument
from samwise_ros.client.ros_environment import require_ros


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise watch`."""
    add_node_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Watch until Ctrl-C.

    Returns:
        Exit code: 0, or 1 if there is no node.

    Raises:
        ValueError: there are several nodes to choose from.
        OSError: ROS 2 is not installed.
    """
    require_ros()
    # Imported late: `--help` also works without ROS 2.
    return int(import_module("samwise_ros.cli.watch.watch").watch(arguments.node))
