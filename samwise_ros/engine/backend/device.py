"""How many of the machine's cores the network takes: one rule for the node and the commands."""

import os

import torch


def use_threads(number: int) -> None:
    """Set the number of threads of operators on the CPU, for the whole process.

    Threads that share an operator wait for each other at its end. If other processes use the cores
    too, one thread is always late: beside a camera on two cores, a frame took twice as long on two
    threads as on one.

    Args:
        number: of threads; 0: ``OMP_NUM_THREADS`` if it is set, else one for each core but one.

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
