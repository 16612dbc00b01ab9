"""GPU memory in the diagnostics."""

import pytest
import torch

from samwise_ros.engine.backend.device import device_memory_mib


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_freed_memory_stays_in_the_peak() -> None:
    before = device_memory_mib("cuda")["GPU memory allocated"]
    held = torch.zeros(64, 2**20, dtype=torch.uint8, device="cuda")
    during = device_memory_mib("cuda")
    del held
    after = device_memory_mib("cuda")
    assert during["GPU memory allocated"] == before + 64
    assert after["GPU memory allocated"] == before
    assert after["GPU memory peak"] >= before + 64
