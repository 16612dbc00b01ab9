"""The option that selects a node, of `samwise say`, `find` and `watch`."""

import argparse

from samwise_ros.client.names import DEFAULT_NODE, full_node_name


def add_node_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--node``."""
    parser.add_argument(
        "--node",
        type=_node_name,
        default="",
        metavar="NAME",
        help=f"full name of the node, such as /kitchen{DEFAULT_NODE} (default: {DEFAULT_NODE}, "
        "else the only samwise node)",
    )


def _node_name(text: str) -> str:
    try:
        return full_node_name(text) if text else ""
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
