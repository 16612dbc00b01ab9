"""Runs `samwise` commands in forked processes, so that the imports happen only once.

Reads JSON requests, one per line: the arguments, the seconds after which to kill the process (null
for never), and a partial file or folder whose appearance starts that time (null for the start).
Prints for each the exit code, negative for a signal, and the output.
"""

import importlib
import json
import os
import signal
import sys
import tempfile
import time

import torch

for name in ("segment.subcommand", "bag.subcommand", "convert", "train"):
    importlib.import_module(f"samwise_ros.cli.{name}")
main = importlib.import_module("samwise_ros.cli.main").main


def serve(arguments: list[str], after_s: float | None, part: str | None) -> None:
    """Run a command in a child, kill it in time, and report its end."""
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            run(arguments, output.fileno())
        code = None
        if after_s is not None:
            while code is None and part and not os.path.exists(part):
                time.sleep(0.0002)
                code = ended(child, os.WNOHANG)
            end = time.monotonic() + after_s
            while code is None and time.monotonic() < end:
                time.sleep(min(0.002, max(0.0, end - time.monotonic())))
                code = ended(child, os.WNOHANG)
            if code is None:
                os.kill(child, signal.SIGKILL)
        if code is None:
            code = ended(child, 0)
        output.seek(0)
        text = output.read().decode(errors="replace")
        print(json.dumps([code, text]), flush=True)


def run(arguments: list[str], output: int) -> None:
    """Run a command in the child, and end the child."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = 1
    try:
        code = main(arguments)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def ended(child: int, options: int) -> int | None:
    """Return the exit code of a child that has ended."""
    pid, status = os.waitpid(child, options)
    return os.waitstatus_to_exitcode(status) if pid else None


if __name__ == "__main__":
    torch.set_num_threads(1)  # a fork has no other threads
    for line in sys.stdin:
        serve(*json.loads(line))
