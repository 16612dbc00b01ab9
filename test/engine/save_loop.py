"""For each input line, starts a process that saves memory files until it is killed."""

import os
import sys
from pathlib import Path

import numpy as np

from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, Frame


def save_repeatedly(engine: Engine, path: Path) -> None:
    """Write files with different content to one path."""
    for number in range(10**9):
        for name in "abc":
            (engine.pause if number % 2 else engine.resume)(name)
        engine.save(path)
        if number == 0:
            print("saved once", flush=True)


if __name__ == "__main__":
    model, memory = map(Path, sys.argv[1:])
    engine = Engine.from_model(str(model), device="cpu")
    engine.set_commands([Command(name, "the red mug") for name in "abc"])
    engine.step(Frame(np.zeros((60, 80, 3), np.uint8)))
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            print(os.getpid(), flush=True)
            save_repeatedly(engine, memory)
        status = os.waitpid(child, 0)[1]
        print(f"{child} ended by {os.WTERMSIG(status)}", flush=True)
