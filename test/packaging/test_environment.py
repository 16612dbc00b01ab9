"""The environment works in a shell in which another ROS installation is sourced."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = (
    "AMENT_PREFIX_PATH",
    "CMAKE_PREFIX_PATH",
    "COLCON_PREFIX_PATH",
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
    "RMW_IMPLEMENTATION",
    "ROS_DISTRO",
)
IMPORT = 'python -c "import rclpy; rclpy.init(); rclpy.shutdown(); print(rclpy.__file__)"'


@pytest.fixture
def sourced(tmp_path: Path) -> dict[str, str]:
    """The variables of a shell in which a ROS of another Python is sourced."""
    for name in ("rclpy", "yaml"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"raise ImportError('another {name}')\n")
    settings = dict.fromkeys(SETTINGS, str(tmp_path))
    settings |= {"RMW_IMPLEMENTATION": "rmw_of_another_ros", "ROS_DISTRO": "kilted"}
    kept = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    return kept | settings


def output_of(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, env=environment, cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_env_sh_enters_past_a_sourced_ros(sourced: dict[str, str]) -> None:
    assert (
        "another rclpy"
        in subprocess.run(
            ["python", "-c", "import rclpy"],
            env=sourced,
            check=False,
            capture_output=True,
            text=True,
        ).stderr
    )
    found = output_of(["bash", "-c", f". ./env.sh && {IMPORT}"], sourced)
    assert str(ROOT / ".venv") in found


def test_recipes_of_make_do_not_see_a_sourced_ros(sourced: dict[str, str], tmp_path: Path) -> None:
    """What `make workspace` builds with: CMake and Python would find the other ROS."""
    command = ["make", "--eval", "environment: ; @env", "environment"]
    assert str(tmp_path) not in output_of(command, sourced)
