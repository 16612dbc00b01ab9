"""No mutated file crashes, hangs, exhausts memory, leaves its folder or raises another error.

``FUZZ_CASES`` sets the number of cases for each reader, ``FUZZ_SEED`` the seed: `make fuzz`.
"""

import os
import resource
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fuzz_coverage import LineCoverage
from fuzz_harness import COVERED_CASES, MEMORY_BYTES, Reader, fuzz
from fuzz_readers import READERS

CASES = int(os.environ.get("FUZZ_CASES", "200"))
SLOW_READERS = ("bag", "images")  # these have a quarter of the cases
MIN_COVERAGE = 0.9
SEED = int(os.environ.get("FUZZ_SEED", "0"))


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for all files, in memory if possible: a disk takes 10 times as long."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="fuzz_", dir=place) as name:
        monkeypatch.setattr("tempfile.tempdir", name)
        yield Path(name)


@pytest.mark.parametrize("name", READERS)
def test_mutated_files_are_read_or_refused(name: str, folder: Path) -> None:
    reader = READERS[name]
    cases = CASES // 4 if name in SLOW_READERS and CASES > 800 else CASES
    lines = LineCoverage(reader.modules, folder / "lines" / "data")
    begin_s = _worker_seconds()
    outcome = fuzz(reader, cases, SEED, folder / "cases", lines if cases >= COVERED_CASES else None)
    seconds = _worker_seconds() - begin_s
    share, missing = lines.share() if cases >= COVERED_CASES else (1.0, ["not measured"])
    # A row of the table in docs/reliability.md.
    print(
        f"| `{name}` | {outcome.cases:,} | {outcome.header_share:.0%} "
        f"| {outcome.accepted / cases:.0%} | {outcome.peak_bytes / 2**20:.0f} | {seconds:.0f} "
        f"| {share:.1%} |\nlines without {' '.join(missing)}"
    )
    assert outcome.faults == []
    assert outcome.cases == cases
    assert outcome.header_share >= 0.5
    assert 0 < outcome.accepted < cases
    assert outcome.peak_bytes < MEMORY_BYTES
    assert share >= MIN_COVERAGE


def _worker_seconds() -> float:
    """Return the CPU time of all workers that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _hang(folder: Path) -> None:
    while True:
        pass


def _raise_without_a_file(folder: Path) -> None:
    raise ValueError("something is wrong")


def _raise_with_the_file(folder: Path) -> None:
    raise ValueError(f"{folder}/file: expected 6, got 5")


@pytest.mark.parametrize(
    ("read", "faults"),
    [
        (lambda folder: os.abort(), ["ends the process with status 6"]),
        (_hang, ["hangs"]),
        (lambda folder: bytes(2 * MEMORY_BYTES), ["MemoryError"]),
        (lambda folder: (folder.parent / "other").touch(), ["wrote outside of its folder"]),
        (_raise_without_a_file, ["names no file:"]),
        (lambda folder: {}["key"], ["KeyError: 'key'"]),
        (_raise_with_the_file, []),
        (lambda folder: None, []),
    ],
    ids=["crash", "hang", "memory", "outside", "no file", "other error", "refused", "accepted"],
)
def test_the_harness_finds_every_kind_of_fault(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[Path], object],
    faults: list[str],
) -> None:
    monkeypatch.setattr("fuzz_harness.CASE_SECONDS", 1.0)
    reader = Reader("made", lambda _, folder: (folder / "file").touch(), read, lambda _: True)
    outcome = fuzz(reader, 1, 5, tmp_path / "cases")
    assert outcome.cases == 1
    assert len(outcome.faults) == len(faults)
    for found, expected in zip(outcome.faults, faults, strict=True):
        assert found.startswith("made 5 0: ")
        assert expected in found
