"""Says something to the node and prints what it answers."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from std_msgs.msg import String

from samwise_ros.cli.say.subcommand import Saying
from samwise_ros.client.discovery import LATCHED, Graph, NodeNotFoundError, ros_session
from samwise_ros.client.event_text import event_line, quoted
from samwise_ros.msg import Command, CommandArray, TargetEvent


def send(saying: Saying) -> int:
    """Publish once, and print events until the time is over or Ctrl-C.

    Returns:
        Exit status: 0 if the node took it, 1 if it was refused or nobody heard it.

    Raises:
        ValueError: there are several nodes to choose from.
    """
    with ros_session("samwise_say") as graph:
        try:
            talk = _Talk(graph, saying)
        except NodeNotFoundError as error:
            print(f"samwise say: {error}", file=sys.stderr)
            return 1
        with suppress(KeyboardInterrupt):
            talk.hold()
        return 1 if talk.refused else 0


class _Talk:
    """One thing said, and the events after it.

    Attributes:
        refused: whether the node refused it.
    """

    def __init__(self, graph: Graph, saying: Saying) -> None:
        """Find the node and get its ear.

        Raises:
            NodeNotFoundError: it is not there or does not listen.
        """
        self.refused = False
        self._graph, self._saying = graph, saying
        self._node = graph.find(saying.node)
        self._message = _message(saying)
        self._known = False
        self._said = False
        listens = partial(graph.subscribed, self._node)
        speaks = partial(graph.published, self._node)
        self._topic = self._topic_of(listens, type(self._message))
        self._voice = graph.node.create_publisher(type(self._message), self._topic, 10)
        events, living = (self._topic_of(speaks, kind) for kind in (TargetEvent, CommandArray))
        graph.node.create_subscription(TargetEvent, events, self._on_event, 50)
        # After the former: when the latched message comes, the node knows of both.
        graph.node.create_subscription(CommandArray, living, self._on_commands, LATCHED)
        if not graph.wait_for(lambda: self._known and self._voice.get_subscription_count() > 0):
            raise graph.nobody(f"nobody listens to {self._topic}")

    def hold(self) -> None:
        """Say it and print the events."""
        self._voice.publish(self._message)
        self._said = True
        print(f"said {self._words()} on {self._topic}", flush=True)
        end = time.monotonic() + self._saying.seconds
        while time.monotonic() < end:
            self._graph.listen(0.1)

    def _words(self) -> str:
        saying = self._saying
        words = quoted(saying.sentence) if saying.sentence or not saying.id else saying.id
        return f"{saying.action} {words}".lstrip()

    def _topic_of(self, topics: Callable[[type], list[str]], kind: type) -> str:
        found = self._graph.wait_for(lambda: topics(kind))
        if not found:
            raise self._graph.nobody(f"{self._node} is there but takes no commands, is it active?")
        return found[0]

    def _on_commands(self, _: CommandArray) -> None:
        self._known = True

    def _on_event(self, event: TargetEvent) -> None:
        if not self._said:
            return
        print(event_line(event), flush=True)
        if event.kind == TargetEvent.REJECTED and self._is_ours(event):
            self.refused = True

    def _is_ours(self, event: TargetEvent) -> bool:
        said = self._saying
        if event.sentence or said.action in ("", "track"):
            return _same(said.sentence, event.sentence)
        return not said.id or _same(said.id, event.command_id)


def _same(said: str, told: str) -> bool:
    """Tell whether words come back; of enormous ones the beginning does."""
    return said == told or (len(told) >= 80 and said.startswith(told))


def _message(saying: Saying) -> String | Command:
    if not saying.action:
        return String(data=saying.sentence)
    return Command(
        id=saying.id,
        sentence=saying.sentence,
        action=getattr(Command, saying.action.upper()),
        cameras=list(saying.cameras),
    )
