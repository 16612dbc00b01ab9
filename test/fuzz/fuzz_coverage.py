"""Measures which lines of a reader's functions the cases of a fuzzer execute."""

import ast
import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import coverage

Modules = Mapping[str, Sequence[str]]
"""Names of modules below ``samwise_ros``, each with functions that do not belong to the reader."""

_DATASET = ("splits", "__len__")
_TORCH = ("_zip_problem", "_read_torch", "_model_state")
MODULES: dict[str, Modules] = {
    "rle": {"data.rle": ("encode",)},
    "mevis": {"data.formats.mevis": _DATASET, "data.formats.meta_expressions": ()},
    "ref_youtube_vos": {"data.formats.ref_youtube_vos": _DATASET},
    "refcoco": {"data.formats.refcoco": _DATASET, "data.pickled": ("_operations",)},
    "recipe": {"training.recipe": ("trained",), "files.documents": ("parse_json", "write_json")},
    "config": {
        "network.checkpoints.config_file": (),
        "network.config": ("stage_widths", "pad_id", "max_tokens", "to_dict"),
        "network.checks": (),
    },
    "tokenizer": {"network.text.tokenizer_file": ()},
    "safetensors": {"network.checkpoints.tensor_files": _TORCH},
    "checkpoint": {"network.checkpoints.tensor_files": ()},
    "memory": {
        "engine.memory.file": ("write",),
        "engine.memory.schema": (),
        "engine.memory.persistence": ("save", "_header", "_tensors", "_named_cameras"),
    },
    "bag": {
        f"cli.bag.{name}": ()
        for name in ("input", "mcap_file", "metadata_file", "recording", "sqlite_file")
    },
    "images": {"vision.image_folder": (), "data.files": ("read_json", "read_lines", "frame_files")},
}
"""The code of each reader. What several readers share stands at one of them."""


class LineCoverage:
    """Lines that were executed in several processes, of the functions of some modules."""

    def __init__(self, modules: Modules, data: Path) -> None:
        """Find the files.

        Args:
            modules: to measure.
            data: file to collect the lines in; others beside it begin with its name.
        """
        self._excluded = {_file(name): set(without) for name, without in modules.items()}
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

    def shares(self) -> tuple[float, list[str]]:
        """Return the share of executed lines, and the others as ``FILE:LINE``."""
        measured = self._coverage()
        measured.combine([str(self._data.parent)])
        total, missing = 0, []
        for file, excluded in self._excluded.items():
            _, statements, _, missed, _ = measured.analysis2(file)
            lines = _function_lines(Path(file), excluded)
            total += len(lines.intersection(statements))
            missing += [f"{Path(file).name}:{line}" for line in missed if line in lines]
        return 1 - len(missing) / max(total, 1), missing

    def _coverage(self) -> coverage.Coverage:
        return coverage.Coverage(
            str(self._data), data_suffix=True, include=list(self._excluded), config_file=False
        )


def _file(name: str) -> str:
    found = importlib.import_module(f"samwise_ros.{name}").__file__
    assert found
    return str(Path(found).resolve())


def _function_lines(file: Path, excluded: set[str]) -> set[int]:
    """Return the lines inside functions: those of the module itself run when it is imported."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name not in excluded:
            end = node.end_lineno or node.lineno
            lines.update(range(node.body[0].lineno, end + 1))
    return lines
