"""The part of `SamwiseClient` that finds objects with the action ``~/find``."""

from collections.abc import Callable, Sequence

from rclpy.action.client import ActionClient

from samwise_ros.action import FindObject
from samwise_ros.client.connection import NodeConnection
from samwise_ros.client.discovery import DISCOVERY_TIMEOUT_S
from samwise_ros.client.find.goal_exchange import GoalExchange
from samwise_ros.client.names import resolve_topic
from samwise_ros.errors import CommandRejectedError, CommandRemovedError, NodeNotFoundError
from samwise_ros.interface.actions import DEFAULT_CONFIDENT_FRAMES, DEFAULT_TIMEOUT_S, FIND

_SERVER_TIMEOUT_S = 5.0  # from a discovered node to a connected action
_RESULT_S = 10.0  # for the result to arrive, after the longest time of the search


class ObjectFinder:
    """Finds objects; the base of `SamwiseClient`."""

    def __init__(self, connection: NodeConnection) -> None:
        """Use a connection."""
        self._connection = connection
        self._find_client: ActionClient | None = None

    def close(self) -> None:
        """Free the executor; call it before the node is destroyed. Messages stay readable."""
        if self._find_client is not None:
            # Not `destroy`: an executor in another thread would raise an error if it was about to
            # wait for the client. rclpy frees the client when nothing uses it.
            self._connection.node.remove_waitable(self._find_client)
            self._find_client = None
        self._connection.spinner.close()

    def find(
        self,
        sentence: str,
        *,
        cameras: Sequence[str] = (),
        timeout_s: float = DEFAULT_TIMEOUT_S,
        confident_frames: int = DEFAULT_CONFIDENT_FRAMES,
        keep_tracking: bool = False,
        on_feedback: Callable[[FindObject.Feedback], object] | None = None,
    ) -> FindObject.Result:
        """Find an object, and wait until it is found.

        An exception such as `KeyboardInterrupt` cancels the search.

        Args:
            sentence: plain description of the object, such as "the red mug".
            cameras: names of cameras to search; empty means all.
            timeout_s: longest time of the search, seconds of real time, at most 3600.
            confident_frames: consecutive frames in which the object has to be visible.
            keep_tracking: whether the node tracks the object afterwards; the result's
                ``target.command_id`` is then the id for `wait_for`, `pause` and `remove`.
            on_feedback: called with the feedback of each processed frame, in the thread that spins
                the node.

        Returns:
            The result with the object's mask, box and, with depth, pose.

        Raises:
            CommandRejectedError: the node rejected the goal.
            CommandRemovedError: the command was removed before the object was found, for example
                by ``~/clear``; the message has the reason.
            NodeNotFoundError: there is no such node, or it ended during the search.
            TimeoutError: the object was not found in time.
        """
        goal = FindObject.Goal(
            sentence=sentence,
            cameras=list(cameras),
            timeout_seconds=float(timeout_s),
            confident_frames=confident_frames,
            keep_tracking=keep_tracking,
        )
        exchange = GoalExchange(self._connected_client(), self._connection.spinner)
        try:
            if not exchange.send(goal, on_feedback):
                raise CommandRejectedError("the node received too many goals; try again later")
            result: FindObject.Result = exchange.result(timeout_s + _RESULT_S).result
        except ConnectionError as error:
            raise NodeNotFoundError(f"{self._connection.name}: {error}") from error
        except BaseException:
            exchange.cancel()
            raise
        if result.outcome == FindObject.Result.REJECTED:
            raise CommandRejectedError(result.reason)
        if result.outcome == FindObject.Result.TIMEOUT:
            raise TimeoutError(result.reason)
        if result.outcome != FindObject.Result.FOUND:
            raise CommandRemovedError(result.reason or "the node does not know the goal")
        return result

    def _connected_client(self) -> ActionClient:
        connection = self._connection
        connection.wait_until_found(DISCOVERY_TIMEOUT_S)
        if self._find_client is None:
            name = resolve_topic(FIND.name, connection.name)
            self._find_client = ActionClient(connection.node, FindObject, name)
        client = self._find_client
        if not connection.spinner.spin_until(client.server_is_ready, _SERVER_TIMEOUT_S):
            raise connection.graph.not_found(
                f"{connection.name} has no action {FIND.name}", _SERVER_TIMEOUT_S
            )
        return client
