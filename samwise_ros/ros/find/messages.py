"""Feedback and results of the action as messages."""

from samwise_ros.action import FindObject
from samwise_ros.interface import messages
from samwise_ros.interface.printable import printable
from samwise_ros.ros.find.search import Ending, TargetReport
from samwise_ros.ros.messages import to_message

MAX_REASON_CHARACTERS = 1000


def feedback(report: TargetReport) -> FindObject.Feedback:
    """Return the feedback of one frame."""
    target = report.target
    message = FindObject.Feedback(
        header=report.header,
        camera=report.camera,
        command_id=target.command.id,
        state=int(target.state),
        score=float(target.score),
        roi=to_message(messages.box_fields(target.box)),
    )
    if report.pose is not None:
        message.has_pose, message.pose = True, report.pose
    return message


def result(ending: Ending) -> FindObject.Result:
    """Return the result of a search."""
    message = FindObject.Result(
        outcome=int(ending.outcome), reason=printable(ending.reason, MAX_REASON_CHARACTERS)
    )
    report = ending.report
    if report is not None:
        message.header, message.camera = report.header, report.camera
        message.target = to_message(messages.target_fields(report.target, report.header))
        if report.pose is not None:
            message.has_pose, message.pose = True, report.pose
    return message
