"""What colcon makes of this folder: an ament_cmake package with tests."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / f".workspace{os.environ.get('SAMWISE_ENVIRONMENT', '') and '-robot'}"


def output_of(*command: str, folder: Path) -> str:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def test_colcon_finds_an_ament_cmake_package_beside_setup_py() -> None:
    listed = output_of("colcon", "--log-base", os.devnull, "list", folder=WORKSPACE)
    assert listed.split("\t") == ["samwise_ros", "src/samwise_ros", "(ros.ament_cmake)\n"]


def test_colcon_test_has_tests() -> None:
    """A build with BUILD_TESTING, as by default, declares them with the label `quick`."""
    build = WORKSPACE / "build" / "samwise_ros"
    listed = output_of("ctest", "-N", "-L", "quick", folder=build)
    assert int(listed.rpartition("Total Tests:")[2]) > 5
