"""How many of the machine's cores the network takes."""

import os

import torch


def use_threads(number: int) -> None:
    """Let operators on the CPU take a number of threads, from now on and in the whole process.

    Threads that work on one operator wait for each other at its end. Where other processes want
    the cores too, one of them is always late: beside a camera on two cores a frame took twice as
    long on two threads as on one.

    Args:
        number: of threads; 0: what ``OMP_NUM_THREADS`` says, and where it says nothing, one for
            each core but one.
    """
    if number == 0:
        if os.environ.get("OMP_NUM_THREADS"):
            return  # torch has heard it
        number = max(1, len(os.sched_getaffinity(0)) - 1)
    torch.set_num_threads(number)
