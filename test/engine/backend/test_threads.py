"""How many threads operators take: as asked, as the environment says, or all cores but one."""

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


def test_a_number_is_taken() -> None:
    use_threads(3)
    assert torch.get_num_threads() == 3


def test_one_core_is_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    torch.set_num_threads(7)
    use_threads(0)
    assert torch.get_num_threads() == max(1, len(os.sched_getaffinity(0)) - 1)


def test_what_the_environment_says_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    torch.set_num_threads(4)  # torch reads the variable as it is loaded
    use_threads(0)
    assert torch.get_num_threads() == 4
