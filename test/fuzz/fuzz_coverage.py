"""Measures which lines of a reader's functions the cases of a fuzzer execute."""

import ast
import importlib
from collections.abc import Callable, Mapping
from pathlib import Path

import coverage

Functions = Callable[[str], bool]
"""Returns whether a function of a module, by its name, belongs to a reader."""

Modules = Mapping[str, Functions]
"""The code of a reader: names of modules below ``samwise_ros``, and their functions."""


def without(*names: str) -> Functions:
    """Select all functions of a module except some, such as those that write."""
    return lambda name: name not in names


def only(*names: str) -> Functions:
    """Select some functions of a module."""
    return lambda name: name in names


class LineCoverage:
    """Lines that were executed in several processes, of some functions of some modules."""

    def __init__(self, modules: Modules, data: Path) -> None:
        """Find the files.

        Args:
            modules: to measure.
            data: file to collect the lines in; others beside it begin with its name.
        """
        self._functions = {_file(name): functions for name, functions in modules.items()}
        self._data = data
        self._running: coverage.Coverage | None = None

    def start(self) -> None:
        """Begin to record the lines of this process."""
        self._running = self._coverage()
        self._running.start()

    def stop(self) -> None:
        """Save the lines of this process."""
        assert self._running
        self._running.stop()
        self._running.save()

    def share(self) -> tuple[float, list[str]]:
        """Return the share of executed lines, and the other lines as ``FILE:LINE``."""
        measured = self._coverage()
        measured.combine([str(self._data.parent)])
        total, missing = 0, []
        for file, functions in self._functions.items():
            _, statements, _, missed, _ = measured.analysis2(file)
            lines = _function_lines(Path(file), functions)
            total += len(lines.intersection(statements))
            missing += [f"{Path(file).name}:{line}" for line in missed if line in lines]
        return 1 - len(missing) / total, missing

    def _coverage(self) -> coverage.Coverage:
        return coverage.Coverage(
            str(self._data), data_suffix=True, include=list(self._functions), config_file=False
        )


def _file(name: str) -> str:
    found = importlib.import_module(f"samwise_ros.{name}").__file__
    assert found
    return str(Path(found).resolve())


def _function_lines(file: Path, functions: Functions) -> set[int]:
    """Return the lines inside functions: those of the module itself run when it is imported."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef) and functions(node.name):
            end = node.end_lineno or node.lineno
            lines.update(range(node.body[0].lineno, end + 1))
    return lines
