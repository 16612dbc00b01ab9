"""Lets a controller act on a target only while all information about it is complete and new."""

import time
from collections.abc import Callable

from rclpy.duration import Duration
from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import QoSProfile

from samwise_ros.client.names import DEFAULT_NODE, resolve_topic
from samwise_ros.engine.types import EventKind
from samwise_ros.interface.topics import COMMAND_REQUEST, EVENTS, TARGETS
from samwise_ros.msg import Command, Target, TargetArray, TargetEvent

FOUND = (EventKind.ACQUIRED, EventKind.RECOVERED)
FINAL = (EventKind.REJECTED, EventKind.REMOVED)
MAX_MISSING = 2  # frames; an event can arrive a moment after the targets that count it
REQUEST_PERIOD_S = 0.5

Position = tuple[int, int, int]
"""Seconds and nanoseconds of ``run_start``, and the sequence of an event."""


class TargetGuard:
    """Tracks a sentence and calls ``on_target`` for each frame on which a controller may act.

    On every other frame, and when no frame arrives for ``deadline_s``, it calls ``on_stop``:

    * targets stop: the node or the camera has ended, or is too slow;
    * an event is missing, or the node was restarted: the target can be another object;
    * the target is not visible, was lost, or the mask moved to another object (SWITCHED).

    CANDIDATE alone does not stop it: the mask is still on the object. After a missing event and
    after SWITCHED the guard resets the target, so that the node searches again for the sentence,
    and continues when it is found. A restarted node receives the command again, and so does a node
    that tracks another sentence under the same id. A command that is rejected, or that another node
    removes, stays stopped.
    """

    def __init__(
        self,
        node: Node,
        sentence: str,
        *,
        on_target: Callable[[Target], None],
        on_stop: Callable[[str], None],
        target_id: str = "guarded",
        camera: str = "camera",
        name: str = DEFAULT_NODE,
        deadline_s: float = 0.3,
    ) -> None:
        """Subscribe; the samwise node does not have to run yet.

        Args:
            node: node of the caller, who spins it.
            sentence: plain description of the object.
            on_target: called with the visible target.
            on_stop: called with the reason, repeatedly while the controller must not act.
            target_id: id of the command. Guards of different sentences need different ids: the
                node tracks one sentence for each.
            camera: name of the camera.
            name: full name of the samwise node.
            deadline_s: longest time between two frames; at least the deadline that the node offers.
        """
        self._node = node
        self._command = Command(id=target_id, sentence=sentence.strip(), cameras=[camera])
        self._on_target, self._on_stop = on_target, on_stop
        self._last: Position | None = None
        self._found = False
        self._missing = 0
        self._final = ""
        self._next_request = 0.0
        self._requests = node.create_publisher(
            Command, resolve_topic(COMMAND_REQUEST.name, name), COMMAND_REQUEST.depth
        )
        # Events first: rclpy takes the messages of this subscription before those of the next.
        node.create_subscription(
            TargetEvent, resolve_topic(EVENTS.name, name), self._on_event, EVENTS.depth
        )
        silence = f"no targets for {deadline_s:g} s"
        node.create_subscription(
            TargetArray,
            resolve_topic(TARGETS.name, name, camera),
            self._on_targets,
            QoSProfile(depth=1, deadline=Duration(seconds=deadline_s)),
            event_callbacks=SubscriptionEventCallbacks(deadline=lambda _: on_stop(silence)),
        )

    def _on_event(self, event: TargetEvent) -> None:
        sec, nanosec, number = self._position(event, event.sequence)
        in_order = self._last in ((sec, nanosec, number - 1), (sec, nanosec, number))
        self._last = (sec, nanosec, number)
        if not in_order:
            self._found = False
        if self._is_own(event):
            kind = EventKind(event.kind)
            if kind is not EventKind.CANDIDATE:
                self._found = in_order and kind in FOUND
            if kind in FINAL:
                self._final = f"the command was {kind.name.lower()}: {event.reason}"
        if not self._found:
            self._on_stop(f"event {EventKind(event.kind).name}: {event.reason}")

    def _on_targets(self, message: TargetArray) -> None:
        target = next((one for one in message.targets if one.command_id == self._command.id), None)
        if target is not None and target.sentence != self._command.sentence:
            target = None  # of an earlier guard
        if not self._is_complete(message):
            self._on_stop("an event is missing")
        elif target is None:
            self._request(Command.TRACK)
            self._on_stop(self._final or "the node does not track the target yet")
        elif not self._found:
            if target.state == Target.TRACKING:
                self._request(Command.RESET)
            self._on_stop("the target is not found yet")
        elif target.state != Target.TRACKING or target.frames_lost:
            self._on_stop("the target is not visible")
        else:
            self._on_target(target)

    def _is_own(self, event: TargetEvent) -> bool:
        """Return whether an event is about the guard's sentence, on its camera."""
        if event.command_id != self._command.id:
            return False
        if event.camera not in ("", *self._command.cameras):
            return False
        if event.kind == TargetEvent.REJECTED:  # has a shortened sentence, or none
            return bool(self._command.sentence.startswith(event.sentence))
        return bool(event.sentence == self._command.sentence)

    def _is_complete(self, message: TargetArray) -> bool:
        """Return whether all events up to a frame have arrived."""
        position = self._position(message, message.event_sequence)
        self._missing = 0 if self._last == position else self._missing + 1
        if self._missing >= MAX_MISSING:
            self._last, self._found, self._missing = position, False, 0
            return False
        return self._missing == 0

    @staticmethod
    def _position(message: TargetEvent | TargetArray, number: int) -> Position:
        return message.run_start.sec, message.run_start.nanosec, number

    def _request(self, action: int) -> None:
        now = time.monotonic()
        if not self._final and now >= self._next_request:
            self._next_request = now + REQUEST_PERIOD_S
            self._command.action = action
            self._requests.publish(self._command)
