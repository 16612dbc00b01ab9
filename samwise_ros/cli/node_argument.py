"""The option that selects a node, of `samwise say`, `find` and `watch`."""

import argparse

from samwise_ros.client.names import DEFAULT_NODE


def add_node_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--node``."""
    parser.add_argument(
        "--node",
        default="",
        metavar="NAME",
        help=f"full name of the node, such as /kitchen{DEFAULT_NODE} (default: {DEFAULT_NODE}, "
        "else the only samwise node)",
    )
