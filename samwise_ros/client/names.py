"""What `samwise say` and `samwise watch` share before ROS 2 is there."""

import argparse
from importlib.util import find_spec

NODE = "/samwise_node"  # as the launch file names it, without a namespace


def add_node_argument(parser: argparse.ArgumentParser) -> None:
    """Declare the option that chooses the node."""
    parser.add_argument(
        "--node",
        default="",
        metavar="NAME",
        help=f"such as /kitchen{NODE} (default: {NODE}, or else the only one)",
    )


def need_ros() -> None:
    """Make sure that ROS 2 and the messages can be imported.

    Raises:
        OSError: they cannot; the message says what to do.
    """
    for module in ("rclpy", "samwise_ros.msg"):
        if find_spec(module) is None:
            raise OSError(
                f"no {module}: enter the ROS 2 workspace first, with `. install/setup.bash` on a "
                "robot or `. env.sh` here"
            )
