"""Send a sentence to the running node and print the events that follow.

Depending on the parameter `command_mode` of the node, the sentence replaces the current commands or
is added to them. With --add, --id or --camera the sentence is always added. An empty sentence
removes all commands. The exit code is 1 if the node rejects the command or no node is available.
Ctrl-C ends the output.

Examples:
  samwise say "the red mug"
  samwise say "the hand that moves left" --add --camera left
  samwise say --id the-red-mug --action pause
  samwise say --clear --node /kitchen/samwise_node
"""

import argparse
from dataclasses import dataclass
from importlib import import_module

from samwise_ros.cli.node_argument import add_node_argument
from samwise_ros.client.ros_environment import require_ros

ACTIONS = ("track", "pause", "resume", "reset", "remove")


@dataclass(frozen=True)
class SayOptions:
    """What to send, and to which node.

    Attributes:
        sentence: what to look for; empty removes all commands if there is no action.
        id: id of the command; empty derives it from the sentence.
        cameras: names of cameras; empty means all.
        action: one of `ACTIONS`; empty sends the sentence as a speech recogniser would.
        node: full name of the node; empty selects the usual or the only node.
        seconds: how long to print events.
    """

    sentence: str
    id: str
    cameras: tuple[str, ...]
    action: str
    node: str
    seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise say`."""
    parser.add_argument("sentence", nargs="?", metavar="SENTENCE", help="description of an object")
    parser.add_argument("--clear", action="store_true", help="remove all commands")
    parser.add_argument("--add", action="store_true", help="keep the other commands")
    parser.add_argument(
        "--id", default="", help="id of the command (default: derived from the sentence)"
    )
    parser.add_argument(
        "--camera",
        action="append",
        default=[],
        metavar="NAME",
        help="camera to search; can be repeated (default: all cameras)",
    )
    parser.add_argument(
        "--action", choices=ACTIONS, default="", help="action on the command (default: track)"
    )
    parser.add_argument(
        "--seconds", type=float, default=5.0, help="time to print events, in seconds (default: 5)"
    )
    add_node_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Send the command and print events.

    Returns:
        Exit code: 0, or 1 if the command was rejected or there is no node.

    Raises:
        ValueError: the arguments contradict each other, or there are several nodes.
        OSError: ROS 2 is not installed.
    """
    options = _options(arguments)
    require_ros()
    # Imported late: `--help` also works without ROS 2.
    return int(import_module("samwise_ros.cli.say.send").send(options))


def _options(arguments: argparse.Namespace) -> SayOptions:
    if not arguments.seconds > 0.0:
        raise ValueError(f"--seconds: expected more than 0, got {arguments.seconds:g}")
    is_request = bool(arguments.add or arguments.id or arguments.camera or arguments.action)
    action = arguments.action or ("track" if is_request else "")
    if arguments.clear and (is_request or arguments.sentence):
        raise ValueError("--clear: expected no sentence and no other command option")
    has_id = arguments.id and action != "track"
    if arguments.sentence is None and not arguments.clear and not has_id:
        raise ValueError(
            'expected a sentence ("" removes all commands), or --id with an --action, got neither'
        )
    return SayOptions(
        sentence=(arguments.sentence or "").strip(),
        id=arguments.id.strip(),
        cameras=tuple(arguments.camera),
        action=action,
        node=arguments.node,
        seconds=arguments.seconds,
    )
