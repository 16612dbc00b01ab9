"""Sends a command to the node and prints the events that follow."""

import sys
from contextlib import closing, suppress

from std_msgs.msg import String

from samwise_ros.cli.say.subcommand import SayOptions
from samwise_ros.client.command_requests import is_rejection_of
from samwise_ros.client.event_text import event_line, quoted
from samwise_ros.client.samwise_client import SamwiseClient
from samwise_ros.client.session import ros_session
from samwise_ros.errors import NodeNotFoundError
from samwise_ros.msg import Command


def send(options: SayOptions) -> int:
    """Publish a command once, and print events until the time is over or Ctrl-C.

    Returns:
        Exit code: 0, or 1 if the command was rejected or there is no node.

    Raises:
        ValueError: there are several nodes to choose from.
    """
    with (
        ros_session("samwise_say") as node,
        closing(SamwiseClient(node, name=options.node)) as client,
    ):
        try:
            client.wait_until_ready()
        except NodeNotFoundError as error:
            print(f"samwise say: {error}", file=sys.stderr)
            return 1
        return 1 if _send_and_print(client, options) else 0


def _send_and_print(client: SamwiseClient, options: SayOptions) -> bool:
    """Return whether the command was rejected."""
    list(client.events(timeout_s=0.0))  # events before the command are not printed
    topic = client.send(_message(options))
    print(f"sent {_description(options)} to {topic}", flush=True)
    request = _request(options)
    rejected = False
    with suppress(KeyboardInterrupt):
        for event in client.events(options.seconds):
            print(event_line(event), flush=True)
            rejected = rejected or is_rejection_of(event, request)
    return rejected


def _description(options: SayOptions) -> str:
    subject = quoted(options.sentence) if options.sentence or not options.id else options.id
    return f"{options.action} {subject}".lstrip()


def _message(options: SayOptions) -> String | Command:
    return _request(options) if options.action else String(data=options.sentence)


def _request(options: SayOptions) -> Command:
    action = options.action or "track"
    return Command(
        id=options.id,
        sentence=options.sentence,
        action=getattr(Command, action.upper()),
        cameras=list(options.cameras),
    )
