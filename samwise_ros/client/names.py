"""The node's usual name, and topic names as declared in `samwise_ros.interface.topics`."""

from samwise_ros.interface.topics import NODE_NAME

#: Name of the node in the launch file, without a namespace.
DEFAULT_NODE = f"/{NODE_NAME}"


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
