"""`samwise find` and `SamwiseClient.find` against a real node, each in a separate process."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from rclpy.action.client import ActionClient
from rclpy.executors import SingleThreadedExecutor
from running_nodes import TIMEOUT_S, RosDomain
from std_msgs.msg import String

from samwise_ros.action import FindObject
from samwise_ros.cli.main import main
from samwise_ros.client.process import ChildProcess
from samwise_ros.client.samwise_client import SamwiseClient
from samwise_ros.errors import CommandRejectedError, CommandRemovedError

TWO_CAMERAS = ("-p", "cameras:=['camera', 'dark']")  # the second one publishes no image


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory, model: str) -> RosDomain:
    return RosDomain(tmp_path_factory.mktemp("domain"), model)


@pytest.fixture(scope="module", autouse=True)
def node(domain: RosDomain) -> Iterator[ChildProcess]:
    """The node of the domain, which the last test stops."""
    with domain.node("/", *TWO_CAMERAS) as node:
        yield node


@pytest.fixture
def client(domain: RosDomain) -> Iterator[SamwiseClient]:
    with domain.caller_node() as node, closing(SamwiseClient(node)) as client:
        yield client
        client.clear()


def test_find_prints_progress_and_the_place(domain: RosDomain) -> None:
    code, output = domain.samwise("find", "the red ball", "--camera", "camera", "--keep")
    assert code == 0, output
    assert output.startswith('searching for "the red ball" with /samwise_node\n')
    time_and_camera = r"^\d\d:\d\d:\d\d\.\d{3}  camera  searching  score \d\.\d\d  "
    assert re.search(time_and_camera, output, re.MULTILINE), output
    found = r'^found "the red ball" in camera: \d+x\d+ at \d+,\d+, score \d\.\d\d$'
    assert re.search(found, output, re.MULTILINE), output
    assert re.search(r"^the node tracks it as find-[0-9a-f]{32}$", output, re.MULTILINE), output
    assert domain.samwise("say", "--clear", "--seconds", "0.5")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("?!",), 2, "error: the sentence contains no word"),
        (
            ("the red ball", "--camera", "roof"),
            2,
            "expected cameras from ['camera', 'dark'], got ['roof']",
        ),
        (
            ("the red ball", "--camera", "dark", "--timeout", "0.5"),
            1,
            "samwise find: no image was processed for 0.5 s",
        ),
    ],
)
def test_exit_code_states_why_nothing_is_found(
    domain: RosDomain, arguments: tuple[str, ...], code: int, reason: str
) -> None:
    exit_code, output = domain.samwise("find", *arguments)
    assert exit_code == code, output
    assert reason in output
    assert "Traceback" not in output


@pytest.mark.parametrize("timeout", ["0", "nan", "inf", "3601"])
def test_invalid_timeouts(timeout: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["find", "the red ball", "--timeout", timeout]) == 2
    assert "--timeout: expected more than 0 and at most 3600, got" in capsys.readouterr().err


def test_client_returns_the_result_and_raises_its_reasons(client: SamwiseClient) -> None:
    received: list[FindObject.Feedback] = []
    result = client.find("the red ball", confident_frames=4, on_feedback=received.append)
    assert (result.camera, result.target.sentence) == ("camera", "the red ball")
    assert result.target.roi.width > 0
    assert {one.command_id for one in received} == {result.target.command_id}
    with pytest.raises(CommandRejectedError, match="confident_frames: expected 1 to 1000, got 0"):
        client.find("the red ball", confident_frames=0)
    with pytest.raises(TimeoutError, match=r"not found within 0\.6 s; processed frames: [1-9]"):
        client.find("the red ball", confident_frames=1000, timeout_s=0.6)


class _ClosingExecutor(SingleThreadedExecutor):
    """Closes a client after rclpy has listed what it waits for, and before it waits for it."""

    client: SamwiseClient

    def can_execute(self, entity: object) -> bool:
        if isinstance(entity, ActionClient):
            self.client.close()
        return bool(super().can_execute(entity))


def test_client_is_closed_while_an_executor_spins(domain: RosDomain) -> None:
    with domain.caller_node() as caller:
        executor = _ClosingExecutor(context=caller.context)
        executor.client = SamwiseClient(caller)
        with pytest.raises(CommandRejectedError):
            executor.client.find("?!")
        executor.add_node(caller)
        executor.spin_once(0.1)
        assert not any(isinstance(one, ActionClient) for one in caller.waitables)
        executor.shutdown()


def test_ctrl_c_cancels_the_search(domain: RosDomain, client: SamwiseClient) -> None:
    client.wait_until_ready()
    with domain.start_samwise("find", "the red ball", "--camera", "dark") as process:
        wait_for_commands(client, 1)
        assert process.stop(timeout_s=TIMEOUT_S) == 130
        assert "samwise find: interrupted" in process.log
    wait_for_commands(client, 0)


def test_removed_command_ends_the_search(client: SamwiseClient) -> None:
    def clear(_: FindObject.Feedback) -> None:
        client.send(String(data="stop"))

    client.wait_until_ready()
    with pytest.raises(CommandRemovedError, match="the sentence 'stop' on ~/command"):
        client.find("the red ball", confident_frames=1000, on_feedback=clear)


def wait_for_commands(client: SamwiseClient, count: int) -> None:
    """Wait until the node has a number of commands."""
    end = time.monotonic() + TIMEOUT_S
    while len(client.commands.commands) != count:
        assert time.monotonic() < end, client.commands
        client.spin_once(0.1)


def test_end_of_the_node_ends_the_search(domain: RosDomain, node: ChildProcess) -> None:
    with domain.caller_node() as caller, closing(SamwiseClient(caller)) as client:
        stop = threading.Timer(1.0, node.stop)
        client.wait_until_found()
        stop.start()
        with pytest.raises(CommandRemovedError, match="the node is shutting down"):
            client.find("the red ball", cameras=["dark"])
        stop.join()
    code, output = domain.samwise("find", "the red ball")
    assert (code, "no samwise node after 10 s" in output) == (2, True), output
