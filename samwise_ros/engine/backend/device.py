"""Choice of device and precision, CPU threads, and GPU memory in use."""

import os

import torch

MIB = 2**20

DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
"""Supported precisions."""


def resolve_device(name: str) -> torch.device:
    """Return the device of a name.

    Args:
        name: ``auto`` (CUDA if available, else the CPU), ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        ValueError: the name is invalid or the device does not exist.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise ValueError(f"device: expected auto, cpu, cuda or cuda:N, got {name!r}") from error
    if device.type not in ("cpu", "cuda"):
        raise ValueError(f"device: expected auto, cpu, cuda or cuda:N, got {name!r}")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ValueError(
            f"device: {name} does not exist; number of CUDA devices: {torch.cuda.device_count()}"
        )
    return device


def resolve_precision(name: str, device: torch.device) -> str:
    """Return the precision of a name, one of `DTYPES`.

    Args:
        name: ``auto`` (bfloat16 on CUDA, float32 on the CPU), or a key of `DTYPES`.
        device: the device that computes.

    Raises:
        ValueError: the name is invalid or the device does not support the precision.
    """
    if name == "auto":
        return "bfloat16" if device.type == "cuda" else "float32"
    if name not in DTYPES:
        raise ValueError(f"precision: expected auto, {', '.join(DTYPES)}, got {name!r}")
    if device.type == "cpu" and name == "float16":
        raise ValueError("precision: float16 needs cuda; on the cpu use float32 or bfloat16")
    return name


def use_threads(number: int) -> None:
    """Set how many CPU threads an operator uses, in the whole process.

    The threads of one operator wait for each other at its end. Where other processes need the
    cores, one thread is always late: beside a camera node on two cores, a frame took twice as long
    with two threads as with one.

    Args:
        number: number of threads. 0 keeps ``OMP_NUM_THREADS`` if it is set, and otherwise leaves
            one core free.

    Raises:
        ValueError: ``number`` is negative.
    """
    if number < 0:
        raise ValueError(f"threads: expected 0 or more, got {number}")
    if number == 0:
        if os.environ.get("OMP_NUM_THREADS"):
            return  # torch read it when it was imported
        number = max(1, len(os.sched_getaffinity(0)) - 1)
    torch.set_num_threads(number)


def device_memory_mib(device: str) -> dict[str, float]:
    """Return the GPU memory that this process has allocated for tensors.

    Args:
        device: as in `Engine.describe`.

    Returns:
        MiB by name: the present value and the peak since the start; empty for the CPU.

    >>> device_memory_mib("cpu")
    {}
    """
    if torch.device(device).type != "cuda":
        return {}
    return {
        "GPU memory allocated": torch.cuda.memory_allocated(device) / MIB,
        "GPU memory peak": torch.cuda.max_memory_allocated(device) / MIB,
    }
