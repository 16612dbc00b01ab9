"""The latched states of a camera's targets as the fields of a ROS message."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from samwise_ros.engine.types import EventKind
from samwise_ros.interface.messages import EventPosition, MessageFields, time_message

if TYPE_CHECKING:
    from samwise_ros.engine.commands import CommandStatus  # importing it imports torch

NO_EVENT_MESSAGE = MessageFields("samwise_ros/msg/TargetEvent", {})


@dataclass(frozen=True)
class KnownState:
    """What is known of one target on one camera.

    Attributes:
        status: the command, with the state of its target on the camera.
        since_ns: stamp of the last change of that state.
        last_event: of the target, with its position and header.
    """

    status: "CommandStatus"
    since_ns: int
    last_event: MessageFields


class TargetStates:
    """Keeps what is known of one camera's targets.

    Attributes:
        known: in the order of the labels.
    """

    def __init__(self, camera: str) -> None:
        """Start without targets.

        Args:
            camera: name of the camera.
        """
        self.known: list[KnownState] = []
        self._camera = camera

    def update(
        self, statuses: Sequence["CommandStatus"], events: Sequence[MessageFields], stamp_ns: int
    ) -> None:
        """Add what some events have changed.

        Args:
            statuses: of the commands that cover the camera, with the states of their targets on it.
            events: as `messages.target_event` describes them.
            stamp_ns: of the events.
        """
        last_events = {
            event.fields["command_id"]: event
            for event in events
            if event.fields["camera"] in ("", self._camera)
            and event.fields["kind"] != EventKind.REJECTED
        }
        earlier = {one.status.command.id: one for one in self.known}
        self.known = [
            _updated(
                earlier.get(status.command.id),
                status,
                last_events.get(status.command.id),
                stamp_ns,
            )
            for status in statuses
        ]


def _updated(
    before: KnownState | None, status: "CommandStatus", event: MessageFields | None, now_ns: int
) -> KnownState:
    if before is None or before.status.command.sentence != status.command.sentence:
        before = KnownState(status, now_ns, NO_EVENT_MESSAGE)
    elif before.status.state != status.state:
        before = replace(before, since_ns=now_ns)
    return replace(before, status=status, last_event=event or before.last_event)


def target_state_array(
    camera: str, known: Sequence[KnownState], header: object, position: EventPosition
) -> MessageFields:
    """Describe the states of a camera's targets.

    Args:
        camera: name of the camera.
        known: in the order of the labels.
        header: the time of the change.
        position: of the last event.
    """
    return MessageFields(
        "samwise_ros/msg/TargetStateArray",
        {
            "header": header,
            "camera": camera,
            "run_start": time_message(position.run_start_ns),
            "event_sequence": position.sequence,
            "targets": [_target_state(one) for one in known],
        },
    )


def _target_state(known: KnownState) -> MessageFields:
    status = known.status
    return MessageFields(
        "samwise_ros/msg/TargetState",
        {
            "command_id": status.command.id,
            "sentence": status.command.sentence,
            "label": status.label,
            "state": int(status.state),
            "paused": status.paused,
            "stamp": time_message(known.since_ns),
            "last_event": known.last_event,
        },
    )
