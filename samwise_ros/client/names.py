"""The node's usual name, and topic names as declared in `samwise_ros.interface.topics`."""

import re

from samwise_ros.interface.topics import NODE_NAME

#: Name of the node in the launch file, without a namespace.
DEFAULT_NODE = f"/{NODE_NAME}"
_NODE_NAME = re.compile(r"(/[A-Za-z_][A-Za-z0-9_]*)+")


def full_node_name(name: str) -> str:
    """Return a node's full name with its namespace.

    Raises:
        ValueError: ROS 2 does not allow the name.

    >>> full_node_name("kitchen/samwise_node")
    '/kitchen/samwise_node'
    """
    full = f"/{name.strip('/')}"
    if not _NODE_NAME.fullmatch(full):
        raise ValueError(
            f"node name: expected letters, digits, _ and /, such as {DEFAULT_NODE}, got {name!r}"
        )
    return full


def resolve_topic(declared: str, node: str = DEFAULT_NODE, camera: str = "camera") -> str:
    """Return the full name of a declared topic, such as ``MASK.name``.

    Args:
        declared: name with ``~`` for the node and ``<camera>`` for a camera.
        node: full name of the node.
        camera: name of the camera.

    >>> resolve_topic("~/<camera>/mask", "/kitchen/samwise_node", "left")
    '/kitchen/samwise_node/left/mask'
    """
    return declared.replace("~", node).replace("<camera>", camera)
