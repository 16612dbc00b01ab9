"""Runs a reader on many mutated files in forked workers, under limits of time and memory.

A reader is a function that writes a mutated file, a function that reads it, and a check whether
the file still has a valid header. A case depends on the reader's name, the seed and its number
only, so that a fault can be reproduced: ``python test/fuzz/fuzz_harness.py READER SEED NUMBER``.
"""

import faulthandler
import json
import os
import random
import resource
import select
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from fuzz_coverage import LineCoverage, Modules
from fuzz_mutations import replace_a_file

CASE_SECONDS = 20.0  # Wall clock: the tests share two cores with others.
MEMORY_BYTES = 512 * 2**20  # On top of what the worker has at the start of a batch.
BATCH = 500
MAX_FAULTS = 10
COVERED_CASES = 2 * BATCH
REPLACED_SHARE = 0.02


@dataclass(frozen=True)
class Reader:
    """What is fuzzed.

    Attributes:
        name: of the reader.
        write: writes the files of a case into an empty folder.
        read: reads them.
        has_valid_header: returns whether the format's first check passes, as in JSON that parses.
        modules: its code, most of whose lines the cases have to execute. What several readers
            share is listed for one of them.
        errors: the only errors allowed, with a message that names one of the files.
    """

    name: str
    write: Callable[[random.Random, Path], None]
    read: Callable[[Path], object]
    has_valid_header: Callable[[Path], bool]
    modules: Modules = field(default_factory=dict)
    errors: tuple[type[Exception], ...] = (ValueError,)


@dataclass
class Outcome:
    """Counts of all cases, and a line for each fault."""

    cases: int = 0
    valid_headers: int = 0
    accepted: int = 0
    peak_bytes: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def header_share(self) -> float:
        """Share of the cases that pass the format's first check."""
        return self.valid_headers / max(self.cases, 1)


def fuzz(
    reader: Reader, cases: int, seed: int, folder: Path, lines: LineCoverage | None = None
) -> Outcome:
    """Run cases in batches; a worker that crashes or hangs is replaced by a new one.

    Args:
        reader: to run.
        cases: how many.
        seed: of all cases.
        folder: for the files of a case.
        lines: records the lines of the first `COVERED_CASES` cases, which takes time.
    """
    outcome, number = Outcome(), 0
    while number < cases and len(outcome.faults) < MAX_FAULTS:
        batch = range(number, min(number + BATCH, cases))
        recorded = lines if number < COVERED_CASES else None
        number = _run_batch(reader, batch, seed, folder, outcome, recorded)
    return outcome


def run_case(reader: Reader, seed: int, number: int, folder: Path) -> dict[str, object]:
    """Run one case in this process."""
    inside = folder / "outer" / "inner"
    shutil.rmtree(folder, ignore_errors=True)
    inside.mkdir(parents=True)
    rng = random.Random(f"{reader.name}/{seed}/{number}")
    reader.write(rng, inside)
    names = {path.name for path in inside.rglob("*")}
    found: dict[str, object] = {"header": False, "accepted": False}
    if rng.random() < REPLACED_SHARE:
        replace_a_file(rng, inside)
    else:
        found["header"] = reader.has_valid_header(inside)
    try:
        reader.read(inside)
        found["accepted"] = True
    except reader.errors as error:
        if not any(name in str(error) for name in names):
            found["fault"] = f"names no file: {_last_lines(error)}"
    except BaseException as error:  # Also what a library written in Rust raises when it panics.
        found["fault"] = _last_lines(error)
    if os.listdir(folder) != ["outer"] or os.listdir(folder / "outer") != ["inner"]:
        found["fault"] = "wrote outside of its folder"
    return found


def _run_batch(
    reader: Reader,
    numbers: range,
    seed: int,
    folder: Path,
    outcome: Outcome,
    lines: LineCoverage | None,
) -> int:
    """Run a batch in a worker; return the number of the next case."""
    receive, send = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.close(receive)
        _work(reader, numbers, seed, folder, send, lines)
    os.close(send)
    current, text, ending = numbers.start, b"", "hangs"
    while select.select([receive], [], [], CASE_SECONDS)[0]:
        data = os.read(receive, 65536)
        if not data:
            ending = ""
            break
        *whole, text = (text + data).split(b"\n")
        for line in whole:
            current = _count(reader, seed, current, json.loads(line), outcome)
    os.close(receive)
    if ending:
        os.kill(worker, signal.SIGKILL)
    status = os.waitpid(worker, 0)[1]
    if ending or status:
        reason = ending or f"ends the process with status {status}"
        outcome.faults.append(f"{reader.name} {seed} {current}: {reason}")
        outcome.cases += 1
        current += 1
    return current


def _work(
    reader: Reader,
    numbers: range,
    seed: int,
    folder: Path,
    send: int,
    lines: LineCoverage | None,
) -> None:
    status = 1
    faulthandler.disable()  # a crash is reported as a finding, not as a crash of pytest
    try:
        limit = _data_bytes() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        start = _peak_bytes()
        if lines:
            lines.start()
        for number in numbers:
            found = run_case(reader, seed, number, folder)
            found["peak"] = _peak_bytes() - start
            os.write(send, json.dumps(found).encode() + b"\n")
        if lines:
            lines.stop()
        status = 0
    except BaseException:  # A fault of the harness itself.
        traceback.print_exc()
    finally:
        os._exit(status)


def _count(
    reader: Reader, seed: int, number: int, found: dict[str, object], outcome: Outcome
) -> int:
    outcome.cases += 1
    outcome.valid_headers += bool(found["header"])
    outcome.accepted += bool(found["accepted"])
    outcome.peak_bytes = max(outcome.peak_bytes, int(str(found["peak"])))
    if "fault" in found:
        outcome.faults.append(f"{reader.name} {seed} {number}: {found['fault']}")
    return number + 1


def _last_lines(error: BaseException) -> str:
    return " | ".join(traceback.format_exception(error)[-2:]).replace("\n", " ")[-600:]


def _data_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmData:"):
            return int(line.split()[1]) * 1024
    raise OSError("/proc/self/status: no VmData")


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    from fuzz_readers import READERS

    wanted, chosen_seed, case = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    place = Path(sys.argv[4]) if len(sys.argv) > 4 else Path(".workspace/fuzz_case")
    print(run_case(READERS[wanted], chosen_seed, case, place))
    print(f"the files are in {place}/outer/inner")
