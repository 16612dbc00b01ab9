"""Fixtures of the tests of killed writers."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from killed_commands import Commands
from random_model import save_random_model

SERVER = Path(__file__).with_name("command_server.py")


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    with subprocess.Popen(
        [sys.executable, SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Commands(process)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model folder with random weights that finds an object in every image."""
    return save_random_model(tmp_path_factory.mktemp("model"))
