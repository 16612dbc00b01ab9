"""Results of the soak tests; as a program, this writes them to docs/reliability.md.

Every test writes a row of the table to a file in the folder ``SOAK_FIGURES``, if that is set.
"""

import os
import re
import sys
from pathlib import Path

from budget import SHARE
from growth import Growth

from samwise_ros.benchmark.machine import describe_machine

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reliability.md"
TABLE = re.compile(r"(<!-- figures: .*? -->\n)(.*)(<!-- end of figures -->)", re.DOTALL)
HEAD = """\
| test | done | seconds | resident memory, MB | kB per 1,000 | |
|---|---|---:|---|---:|---|
"""


def record(test: str, done: str, seconds: float, growth: Growth | None, **others: str) -> None:
    """Print a test's measurements, and keep them for the page.

    Args:
        test: name of the test, in words.
        done: amount of work, in words.
        seconds: duration.
        growth: memory of the node; ``None`` for a test with several nodes.
        others: further values by name.
    """
    memory, slope = (growth.line(), f"{growth.slope_kb():+,.0f}") if growth else ("", "")
    more = "; ".join(f"{name.replace('_', ' ')} {value}" for name, value in others.items())
    row = f"| {test} | {done} | {seconds:.0f} | {memory} | {slope} | {more} |"
    print(f"\n{row}")
    if folder := os.environ.get("SOAK_FIGURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{test}.txt").write_text(row)


def ages(seconds: list[float]) -> str:
    """Return the ages of masks in words."""
    kept = sorted(seconds)
    p50, p99 = (kept[int(part * (len(kept) - 1))] for part in (0.5, 0.99))
    return f"p50 {1000 * p50:.0f} ms, p99 {1000 * p99:.0f} ms, max {1000 * kept[-1]:.0f} ms"


def page(folder: Path) -> str:
    """Return the text between the marks of the page."""
    rows = sorted(folder.glob("*.txt"), key=lambda path: path.stat().st_mtime)
    about = describe_machine()
    versions = ", ".join(f"{name} {one}" for name, one in dict(about["versions"]).items())
    return (
        f"`make soak` on {about['cores']} cores of {about['cpu']}, {about['system']}, Python "
        f"{about['python']}, {versions}; commit {about['commit']}, {about['date']}.\n\n"
        + HEAD
        + "".join(f"{path.read_text()}\n" for path in rows)
    )


if __name__ == "__main__":
    found = page(Path(sys.argv[1]))
    print(found)
    if SHARE == 1.0:  # a short run does not replace the results of a complete run
        PAGE.write_text(TABLE.sub(lambda marks: marks[1] + found + marks[3], PAGE.read_text()))
