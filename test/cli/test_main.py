"""The `samwise` command: overview, help, errors and lazy imports."""

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version

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


BLOCKER = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocker())
from samwise_ros.cli.main import main
for name in {subcommands}:
    try:
        status = main([name, "--help"])
    except SystemExit as stop:
        status = stop.code
    print(name, status, flush=True)
"""


def statuses_without(
    modules: set[str], subcommands: Sequence[str] = tuple(SUBCOMMANDS)
) -> tuple[dict[str, str], str]:
    """Print the help of subcommands in a process that cannot import some modules."""
    script = BLOCKER.format(blocked=modules, subcommands=subcommands)
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    lines = (line.split(" ") for line in done.stdout.splitlines())
    found = {one[0]: one[1] for one in lines if len(one) == 2 and one[0] in SUBCOMMANDS}
    return found, done.stderr


def test_only_bag_and_training_need_packages_of_extras() -> None:
    found, errors = statuses_without({"pycocotools", "rosbags", "spacy", "tensorboard"})
    assert {name for name, status in found.items() if status == "2"} == {"bag", "train", "ablation"}
    assert len(found) == len(SUBCOMMANDS)
    assert "samwise bag: error: expected the package rosbags, which is not installed" in errors
    assert "pip install '.[train]'" in errors


def test_a_missing_opencv_names_its_extra() -> None:
    found, errors = statuses_without({"cv2"}, ["bag"])
    assert found == {"bag": "2"}
    assert "samwise bag: error: expected the package opencv-python-headless" in errors


def test_a_missing_environment_is_named() -> None:
    found, errors = statuses_without({"torch"}, ["segment"])
    assert found == {"segment": "2"}
    assert "torch is not installed in" in errors
    assert "activate the virtual environment" in errors


def test_version_is_the_installed_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"samwise {version('samwise_ros')}\n"


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
