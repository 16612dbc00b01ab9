"""Invalid models: configure fails with path and reason, and executes nothing from them."""

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_steps import set_parameter
from node_process import NodeProcess, StartNode
from ros_harness import Robot

WEIGHTS = "model.safetensors"


class FileCreator:
    """Creates a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.file,)


def _truncated(folder: Path) -> None:
    whole = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(whole[: len(whole) // 2])


def _other_shape(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["adapter_width"] *= 2
    (folder / "config.json").write_text(json.dumps(config))


def _malicious(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(pickle.dumps(FileCreator(folder / "executed")))


def _without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _invalid_json(folder: Path) -> None:
    (folder / "config.json").write_text("{")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, robot: Robot) -> Iterator[NodeProcess]:
    folder = tmp_path_factory.mktemp("node")
    node = NodeProcess(folder, "checkpoints", parameters={"device": "cpu"})
    yield node
    assert node.end()[0] == 0


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (shutil.rmtree, "no such model folder"),
        (_without("config.json"), "config.json"),
        (_without(WEIGHTS), WEIGHTS),
        (_without("tokenizer.json"), "tokenizer.json"),
        (_invalid_json, "config.json"),
        (_truncated, WEIGHTS),
        (_other_shape, "of another shape"),
        (_malicious, WEIGHTS),
    ],
)
def test_invalid_model_is_rejected(
    robot: Robot,
    node: NodeProcess,
    model_folder: Path,
    tmp_path: Path,
    damage: Callable[[Path], Any],
    reason: str,
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    damage(folder)
    assert set_parameter(robot, node.name, "model", str(folder)) == ""
    assert not robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
    assert robot.state(node.name) == "unconfigured"
    logged = [line for line in node.log.splitlines() if "cannot configure" in line][-1]
    assert str(folder) in logged
    assert reason in logged
    assert not (folder / "executed").exists()
    status = robot.status(node.name, lambda status: str(folder) in status.message)
    assert status.message.startswith("FAILED")


def test_valid_model_works_after_invalid_models(
    robot: Robot, node: NodeProcess, model_folder: Path
) -> None:
    assert set_parameter(robot, node.name, "model", str(model_folder)) == ""
    robot.bring_up(node.name)


def test_model_trained_on_images_only_is_logged(
    robot: Robot, model_folder: Path, tmp_path: Path, start_node: StartNode
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "trained_frames": 1}))
    node = start_node(model=folder)
    assert robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
    logged = [line for line in node.log.splitlines() if "trained on images only" in line]
    assert len(logged) == 1
    assert "[WARN]" in logged[0]
