"""Searches with a node, and prints the progress and the result."""

import sys
import time
from contextlib import closing

from geometry_msgs.msg import PoseStamped

from samwise_ros.action import FindObject
from samwise_ros.cli.find.subcommand import FindOptions
from samwise_ros.client.event_text import box_text, printable, quoted, time_of_day
from samwise_ros.client.samwise_client import SamwiseClient
from samwise_ros.client.session import ros_session
from samwise_ros.engine.types import TargetState
from samwise_ros.errors import CommandRemovedError, NodeNotFoundError

PROGRESS_PERIOD_S = 1.0


class _Progress:
    """Prints the feedback of each camera when its state changes, and once a second."""

    def __init__(self) -> None:
        self._printed: dict[str, tuple[int, float]] = {}  # state and time, by camera

    def print(self, feedback: FindObject.Feedback) -> None:
        state, printed_s = self._printed.get(feedback.camera, (None, 0.0))
        now = time.monotonic()
        if feedback.state == state and now - printed_s < PROGRESS_PERIOD_S:
            return
        self._printed[feedback.camera] = feedback.state, now
        parts = [
            time_of_day(feedback.header.stamp),
            printable(feedback.camera),
            TargetState(feedback.state).name.lower(),
            f"score {feedback.score:.2f}",
            box_text(feedback.roi),
        ]
        print("  ".join(parts), flush=True)


def search(options: FindOptions) -> int:
    """Find an object, and print the progress and the result.

    Returns:
        Exit code: 0 if it is found, 1 if not, 2 without a node.

    Raises:
        ValueError: the node rejects the sentence, or there are several nodes.
    """
    with (
        ros_session("samwise_find") as node,
        closing(SamwiseClient(node, name=options.node)) as client,
    ):
        try:
            client.wait_until_found()
            print(f"searching for {quoted(options.sentence)} with {client.name}", flush=True)
            result = client.find(
                options.sentence,
                cameras=options.cameras,
                timeout_s=options.timeout_s,
                keep_tracking=options.keep_tracking,
                on_feedback=_Progress().print,
            )
        except NodeNotFoundError as error:
            print(f"samwise find: {error}", file=sys.stderr)
            return 2
        except (CommandRemovedError, TimeoutError) as error:
            print(f"samwise find: {error}", file=sys.stderr)
            return 1
    print(_found_line(result))
    if options.keep_tracking:
        print(f"the node tracks it as {result.target.command_id}")
    return 0


def _found_line(result: FindObject.Result) -> str:
    """Return sentence, camera, box, score and position.

    >>> result = FindObject.Result(camera="left")
    >>> result.target.sentence, result.target.score = "the mug", 0.5
    >>> _found_line(result)
    'found "the mug" in left: -, score 0.50'
    """
    target = result.target
    text = f"found {quoted(target.sentence)} in {printable(result.camera)}: {box_text(target.roi)}"
    text += f", score {target.score:.2f}"
    return text + (f", {_position_text(result.pose)}" if result.has_pose else "")


def _position_text(pose: PoseStamped) -> str:
    point = pose.pose.position
    frame = printable(pose.header.frame_id)
    return f"at ({point.x:.3f}, {point.y:.3f}, {point.z:.3f}) m in {frame}"
