"""Models that cannot be used: configure fails with the path and the reason, and nothing runs."""

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lifecycle_msgs.msg import Transition
from ros_harness import NodeProcess, Robot
from test_lifecycle import set_parameter

WEIGHTS = "model.safetensors"


class Attack:
    """Creates a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (self.file,)


def _truncated(folder: Path) -> None:
    whole = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(whole[: len(whole) // 2])


def _foreign(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["adapter_width"] *= 2
    (folder / "config.json").write_text(json.dumps(config))


def _malicious(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(pickle.dumps(Attack(folder / "executed")))


def _without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def _no_json(folder: Path) -> None:
    (folder / "config.json").write_text("{")


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, robot: Robot) -> Iterator[NodeProcess]:
    folder = tmp_path_factory.mktemp("node")
    node = NodeProcess(folder, "checkpoints", ["-p", "device:=cpu"])
    yield node
    assert node.end()[0] == 0


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (shutil.rmtree, "no such model folder"),
        (_without("config.json"), "config.json"),
        (_without(WEIGHTS), WEIGHTS),
        (_without("tokenizer.json"), "tokenizer.json"),
        (_no_json, "config.json"),
        (_truncated, WEIGHTS),
        (_foreign, "of another shape"),
        (_malicious, WEIGHTS),
    ],
)
def test_a_model_that_cannot_be_used(
    robot: Robot,
    node: NodeProcess,
    model_folder: Path,
    tmp_path: Path,
    spoil: Callable[[Path], Any],
    reason: str,
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    spoil(folder)
    assert set_parameter(robot, node, "model", str(folder)) == ""
    assert not robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
    assert robot.state(node.name) == "unconfigured"
    told = [line for line in node.log.splitlines() if "cannot configure" in line][-1]
    assert str(folder) in told
    assert reason in told
    assert not (folder / "executed").exists()
    status = robot.diagnosis(node.name, lambda one: str(folder) in one.message)
    assert status.message.startswith("FAILED")


def test_after_all_that_a_good_model_works(
    robot: Robot, node: NodeProcess, model_folder: Path
) -> None:
    assert set_parameter(robot, node, "model", str(model_folder)) == ""
    robot.bring_up(node.name)


def test_a_model_trained_on_images_only_is_named_in_the_log(
    robot: Robot, model_folder: Path, tmp_path: Path, start_node: Callable[..., NodeProcess]
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "trained_frames": 1}))
    node = start_node(model=folder)
    assert robot.change_state(node.name, Transition.TRANSITION_CONFIGURE)
    told = [line for line in node.log.splitlines() if "trained on images only" in line]
    assert len(told) == 1
    assert "[WARN]" in told[0]
