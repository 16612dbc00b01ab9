"""Reads the node's parameters from a ROS parameter file.

The launch process imports this module: it must not import torch or launch.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from samwise_ros.files.documents import parse_yaml, read_regular
from samwise_ros.interface.topics import NODE_NAME
from samwise_ros.ros.launch.checks import LaunchError


def read_parameters(path: Path, namespace: str) -> dict[str, Any]:
    """Read the node's parameters from a ROS parameter file.

    Args:
        path: of the YAML file.
        namespace: of the node; empty: none.

    Raises:
        LaunchError: the file is not a ROS parameter file.
    """
    try:
        content = parse_yaml(read_regular(path).decode())
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise LaunchError(f"params_file: {path} cannot be read: {reason}") from error
    if not isinstance(content, dict):
        raise LaunchError(f"params_file: {path}: expected nodes and their ros__parameters")
    found: dict[str, Any] = {}
    for name, parameters in _sections(content, ""):
        if _matches(name, full_name(namespace)):
            found.update(parameters)
    return found


def full_name(namespace: str) -> str:
    """Return the node's full name.

    >>> full_name(""), full_name("/robot")
    ('/samwise_node', '/robot/samwise_node')
    """
    return "/".join(["", *namespace.strip("/").split("/"), NODE_NAME]).replace("//", "/")


def _sections(content: dict[Any, Any], prefix: str) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the node names of a parameter file, which may be nested, with their parameters."""
    for key, value in content.items():
        if not isinstance(value, dict):
            continue
        if key == "ros__parameters":
            yield prefix, value
        else:
            yield from _sections(value, f"{prefix}/{str(key).strip('/')}")


def _matches(pattern: str, name: str) -> bool:
    """Match a node's full name as rcl does: * is one part of the name, ** any number of them."""
    parts = [
        {"**": r"(/[^/]+)*", "*": r"/[^/]+"}.get(part, "/" + re.escape(part))
        for part in pattern.strip("/").split("/")
    ]
    return re.fullmatch("".join(parts), name) is not None
