"""`samwise say` against a real node with a camera, each in a separate process."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_nodes import TIMEOUT_S, RosDomain

from samwise_ros.cli.main import main

TIME = r"^\d\d:\d\d:\d\d\.\d{3}  "


@pytest.fixture(scope="module")
def node_domain(tmp_path_factory: pytest.TempPathFactory, model: str) -> Iterator[RosDomain]:
    """A domain with one node of the usual name and a remapped topic of events."""
    domain = RosDomain(tmp_path_factory.mktemp("domain"), model)
    with domain.node("/", "-r", "~/events:=changes"):
        yield domain


def event_lines(output: str, kind: str) -> list[str]:
    return re.findall(rf"{TIME}.*  {kind} .*$", output, re.MULTILINE)


def test_say_prints_events_of_new_target(node_domain: RosDomain) -> None:
    with node_domain.start_samwise("say", "the red ball", "--seconds", "1000") as process:
        acquired = r'camera  ACQUIRED   "the red ball"  tracking  \d+x\d+ at \d+,\d+$'
        output = process.wait_for_output(rf"(?m){TIME}{acquired}", TIMEOUT_S)
        assert process.stop(timeout_s=TIMEOUT_S) == 0
    assert output.startswith('sent "the red ball" to /samwise_node/command\n')
    added = rf'{TIME}-  ADDED      "the red ball"  searching  -$'
    assert re.search(added, output, re.MULTILINE), output


def test_say_adds_resets_and_clears(node_domain: RosDomain) -> None:
    assert node_domain.samwise("say", "the red ball", "--seconds", "1")[0] == 0
    code, output = node_domain.samwise(
        "say", "the blue cube", "--add", "--id", "second", "--camera", "camera", "--seconds", "1"
    )
    assert code == 0, output
    assert output.startswith('sent track "the blue cube" to /samwise_node/command_request\n')
    assert len(event_lines(output, "ADDED")) == 1, output
    assert not event_lines(output, "REMOVED"), output
    code, output = node_domain.samwise(
        "say", "--id", "second", "--action", "reset", "--seconds", "1"
    )
    assert code == 0, output
    assert '"the blue cube"' in event_lines(output, "RESET")[0], output
    code, output = node_domain.samwise("say", "--clear", "--seconds", "1")
    assert code == 0, output
    removed = event_lines(output, "REMOVED")
    assert len(removed) == 2, output
    assert '"the red ball"' in removed[0]
    assert '"the blue cube"' in removed[1]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("?\x1b[2J!",), '"??[2J!"  -  -  expected text, got control characters'),
        (
            ("x" * 2000,),
            f'"{78 * "x"}.."  -  -  the sentence has 2000 characters, expected at most 1000',
        ),
        (
            ("la taza amarilla",),
            "la taza amarilla\"  -  -  unknown words: 'la', 'taza', 'amarilla'; expected at least",
        ),
        (("the red ball", "--camera", "roof"), "expected cameras from ['camera'], got ['roof']"),
        (("--id", "nothing", "--action", "pause"), "nothing  -  -  there is no command 'nothing'"),
    ],
)
def test_say_fails_if_node_rejects_command(
    node_domain: RosDomain, arguments: tuple[str, ...], reason: str
) -> None:
    code, output = node_domain.samwise("say", *arguments, "--seconds", "1")
    assert code == 1, output
    assert len(event_lines(output, "REJECTED")) == 1, output
    assert reason in output


def test_say_ignores_rejections_of_others_and_ends_on_ctrl_c(node_domain: RosDomain) -> None:
    with node_domain.start_samwise("say", "the green cup", "--seconds", "1000") as process:
        process.wait_for_output("ADDED", TIMEOUT_S)
        assert node_domain.samwise("say", "?!", "--seconds", "1")[0] == 1
        process.wait_for_output("REJECTED", TIMEOUT_S)
        assert process.stop(timeout_s=TIMEOUT_S) == 0
        assert "Traceback" not in process.log


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            (),
            'expected a sentence ("" removes all commands), or --id with an --action, got neither',
        ),
        (("--id", "mug"), "got neither"),
        (("--action", "pause"), "got neither"),
        (("the mug", "--clear"), "--clear: expected no sentence and no other command option"),
        (("--clear", "--id", "mug"), "--clear: expected no sentence and no other command option"),
        (("the mug", "--seconds", "0"), "--seconds: expected more than 0, got 0"),
    ],
)
def test_say_rejects_invalid_arguments(
    arguments: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["say", *arguments]) == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("say", "the red ball"), ("watch",), ("find", "the ball")])
@pytest.mark.parametrize("name", ["/my-robot/samwise_node", "a b"])
def test_invalid_node_name_is_an_error_at_once(
    arguments: tuple[str, ...], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--node", name])
    assert ended.value.code == 2
    expected = f"node name: expected letters, digits, _ and /, such as /samwise_node, got {name!r}"
    assert expected in capsys.readouterr().err


def test_missing_log_folder_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "-m", "samwise_ros.cli.main", "say", "the red ball"],
        env={**os.environ, "ROS_LOG_DIR": str(tmp_path / "file" / "log")},
        cwd=tmp_path,  # not the source, which has no messages
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()[-1:]
    assert line.startswith("samwise say: error: ROS 2 cannot start: ")
    assert line.endswith("set ROS_LOG_DIR to a writable folder")


@pytest.mark.parametrize("arguments", [("say", "the red ball"), ("watch",)])
def test_error_without_ros_says_what_to_do(arguments: tuple[str, ...]) -> None:
    # Without site-packages, Python has neither ROS 2 nor the messages.
    program = "import sys; from samwise_ros.cli.main import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program, *arguments],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "error: rclpy is not installed: enter the ROS 2 workspace first" in done.stderr


def test_say_names_unknown_words(node_domain: RosDomain) -> None:
    code, output = node_domain.samwise("say", "the shiny cup", "--seconds", "2")
    assert code == 0, output
    (added,) = event_lines(output, "ADDED")
    note = "unknown words: 'shiny'; the model may track another object"
    assert added.endswith(f'"the shiny cup"  searching  -  {note}'), output
