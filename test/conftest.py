"""Keeps a test session's DDS traffic on this machine, apart from others, and no image lost."""

import importlib
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# What is imported first stays: the installed package, with messages, before pytest meets the
# source folder, without them, as it collects doctests.
importlib.import_module("samwise_ros")

PROFILES = Path(__file__).parents[1] / "config" / "fastdds.xml"

# Test, node and camera share the cores: more threads than cores wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Set before rclpy is imported anywhere; the nodes that tests start inherit it.
os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
# Beyond 101 the ports are not ours; of two workers one has the even domains.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
os.environ["ROS_DOMAIN_ID"] = str(2 * random.randint(1, 50) - _WORKER % 2)
os.environ.setdefault("FASTRTPS_DEFAULT_PROFILES_FILE", str(PROFILES))


@pytest.fixture
def ros_context() -> Iterator[Any]:
    """A context of rclpy for nodes in this process; other tests use the default one."""
    rclpy = importlib.import_module("rclpy")  # which tests without ROS do not need
    context = importlib.import_module("rclpy.context").Context()
    rclpy.init(context=context)
    yield context
    context.shutdown()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model folder with random weights that finds an object in every image."""
    random_model = importlib.import_module("random_model")  # with torch, which few folders need
    return str(random_model.save_random_model(tmp_path_factory.mktemp("model")))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked `gl` where no image can be rendered; fail it if GL is required."""
    if item.get_closest_marker("gl") is None:
        return
    missing = importlib.import_module("gl").missing_gl()
    if missing and os.environ.get("SAMWISE_REQUIRE_GL"):
        pytest.fail(missing)
    if missing:
        pytest.skip(f"{item.name}: {missing}")  # with its name, so that each has a line
