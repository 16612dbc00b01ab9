"""How much of a GPU's memory the process holds."""

import torch

MIB = 2**20


def device_memory_mib(device: str) -> dict[str, float]:
    """Give the GPU memory of this process's tensors, now and at most since it began.

    Args:
        device: as `Engine.describe` names it.

    Returns:
        MiB by what they are; nothing for the CPU, whose memory is the process's own.

    >>> device_memory_mib("cpu")
    {}
    """
    if torch.device(device).type != "cuda":
        return {}
    return {
        "GPU memory allocated": torch.cuda.memory_allocated(device) / MIB,
        "GPU memory peak": torch.cuda.max_memory_allocated(device) / MIB,
    }
