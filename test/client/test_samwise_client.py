"""`SamwiseClient` against a real node with a camera, each in a separate process."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import SimpleNamespace

import pytest
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from running_nodes import TIMEOUT_S, RosDomain

from samwise_ros.client.samwise_client import SamwiseClient
from samwise_ros.engine.types import EventKind
from samwise_ros.errors import CommandRejectedError, NodeNotFoundError
from samwise_ros.msg import CommandArray, Target, TargetArray

NAME = "/kitchen/samwise_node"


@contextmanager
def spinning(node: Node) -> Iterator[None]:
    """Spin a node in another thread."""
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    thread = threading.Thread(target=executor.spin)
    thread.start()
    try:
        yield
    finally:
        executor.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory, model: str) -> Iterator[RosDomain]:
    domain = RosDomain(tmp_path_factory.mktemp("domain"), model)
    with domain.node("/kitchen", "-r", "~/events:=changes"):
        yield domain


@pytest.fixture(params=["unspun", "spun_in_thread"])
def client(domain: RosDomain, request: pytest.FixtureRequest) -> Iterator[SamwiseClient]:
    """A client without targets, whose node is spun by the client or by another thread."""
    with domain.caller_node() as node, closing(SamwiseClient(node, name=NAME)) as client:
        if request.param == "unspun":
            client.clear()
            yield client
        else:
            with spinning(node):
                client.clear()
                yield client


def test_track_and_wait(client: SamwiseClient) -> None:
    target_id = client.track("the red ball")
    assert target_id == "the-red-ball"
    event = client.wait_for(EventKind.ACQUIRED, "the red ball", TIMEOUT_S)
    assert (event.camera, event.command_id) == ("camera", target_id)
    assert [one.sentence for one in client.targets["camera"].targets] == ["the red ball"]
    with pytest.raises(TimeoutError, match="expected ACQUIRED of 'the red ball' from /kitchen"):
        client.wait_for(EventKind.ACQUIRED, "the red ball", 0.0)  # each event counts once
    assert client.track("the red ball") == target_id  # already tracked
    assert client.wait_until_tracked(target_id, TIMEOUT_S).roi.width > 0
    received = [(one.kind, one.command_id) for one in client.events(timeout_s=0.0)]
    kinds = [kind for kind, command_id in received if command_id == target_id]
    assert kinds[:2] == [EventKind.ADDED, EventKind.ACQUIRED]
    assert not [one for one in client.events(timeout_s=0.0) if one.kind == EventKind.ADDED]
    client.remove(target_id)  # `clear` keeps the memory, and then there is no second ACQUIRED
    end = time.monotonic() + TIMEOUT_S
    while client.targets["camera"].targets:  # of frames before, which a busy machine has queued
        assert time.monotonic() < end
        client.spin_once(0.1)
    with pytest.raises(TimeoutError, match="expected 'the-red-ball' in an image within"):
        client.wait_until_tracked(target_id, 0.2)


def test_pause_resume_reset_remove(client: SamwiseClient) -> None:
    client.track("the red ball", target_id="ball")
    client.track("the cup", cameras=["camera"])
    client.pause("the red ball")
    assert list(client.commands.states) == [CommandArray.PAUSED, CommandArray.ACTIVE]
    client.resume("ball")
    assert list(client.commands.states) == [CommandArray.ACTIVE, CommandArray.ACTIVE]
    client.reset("ball")
    client.remove("ball")
    assert [one.id for one in client.commands.commands] == ["the-cup"]
    client.clear()
    assert not client.commands.commands


def test_rejection_raises_with_reason(client: SamwiseClient) -> None:
    with pytest.raises(CommandRejectedError, match="'mug'"):
        client.remove("mug")
    with pytest.raises(CommandRejectedError, match="roof"):
        client.track("the mug", cameras=["roof"])
    with pytest.raises(CommandRejectedError):
        client.track("x" * 2000)
    assert not client.commands.commands


def test_targets_of_each_frame_are_passed_to_callback(domain: RosDomain) -> None:
    received: list[TargetArray] = []
    with (
        domain.caller_node() as node,
        closing(SamwiseClient(node, name=NAME, on_targets=received.append)) as client,
    ):
        client.track("the cup")
        while len(received) < 2:
            client.spin_once(1.0)
        stamps = [(one.header.stamp.sec, one.header.stamp.nanosec) for one in received]
        assert stamps == sorted(set(stamps))
        assert client.diagnostics.keys() <= {"model", "camera"}


def test_named_node_that_does_not_exist(domain: RosDomain) -> None:
    with (
        domain.caller_node() as node,
        closing(SamwiseClient(node, name="attic/samwise_node")) as client,
    ):
        assert not client.is_running()
        with pytest.raises(NodeNotFoundError, match=r"no node /attic/samwise_node after 0\.5 s"):
            client.wait_until_ready(timeout_s=0.5)


def test_target_without_a_mask_is_not_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    """A target stays TRACKING for some frames after its last mask."""
    hidden, visible = (
        Target(command_id="mug", state=Target.TRACKING, frames_lost=lost) for lost in (1, 0)
    )
    arrays = iter([TargetArray(), TargetArray(targets=[hidden]), TargetArray(targets=[visible])])
    client = object.__new__(SamwiseClient)
    client._connection = SimpleNamespace(
        spin_while_tracked=lambda find, *_: find() or find()  # two more frames
    )
    monkeypatch.setattr(SamwiseClient, "wait_until_ready", lambda _: None)
    monkeypatch.setattr(SamwiseClient, "targets", property(lambda _: {"camera": next(arrays)}))
    assert client.wait_until_tracked("mug", 1.0) is visible
