"""Show what the running node finds: targets, rates, commands, events and health, live.

In a terminal a view that is drawn anew as things change; elsewhere, such as in a pipe, a line for
each event and, every second, one for each camera. Ctrl-C ends it.

Examples:
  samwise watch
  samwise watch --node /kitchen/samwise_node
  samwise watch | grep LOST
"""

import argparse
from importlib import import_module

from samwise_ros.client.names import add_node_argument, need_ros


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise watch` takes."""
    add_node_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Watch until Ctrl-C.

    Returns:
        Exit status: 0, or 1 if there is no node.

    Raises:
        ValueError: there are several nodes to choose from.
        OSError: ROS 2 is not there.
    """
    need_ros()
    # Not at the top: this module's help is for those without ROS 2, too.
    return int(import_module("samwise_ros.cli.watch.show").show(arguments.node))
