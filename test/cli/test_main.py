"""The dispatcher: its help, its errors, and what it does not load."""

import io
import os
import subprocess
import sys

import pytest

from samwise_ros.cli.main import SUBCOMMANDS, main


def test_the_overview_names_every_subcommand_and_loads_no_network() -> None:
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


def test_what_is_not_known_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in ([], ["fly"], ["segment"], ["evaluate", "--speed", "3"]):
        with pytest.raises(SystemExit) as stop:
            main(argv)
        assert stop.value.code == 2
    assert "choose from" in capsys.readouterr().err


def test_a_reader_that_has_enough_is_no_error() -> None:
    """As in `samwise download --list | head -1`."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "samwise_ros.cli.main", "download", "--list"]
    done = subprocess.run(command, check=False, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 0


def test_another_broken_pipe_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As of a worker process that has died."""

    def fail(_: object) -> int:
        raise BrokenPipeError("the worker is gone")

    monkeypatch.setattr("samwise_ros.cli.download.subcommand.run", fail)
    assert main(["download", "--list"]) == 2
    assert "samwise download: error: the worker is gone" in capfd.readouterr().err


def test_output_that_the_encoding_lacks_is_escaped(tmp_path):
    (tmp_path / "größe" / "valid").mkdir(parents=True)
    (tmp_path / "größe" / "valid" / "meta_expressions.json").write_text('{"videos": {}}')
    done = subprocess.run(
        [sys.executable, "-m", "samwise_ros.cli.main", "data", "check", tmp_path / "größe"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        rf"{tmp_path}/gr\xf6\xdfe: mevis",
    )


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_help_text_can_be_printed_in_ascii(name, monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(SystemExit, match="0"):
        main([name, "--help"])
    stream.flush()
    assert name.encode() in stream.buffer.getvalue()
