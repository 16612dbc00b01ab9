"""A model with random weights for the nodes of these tests."""

import pytest
from random_model import save_random_model


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model folder with random weights that finds an object in every image."""
    return save_random_model(tmp_path_factory.mktemp("model"))
