"""One robot for all tests; a node for each test, or a shared node that tests leave unchanged."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from node_process import NodeProcess, StartNode
from ros_harness import Robot

from samwise_ros.network.checkpoints.model_folder import save_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer

_numbers = itertools.count()


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with random weights: its masks mean nothing, but it computes everything."""
    folder = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    words = ("the", "red", "blue", "green", "ball", "mug", "that", "moves", "left")
    save_model(folder, Samwise(preset("tabletop")), SentenceTokenizer.from_words(words))
    return folder


@pytest.fixture(scope="session")
def robot() -> Iterator[Robot]:
    robot = Robot()
    yield robot
    robot.close()


def _starter(folder: Path, model: Path, started: list[NodeProcess]) -> StartNode:
    def start(
        *more: str, namespace: str = "", preloaded: bool = True, **parameters: object
    ) -> NodeProcess:
        values = {"model": model, "device": "cpu", **parameters}
        started.append(
            NodeProcess(
                folder,
                namespace or f"n{next(_numbers)}",
                more,
                parameters=values,
                preloaded=preloaded,
            )
        )
        return started[-1]

    return start


@pytest.fixture
def start_node(tmp_path: Path, model_folder: Path, robot: Robot) -> Iterator[StartNode]:
    """Start nodes with arguments and parameters; they end after the test."""
    started: list[NodeProcess] = []
    yield _starter(tmp_path, model_folder, started)
    for node in started:
        node.end()
        robot.forget(node.name)


@pytest.fixture(scope="session")
def shared_node(
    tmp_path_factory: pytest.TempPathFactory, model_folder: Path, robot: Robot
) -> Iterator[NodeProcess]:
    started: list[NodeProcess] = []
    node = _starter(tmp_path_factory.mktemp("node"), model_folder, started)()
    robot.bring_up(node.name)
    yield node
    code, _ = node.end()
    assert code == 0, node.log


@pytest.fixture
def active_node(shared_node: NodeProcess, robot: Robot) -> NodeProcess:
    """The shared node: active, without commands."""
    assert robot.state(shared_node.name) == "active", shared_node.log
    assert robot.trigger(f"{shared_node.name}/clear").success
    robot.wait_for_sentences(shared_node, [])
    return shared_node
