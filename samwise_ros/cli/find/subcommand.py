"""Find an object in the camera images of the running node, and print where it is.

The search ends when the object is visible in some consecutive frames, or when the time is over. The
exit code is 0 if the object is found, 1 if it is not found or the command is removed, and 2 if the
node rejects the sentence or no node is available. Ctrl-C cancels the search.

Examples:
  samwise find "the red mug"
  samwise find "the hand that moves left" --camera left --timeout 60
  samwise find "the red mug" --keep --node /kitchen/samwise_node
"""

import argparse
from dataclasses import dataclass
from importlib import import_module

from samwise_ros.cli.node_argument import add_node_argument
from samwise_ros.client.ros_environment import require_ros
from samwise_ros.interface.actions import DEFAULT_TIMEOUT_S, MAX_TIMEOUT_S


@dataclass(frozen=True)
class FindOptions:
    """What to find, and with which node.

    Attributes:
        sentence: description of the object.
        cameras: names of cameras; empty means all.
        timeout_s: longest time of the search.
        keep_tracking: whether the node tracks the object afterwards.
        node: full name of the node; empty selects the usual or the only node.
    """

    sentence: str
    cameras: tuple[str, ...]
    timeout_s: float
    keep_tracking: bool
    node: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise find`."""
    parser.add_argument("sentence", metavar="SENTENCE", help="object to find")
    parser.add_argument(
        "--camera",
        action="append",
        default=[],
        metavar="NAME",
        help="search only this camera; can be repeated (default: all cameras)",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=DEFAULT_TIMEOUT_S,
        metavar="SECONDS",
        help=f"longest time of the search (default: {DEFAULT_TIMEOUT_S:g})",
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep tracking the object after it is found"
    )
    add_node_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Find the object and print where it is.

    Returns:
        Exit code: 0 if it is found, 1 if not, 2 without a node.

    Raises:
        ValueError: the timeout is out of range, the node rejects the sentence, or there are several
            nodes.
        OSError: ROS 2 is not installed.
    """
    if not 0.0 < arguments.timeout <= MAX_TIMEOUT_S:
        raise ValueError(
            f"--timeout: expected more than 0 and at most {MAX_TIMEOUT_S:g}, "
            f"got {arguments.timeout:g}"
        )
    options = FindOptions(
        sentence=arguments.sentence,
        cameras=tuple(arguments.camera),
        timeout_s=arguments.timeout,
        keep_tracking=arguments.keep,
        node=arguments.node,
    )
    require_ros()
    # Imported late: `--help` also works without ROS 2.
    return int(import_module("samwise_ros.cli.find.search").search(options))
