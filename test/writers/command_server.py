"""Runs `samwise` commands, and `save`, in forked processes: the imports happen only once.

Reads JSON requests, one per line: the arguments, the seconds after which to kill the process (null
for never), a pattern of partial files whose appearance starts that time (null for the start), and
the largest size of a file in bytes (null for any). Prints for each the exit code, negative for a
signal, and the output.
"""

import fcntl
import glob
import importlib
import json
import os
import resource
import signal
import sys
import time
import traceback

import torch
from saved_memory import engine, save

NAMES = ("segment.subcommand", "bag.subcommand", "convert", "train", "evaluate", "data")
for name in NAMES:
    importlib.import_module(f"samwise_ros.cli.{name}")
OUTPUT_BYTES = 2**20
main = importlib.import_module("samwise_ros.cli.main").main


def serve(arguments: list[str], after_s: float | None, part: str | None, limit: int | None) -> None:
    """Run a command in a child, kill it in time, and report its end."""
    # A pipe, not a file: the limit would hold for a file, too.
    output, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, OUTPUT_BYTES)
    child = os.fork()
    if child == 0:
        run(arguments, write, limit)
    os.close(write)
    code = None
    if after_s is not None:
        while code is None and part and not glob.glob(part):
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
    with open(output, errors="replace") as text:
        print(json.dumps([code, text.read()]), flush=True)


def run(arguments: list[str], output: int, limit: int | None) -> None:
    """Run a command in the child, and end the child."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
    code = 1
    try:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        code = save(*arguments[1:]) if arguments[0] == "save" else main(arguments)
    except BaseException:
        traceback.print_exc()
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
    for count in (1, 2):
        engine(count)  # before the forks
    for line in sys.stdin:
        serve(*json.loads(line))
