"""CPU threads: the given number, the environment's, or all cores but one."""

import os
from collections.abc import Iterator

import pytest
import torch

from samwise_ros.engine.backend.device import use_threads


@pytest.fixture(autouse=True)
def threads_before() -> Iterator[int]:
    number = torch.get_num_threads()
    yield number
    torch.set_num_threads(number)


def test_given_number_is_used() -> None:
    use_threads(3)
    assert torch.get_num_threads() == 3


def test_default_leaves_one_core_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    torch.set_num_threads(7)
    use_threads(0)
    assert torch.get_num_threads() == max(1, len(os.sched_getaffinity(0)) - 1)


def test_environment_takes_precedence_over_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    torch.set_num_threads(4)  # torch reads the variable on import
    use_threads(0)
    assert torch.get_num_threads() == 4
