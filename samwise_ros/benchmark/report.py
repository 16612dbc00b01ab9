"""What a suite found: a table to read, and the numbers with the machine that gave them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]
"""One measurement: plain values by name."""


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes:
        title: what stands over it.
        keys: of the row's values; several are joined by ``to``.
        digits: behind the point; ``None`` for text and whole numbers.
    """

    title: str
    keys: tuple[str, ...]
    digits: int | None = None

    def cell(self, row: Row) -> str:
        """The cell of a row; a dash where it has no such value."""
        values = [row.get(key) for key in self.keys]
        if None in values:
            return "-"
        if self.digits is None:
            return " to ".join(map(str, values))
        return " to ".join(f"{value:,.{self.digits}f}" for value in values)


LATENCY = (
    Column("median, ms", ("median_ms",), 1),
    Column("interquartile range, ms", ("q25_ms", "q75_ms"), 1),
    Column("p99, ms", ("p99_ms",), 1),
)
"""The columns of a `Spread`."""


@dataclass(frozen=True)
class Table:
    """Rows of one kind.

    Attributes:
        title: what they are.
        columns: of the table that people read.
        rows: the measurements.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]

    def markdown(self) -> str:
        """The table as Markdown; text to the left, numbers to the right."""
        head = " | ".join(column.title for column in self.columns)
        rule = " | ".join(
            "---" if any(isinstance(row.get(column.keys[0]), str) for row in self.rows) else "---:"
            for column in self.columns
        )
        lines = [f"{self.title}:", "", f"| {head} |", f"| {rule} |"]
        lines += [f"| {' | '.join(c.cell(row) for c in self.columns)} |" for row in self.rows]
        return "\n".join(lines)


def write_report(
    file: Path,
    suite: str,
    settings: dict[str, Any],
    machine: dict[str, Any],
    tables: Sequence[Table],
) -> None:
    """Write a suite's numbers, its settings and the machine as JSON; the folder is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    results = {table.title: list(table.rows) for table in tables}
    content = {"suite": suite, "settings": settings, "machine": machine, "results": results}
    file.write_text(json.dumps(content, indent=2) + "\n")
