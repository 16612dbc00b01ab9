"""Parses JSON and YAML from untrusted files, and writes JSON."""

import json
from pathlib import Path
from typing import Any

import yaml

from samwise_ros.files.atomic import write_atomically

_MAX_YAML_BYTES = 2**18
_MAX_YAML_NODES = 100_000
_MAX_YAML_DEPTH = 50

# What PyYAML raises for values that do not fit their tags, such as !!timestamp and !!int.
_BAD_TAGS = (ArithmeticError, AttributeError, LookupError, TypeError, yaml.YAMLError)


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


def parse_yaml(text: str) -> Any:
    """Parse YAML of plain data.

    Anchors and merge keys may repeat a value, but not without a bound: 400 bytes of YAML can stand
    for a billion values.

    Raises:
        ValueError: the text is not YAML or too large.
    """
    if len(text) > _MAX_YAML_BYTES:
        raise ValueError(f"expected at most {_MAX_YAML_BYTES} characters of YAML, got {len(text)}")
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

    def fetch_more_tokens(self) -> None:
        if self.flow_level + len(self.indents) > _MAX_YAML_DEPTH:
            raise yaml.YAMLError(f"values are nested deeper than {_MAX_YAML_DEPTH} levels")
        super().fetch_more_tokens()


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
