"""Tell the running node what to look for, and print the events that follow.

A plain sentence replaces what is looked for, or adds to it, as the node's `command_mode` says; with
--add, --id or --camera it always adds. An empty sentence clears. The exit code is 1 if the command
was refused or nobody heard it. Ctrl-C ends the printing.

Examples:
  samwise say "the red mug"
  samwise say "the hand that moves left" --add --camera left
  samwise say --id the-red-mug --action pause
  samwise say --clear --node /kitchen/samwise_node
"""

import argparse
from dataclasses import dataclass
from importlib import import_module

from samwise_ros.client.names import add_node_argument, need_ros

ACTIONS = ("track", "pause", "resume", "reset", "remove")


@dataclass(frozen=True)
class Saying:
    """What is said, and to whom.

    Attributes:
        sentence: what to look for; empty clears, where no action is given.
        id: of the command; empty is made from the sentence.
        cameras: to look through; empty is all.
        action: one of `ACTIONS`; empty says the plain sentence, as a speech recogniser would.
        node: its full name; empty is the usual one, or else the only one.
        seconds: how long to print events.
    """

    sentence: str
    id: str
    cameras: tuple[str, ...]
    action: str
    node: str
    seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise say` takes."""
    parser.add_argument("sentence", nargs="?", metavar="SENTENCE", help="what to look for")
    parser.add_argument("--clear", action="store_true", help="look for nothing any more")
    parser.add_argument("--add", action="store_true", help="look for it too, replace nothing")
    parser.add_argument("--id", default="", help="names the command (made from the sentence)")
    parser.add_argument(
        "--camera", action="append", default=[], metavar="C", help="only through this; repeatable"
    )
    parser.add_argument("--action", choices=ACTIONS, default="", help="default track")
    parser.add_argument(
        "--seconds", type=float, default=5.0, help="how long to print events (default 5)"
    )
    add_node_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Say it.

    Returns:
        Exit status: 0 if the node took it, 1 if it was refused or nobody heard it.

    Raises:
        ValueError: the arguments do not fit, or there are several nodes to choose from.
        OSError: ROS 2 is not there.
    """
    saying = _saying(arguments)
    need_ros()
    # Not at the top: this module's help is for those without ROS 2, too.
    return int(import_module("samwise_ros.cli.say.send").send(saying))


def _saying(arguments: argparse.Namespace) -> Saying:
    if not arguments.seconds > 0.0:
        raise ValueError(f"--seconds: expected more than 0, got {arguments.seconds:g}")
    asks = bool(arguments.add or arguments.id or arguments.camera or arguments.action)
    action = arguments.action or ("track" if asks else "")
    if arguments.clear and (asks or arguments.sentence):
        raise ValueError("--clear: expected nothing else to say with it")
    named = arguments.id and action != "track"
    if arguments.sentence is None and not arguments.clear and not named:
        raise ValueError('expected a sentence ("" clears), or --id with an --action, got neither')
    return Saying(
        sentence=(arguments.sentence or "").strip(),
        id=arguments.id.strip(),
        cameras=tuple(arguments.camera),
        action=action,
        node=arguments.node,
        seconds=arguments.seconds,
    )
