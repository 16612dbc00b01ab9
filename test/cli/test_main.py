"""The `samwise` command: overview, help, errors and lazy imports."""

import os
import subprocess
import sys

import pytest

from samwise_ros.cli.main import SUBCOMMANDS, main


def test_overview_lists_subcommands_without_importing_torch() -> None:
    script = (
        "import sys; from samwise_ros.cli.main import main\n"
        "try: main(['--help'])\n"
        "finally: print([name for name in ('torch', 'cv2', 'numpy') if name in sys.modules])"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    for name in SUBCOMMANDS:
        assert f"  {name} " in done.stdout
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_help_has_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    assert f"\n  samwise {name} " in capsys.readouterr().out


def test_unknown_arguments_are_rejected(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in ([], ["fly"], ["segment"], ["evaluate", "--speed", "3"]):
        with pytest.raises(SystemExit) as stop:
            main(argv)
        assert stop.value.code == 2
    assert "choose from" in capsys.readouterr().err


def test_closed_output_pipe_is_no_error() -> None:
    """As in `samwise download --list | head -1`."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "samwise_ros.cli.main", "download", "--list"]
    done = subprocess.run(command, check=False, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 0


def test_other_broken_pipe_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """For example, a worker process that has ended."""

    def fail(_: object) -> int:
        raise BrokenPipeError("the worker has ended")

    monkeypatch.setattr("samwise_ros.cli.download.subcommand.run", fail)
    assert main(["download", "--list"]) == 2
    assert "samwise download: error: the worker has ended" in capfd.readouterr().err
