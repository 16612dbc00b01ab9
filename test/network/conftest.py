"""Fixture: a network with seeded weights."""

from pathlib import Path

import pytest
from parity import build

from samwise_ros.network.samwise import Samwise

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def mini() -> Samwise:
    return build(DATA / "keys_mini.json", "2")
