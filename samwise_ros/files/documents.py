"""Reads files of strangers, parses JSON and YAML, and writes JSON."""

import errno
import json
from pathlib import Path
from typing import Any

import yaml

from samwise_ros.files.atomic import write_atomically

_MAX_YAML_CHARACTERS = 2**18
_MAX_YAML_NODES = 100_000
_MAX_YAML_DEPTH = 50

# What PyYAML raises for values that do not fit their tags, such as !!timestamp and !!int.
_BAD_TAGS = (ArithmeticError, AttributeError, LookupError, TypeError, yaml.YAMLError)


def read_regular(path: Path) -> bytes:
    """Read a file, but not a FIFO or device, whose reading could wait or never end.

    Raises:
        OSError: the file is missing, cannot be read, or is not a regular file; names it.
    """
    check_regular(path)
    return path.read_bytes()


def check_regular(path: Path) -> None:
    """Check that a file can be opened without waiting.

    Raises:
        OSError: it is a FIFO, device or socket, also behind a link.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        reason = "Not a regular file but a device, FIFO or socket"
        raise OSError(errno.EINVAL, reason, str(path))


def parse_json(text: str | bytes) -> Any:
    """Parse JSON.

    Raises:
        ValueError: the text is not JSON, or is nested too deep.

    >>> parse_json("[" * 10_000)
    Traceback (most recent call last):
    ValueError: expected JSON of moderate depth, got values nested too deep
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("expected JSON of moderate depth, got values nested too deep") from error


def write_json(path: Path, content: object) -> None:
    """Replace a file by plain data as indented JSON.

    Raises:
        OSError: the file cannot be written; names it. The old file stays.
    """
    write_atomically(path, (json.dumps(content, indent=2) + "\n").encode())


def parse_yaml(text: str, max_characters: int = _MAX_YAML_CHARACTERS) -> Any:
    """Parse YAML of plain data.

    Anchors and merge keys may repeat a value, but not without a bound: 400 bytes of YAML can stand
    for a billion values.

    Raises:
        ValueError: the text is not YAML or too large.
    """
    if len(text) > max_characters:
        raise ValueError(f"expected at most {max_characters} characters of YAML, got {len(text)}")
    try:
        loader = _BoundedLoader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        nodes = _expanded_size(node, {}, ())
        if nodes > _MAX_YAML_NODES:
            raise ValueError(f"expected at most {_MAX_YAML_NODES} values, got {nodes}")
        return loader.construct_document(node)
    except RecursionError as error:
        raise ValueError("expected YAML of moderate depth, got values nested too deep") from error
    except _BAD_TAGS as error:
        raise ValueError(f"expected YAML: {' '.join(str(error).split())}") from error


class _BoundedLoader(yaml.SafeLoader):
    """Refuses deep nesting early: PyYAML's scanner takes a time that is quadratic in the depth."""

    composed = 0

    def fetch_more_tokens(self) -> None:
        if self.flow_level + len(self.indents) > _MAX_YAML_DEPTH:
            raise yaml.YAMLError(f"values are nested deeper than {_MAX_YAML_DEPTH} levels")
        super().fetch_more_tokens()

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.composed += 1
        if self.composed > _MAX_YAML_NODES:
            raise yaml.YAMLError(f"expected at most {_MAX_YAML_NODES} values")
        return super().compose_node(parent, index)


def _expanded_size(node: yaml.Node, known: dict[int, int], parents: tuple[int, ...]) -> int:
    """Count the nodes of a document with every alias replaced by what it stands for."""
    if id(node) in parents:
        raise ValueError("expected YAML without an alias inside the value that it stands for")
    if id(node) not in known:
        children: list[Any] = []
        if isinstance(node, yaml.SequenceNode):
            children = node.value
        elif isinstance(node, yaml.MappingNode):
            children = [child for pair in node.value for child in pair]
        inside = (*parents, id(node))
        known[id(node)] = 1 + sum(_expanded_size(child, known, inside) for child in children)
    return known[id(node)]
