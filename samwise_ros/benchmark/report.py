"""Reports of a benchmark as Markdown tables and as JSON with the machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samwise_ros.files.documents import write_json

Row = dict[str, Any]
"""One measurement: plain values by name."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        title: heading of the column.
        keys: keys of the row's values; several values are joined by ``to``.
        digits: number of decimals; ``None`` for text and integers.
    """

    title: str
    keys: tuple[str, ...]
    digits: int | None = None

    def cell(self, row: Row) -> str:
        """Return the cell of a row; a dash if a value is missing."""
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
"""Columns of a `DurationSummary`."""


@dataclass(frozen=True)
class Table:
    """Rows of one kind.

    Attributes:
        title: title of the table.
        columns: columns of the Markdown table.
        rows: the measurements.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]

    def markdown(self) -> str:
        """Return the table as Markdown; text is left-aligned, numbers are right-aligned."""
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
    """Write results, settings and machine of a suite as JSON.

    Raises:
        OSError: the file cannot be written; names it. The old file stays.
    """
    results = {table.title: list(table.rows) for table in tables}
    content = {"suite": suite, "settings": settings, "machine": machine, "results": results}
    write_json(file, content)
