"""A client of a running samwise node, for robot programs, tools and tests.

    rclpy.init()
    client = SamwiseClient(rclpy.create_node("grasp"))
    target_id = client.track("the red mug")
    print(client.wait_until_tracked(target_id, timeout_s=5.0).roi)
    client.wait_for(EventKind.LOST, target_id, timeout_s=60.0)

An executor may spin the node in another thread; else each call that waits does (see `Spinner`).
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node
from std_msgs.msg import String

from samwise_ros.client.command_requests import CommandRequests
from samwise_ros.client.connection import NodeConnection
from samwise_ros.client.discovery import DISCOVERY_TIMEOUT_S
from samwise_ros.client.event_log import EventMatcher
from samwise_ros.client.find.object_finder import ObjectFinder
from samwise_ros.client.subscriptions import NodeSubscriptions
from samwise_ros.engine.types import EventKind
from samwise_ros.msg import Command, CommandArray, Target, TargetArray, TargetEvent

_DRAIN_S = 0.002


class SamwiseClient(ObjectFinder):
    """Sends commands to a samwise node and receives targets, events and diagnostics.

    A command returns when the node has executed it, and raises if the node rejects it. Call the
    methods of a client from one thread.
    """

    def __init__(
        self,
        node: Node,
        *,
        name: str = "",
        on_targets: Callable[[TargetArray], None] | None = None,
    ) -> None:
        """Create a client; the samwise node does not have to run yet.

        Args:
            node: node of the caller; the client adds its publishers and subscriptions.
            name: full name of the samwise node; empty selects ``/samwise_node``, else the only
                samwise node of the graph.
            on_targets: called with the targets of each frame, in the thread that spins the node.
        """
        super().__init__(NodeConnection(node, name, on_targets))
        self._requests = CommandRequests(self._connection)
        self._last_yielded = 0
        self._matcher = EventMatcher()

    @property
    def name(self) -> str:
        """Full name of the samwise node; empty until it is found."""
        return self._connection.name

    @property
    def targets(self) -> dict[str, TargetArray]:
        """Latest targets of each camera, by camera name."""
        received = self._connection.subscriptions
        return dict(received.targets) if received else {}

    @property
    def commands(self) -> CommandArray:
        """Latest commands with their labels and states."""
        received = self._connection.subscriptions
        return received.commands if received and received.commands else CommandArray()

    @property
    def diagnostics(self) -> dict[str, DiagnosticStatus]:
        """Latest status of each part of the node: ``model`` or a camera name."""
        received = self._connection.subscriptions
        return dict(received.diagnostics) if received else {}

    def spin_for(self, seconds: float) -> None:
        """Receive messages for a number of seconds."""
        self._connection.spinner.spin_for(seconds)

    def spin_once(self, timeout_s: float) -> None:
        """Receive at most one message, or wait until the time is over."""
        self._connection.spinner.spin_once(timeout_s)

    def is_running(self) -> bool:
        """Return whether the node exists, in any state."""
        return bool(self.name) and self._connection.graph.has_node(self.name)

    def subscribe(self) -> None:
        """Subscribe to topics of the node that appeared since the last call; never waits."""
        self._connection.subscribe()

    def connect(self) -> bool:
        """Subscribe, and return whether the node is ready for commands; never waits."""
        return self._connection.connect()

    def wait_until_found(self, timeout_s: float = DISCOVERY_TIMEOUT_S) -> None:
        """Wait until the node is configured, and subscribe to its topics.

        Raises:
            NodeNotFoundError: there is no such node.
            ValueError: there are several nodes and no name was passed.
        """
        self._connection.wait_until_found(timeout_s)

    def wait_until_ready(self, timeout_s: float = DISCOVERY_TIMEOUT_S) -> None:
        """Wait until the node is active: it accepts commands, and all its events arrive.

        `track` and the other commands call this method.

        Raises:
            NodeNotFoundError: there is no such node, or the node is not active.
            ValueError: there are several nodes and no name was passed.
        """
        self._connection.wait_until_ready(timeout_s)

    def track(self, sentence: str, *, target_id: str = "", cameras: Sequence[str] = ()) -> str:
        """Add a target and keep the others.

        Args:
            sentence: plain description of the object, such as "the red mug".
            target_id: id of the command; empty derives it from the sentence.
            cameras: names of cameras to search; empty means all.

        Returns:
            The id of the command, for `wait_for`, `pause`, `resume`, `reset` and `remove`.

        Raises:
            CommandRejectedError: the node rejected the command.
            NodeNotFoundError: there is no active node.
            TimeoutError: the node did not answer.
        """
        self.wait_until_ready()
        begin = self._received.events.last_number
        command_id = self._requests.track(sentence, target_id, cameras)
        self._matcher.start(command_id, begin)
        self._connection.tracked = self._received.commands
        return command_id

    def pause(self, target: str) -> None:
        """Stop looking for a target and keep its memory; ``target`` is an id or a sentence.

        Raises:
            CommandRejectedError: there is no such target.
            NodeNotFoundError: there is no active node.
            TimeoutError: the node did not answer.
        """
        self.wait_until_ready()
        self._requests.set_state(Command.PAUSE, self._id_of(target), CommandArray.PAUSED)

    def resume(self, target: str) -> None:
        """Continue to look for a paused target; argument and errors as in `pause`."""
        self.wait_until_ready()
        self._requests.set_state(Command.RESUME, self._id_of(target), CommandArray.ACTIVE)

    def reset(self, target: str) -> None:
        """Clear the memory of a target and search again; argument and errors as in `pause`."""
        self.wait_until_ready()
        self._requests.wait_for_event(Command.RESET, self._id_of(target), EventKind.RESET)

    def remove(self, target: str) -> None:
        """Stop looking for a target and delete its memory; argument and errors as in `pause`."""
        self.wait_until_ready()
        self._requests.wait_for_event(Command.REMOVE, self._id_of(target), EventKind.REMOVED)

    def clear(self) -> None:
        """Remove all targets; the node keeps their memories.

        Raises:
            NodeNotFoundError: there is no active node.
            TimeoutError: the node did not answer.
        """
        self.wait_until_ready()
        self._requests.clear()

    def send(self, message: String | Command) -> str:
        """Publish a sentence or a command without waiting for the answer.

        A ``String`` replaces the commands or adds one, as the node's ``command_mode`` says; an
        empty one clears them.

        Returns:
            The topic.

        Raises:
            NodeNotFoundError: there is no active node.
        """
        self.wait_until_ready()
        return self._connection.publish(message)

    def wait_for(self, kind: EventKind, target: str, timeout_s: float) -> TargetEvent:
        """Wait for an event of a target.

        Only events after `track`, and after the last event that `wait_for` returned for the
        target, count. Each event is returned at most once. A target that is tracked already, or
        whose memory the node kept, has no new ACQUIRED event: see `wait_until_tracked`.

        Args:
            kind: kind of event, such as ``EventKind.ACQUIRED``.
            target: id or sentence.
            timeout_s: seconds to wait; 0 looks only at events that arrived already.

        Raises:
            CommandRemovedError: the node was restarted, and no longer tracks the target.
            NodeNotFoundError: there is no active node.
            TimeoutError: no such event.
        """
        self.wait_until_ready()
        log, matcher = self._received.events, self._matcher
        find = partial(matcher.match, log, kind, target)
        if (event := self._connection.spin_while_tracked(find, target, timeout_s)) is None:
            new = matcher.new_events(log, target)
            others = sorted({EventKind(other.kind).name for _, other in new})
            raise TimeoutError(
                f"expected {kind.name} of {target!r} from {self.name} within {timeout_s:g} s, got "
                f"{', '.join(others) or 'no event'}"
            )
        return event

    def wait_until_tracked(self, target: str, timeout_s: float) -> Target:
        """Wait until a target is visible in a frame that arrives after the call.

        Args:
            target: id or sentence.
            timeout_s: seconds to wait.

        Returns:
            The target, with its mask and box.

        Raises:
            CommandRemovedError: as in `wait_for`.
            NodeNotFoundError: there is no active node.
            TimeoutError: the target is not visible.
        """
        self.wait_until_ready()
        earlier = self.targets

        def tracked() -> Target | None:
            for camera, message in self.targets.items():
                for one in message.targets if message is not earlier.get(camera) else ():
                    is_visible = one.state == Target.TRACKING and not one.frames_lost
                    if is_visible and target in (one.command_id, one.sentence):
                        return one
            return None

        if (found := self._connection.spin_while_tracked(tracked, target, timeout_s)) is None:
            raise TimeoutError(
                f"expected {target!r} in an image within {timeout_s:g} s, got targets of cameras: "
                f"{', '.join(sorted(self.targets)) or 'none'}"
            )
        return found

    def events(self, timeout_s: float | None = None) -> Iterator[TargetEvent]:
        """Yield events of all targets in the order of arrival, each event once.

        `wait_for` takes no events away from this iterator.

        Args:
            timeout_s: seconds until the iterator ends; 0 yields the events that arrived already;
                ``None`` waits forever.

        Raises:
            NodeNotFoundError: there is no active node, and ``timeout_s`` is not 0.
        """
        end = None if timeout_s is None else time.monotonic() + timeout_s
        if timeout_s == 0.0:
            self.spin_for(_DRAIN_S)
        else:
            self.wait_until_ready()
        if self._connection.subscriptions is None:
            return
        log = self._received.events
        while True:
            for number, event in log.after(self._last_yielded):
                self._last_yielded = number
                yield event
            left_s = 1.0 if end is None else end - time.monotonic()
            if left_s <= 0.0:
                return
            self._connection.spinner.spin_until(
                lambda: log.last_number > self._last_yielded, min(left_s, 1.0)
            )

    @property
    def _received(self) -> NodeSubscriptions:
        assert self._connection.subscriptions is not None
        return self._connection.subscriptions

    def _id_of(self, target: str) -> str:
        """Return the id of a command that is named by its id or its sentence."""
        commands = self.commands.commands
        named = [one.id for one in commands if target == one.id]
        described = [one.id for one in commands if target.strip() == one.sentence]
        return next(iter(named + described), target)
