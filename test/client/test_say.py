"""`samwise say` as people type it, to a real node with a camera, each in its process."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_nodes import Field

from samwise_ros.cli.main import main

TIME = r"^\d\d:\d\d:\d\d\.\d{3}  "


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory, model: str) -> Field:
    return Field(tmp_path_factory.mktemp("field"), model)


@pytest.fixture(scope="module")
def kitchen(field: Field) -> Iterator[Field]:
    """The field with one node of the usual name; its topic of events is remapped."""
    with field.node("/", "-r", "~/events:=changes"):
        yield field


def lines(said: str, kind: str) -> list[str]:
    return re.findall(rf"{TIME}.*  {kind} .*$", said, re.MULTILINE)


def test_without_a_node_that_is_said(field: Field) -> None:
    code, said = field.samwise("say", "the red ball")
    assert code == 1
    assert "samwise say: no samwise node is there; waited 10 s" in said
    assert said.endswith(f"ROS_DOMAIN_ID {field.domain}: none\n")


def test_a_sentence_is_looked_for_and_found(kitchen: Field) -> None:
    code, said = kitchen.samwise("say", "the red ball", "--seconds", "15")
    assert code == 0, said
    assert said.startswith('said "the red ball" on /samwise_node/command\n')
    assert re.search(rf'{TIME}-  ADDED      "the red ball"  searching  -$', said, re.MULTILINE), (
        said
    )
    seen = rf'{TIME}camera  ACQUIRED   "the red ball"  tracking  \d+x\d+ at \d+,\d+$'
    assert re.search(seen, said, re.MULTILINE), said


def test_more_is_said_and_all_of_it_cleared(kitchen: Field) -> None:
    assert kitchen.samwise("say", "the red ball", "--seconds", "1")[0] == 0
    code, said = kitchen.samwise(
        "say", "the blue cube", "--add", "--id", "second", "--camera", "camera", "--seconds", "3"
    )
    assert code == 0, said
    assert said.startswith('said track "the blue cube" on /samwise_node/command_request\n')
    assert len(lines(said, "ADDED")) == 1, said
    assert not lines(said, "REMOVED"), said
    code, said = kitchen.samwise("say", "--id", "second", "--action", "reset", "--seconds", "3")
    assert code == 0, said
    assert '"the blue cube"' in lines(said, "RESET")[0], said
    code, said = kitchen.samwise("say", "--clear", "--seconds", "3")
    assert code == 0, said
    removed = lines(said, "REMOVED")
    assert len(removed) == 2, said
    assert '"the red ball"' in removed[0]
    assert '"the blue cube"' in removed[1]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("?\x1b[2J!",), '"??[2J!"  -  -  expected text, got control characters'),
        (("x" * 2000,), f'"{78 * "x"}.."  -  -  expected a sentence of at most 1000 characters'),
        (("the red ball", "--camera", "roof"), "expected cameras out of ['camera'], got ['roof']"),
        (("--id", "nothing", "--action", "pause"), "nothing  -  -  there is no command 'nothing'"),
    ],
)
def test_what_is_refused_fails(kitchen: Field, arguments: tuple[str, ...], reason: str) -> None:
    code, said = kitchen.samwise("say", *arguments, "--seconds", "4")
    assert code == 1, said
    assert len(lines(said, "REJECTED")) == 1, said
    assert reason in said


def test_what_others_say_is_theirs_and_ctrl_c_ends(kitchen: Field) -> None:
    mine = kitchen.start("say", "the green cup", "--seconds", "1000")
    mine.wait("ADDED")
    assert kitchen.samwise("say", "?!", "--seconds", "2")[0] == 1
    mine.wait("REJECTED")
    assert mine.end() == 0
    assert "Traceback" not in mine.text


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), 'expected a sentence ("" clears), or --id with an --action, got neither'),
        (("--id", "mug"), "got neither"),
        (("--action", "pause"), "got neither"),
        (("the mug", "--clear"), "--clear: expected nothing else to say with it"),
        (("--clear", "--id", "mug"), "--clear: expected nothing else to say with it"),
        (("the mug", "--seconds", "0"), "--seconds: expected more than 0, got 0"),
    ],
)
def test_what_cannot_be_said_is_told(
    arguments: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["say", *arguments]) == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("say", "the red ball"), ("watch",)])
def test_without_ros_the_error_says_what_to_do(arguments: tuple[str, ...]) -> None:
    # Without its site-packages, Python has neither ROS 2 nor the messages.
    program = "import sys; from samwise_ros.cli.main import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "error: no rclpy: enter the ROS 2 workspace first" in done.stderr
