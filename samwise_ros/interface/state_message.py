"""The latched states of a camera's targets as the fields of a ROS message."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from samwise_ros.interface.messages import EventPosition, MessageFields, time_message

if TYPE_CHECKING:
    from samwise_ros.engine.commands import CommandStatus  # importing it imports torch


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
