"""Our tests run where ROS has installed plugins of pytest that do not work with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# As in launch_testing of Jazzy: pytest 9 has no such argument.
HOOKS = "def pytest_pycollect_makemodule(path, no_such_argument, parent):\n    return None\n"


@pytest.mark.parametrize("plugin", ["launch_testing", "launch_pytest", "launch_ros"])
def test_plugins_of_launch_are_not_loaded(tmp_path: Path, plugin: str) -> None:
    module = f"{plugin}_hooks"
    (tmp_path / f"{module}.py").write_text(HOOKS)
    information = tmp_path / f"{plugin}-3.4.3.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {plugin}\nVersion: 3.4.3\n"
    )
    (information / "entry_points.txt").write_text(f"[pytest11]\n{plugin} = {module}\n")
    (tmp_path / "test_one.py").write_text("def test_one() -> None:\n    pass\n")

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_one.py"]
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": paths}

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *options],
            cwd=tmp_path,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )

    assert "no_such_argument" in run().stderr, "the plugin is loaded without our options"
    done = run("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path))
    assert "1 passed" in done.stdout, done.stdout + done.stderr
