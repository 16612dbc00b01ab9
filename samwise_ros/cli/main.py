"""The `samwise` command: imports the requested subcommand and runs it.

The module of a subcommand has a docstring with examples, which is its help text,
``add_arguments(parser)`` and ``run(arguments)``, which returns the exit code. Only the requested
module is imported, so that the overview appears at once.
"""

import argparse
import importlib
import io
import os
import select
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NamedTuple

from samwise_ros.cli.extras import missing_extra


class Subcommand(NamedTuple):
    """Where a subcommand is, and one line for the overview."""

    module: str
    summary: str


SUBCOMMANDS = {
    "demo": Subcommand(
        "samwise_ros.cli.demo.subcommand", "run the demo: a camera, the node and changing sentences"
    ),
    "say": Subcommand(
        "samwise_ros.cli.say.subcommand", "send a sentence to the running node and print events"
    ),
    "find": Subcommand(
        "samwise_ros.cli.find.subcommand", "find an object with the running node, and say where"
    ),
    "watch": Subcommand(
        "samwise_ros.cli.watch.subcommand",
        "show targets, rates, events and diagnostics of the running node",
    ),
    "segment": Subcommand(
        "samwise_ros.cli.segment.subcommand", "segment objects in a video, without ROS"
    ),
    "bag": Subcommand(
        "samwise_ros.cli.bag.subcommand", "segment objects in a recorded bag, without ROS"
    ),
    "evaluate": Subcommand("samwise_ros.cli.evaluate", "score a model on a data set"),
    "benchmark": Subcommand(
        "samwise_ros.cli.benchmark", "measure the speed of the network, the engine or the node"
    ),
    "train": Subcommand("samwise_ros.cli.train", "train a model from a recipe"),
    "ablation": Subcommand(
        "samwise_ros.cli.ablation", "train and score ablated variants of the network"
    ),
    "download": Subcommand(
        "samwise_ros.cli.download.subcommand", "download a released model, or weights to train from"
    ),
    "convert": Subcommand("samwise_ros.cli.convert", "convert published weights to a model folder"),
    "verify": Subcommand(
        "samwise_ros.cli.verify.subcommand", "check a model and run it on a short clip"
    ),
    "data": Subcommand(
        "samwise_ros.cli.data.subcommand",
        "check a data set, or write generated videos as a data set",
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: arguments after the program name; ``None`` takes those of the process.

    Returns:
        Exit code: 0 on success or if the reader of the output is gone, 2 for an error that the
        user can correct, 130 after Ctrl-C, else the exit code of the subcommand.
    """
    # Libraries read this variable when they are imported: it disables usage statistics.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    _escape_unencodable()
    given = sys.argv[1:] if argv is None else list(argv)
    name = _overview_parser().parse_args(given[:1]).subcommand
    try:
        status = _run(name, given[1:])
        sys.stdout.flush()
        return status
    except ModuleNotFoundError as error:
        advice = missing_extra(error)
        if advice is None:
            raise
        print(f"samwise {name}: error: {advice}", file=sys.stderr)
        return 2
    except (ValueError, OSError) as error:
        if isinstance(error, BrokenPipeError) and not _has_reader():
            # The reader, such as `head`, has ended. The interpreter would fail to flush the rest.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        print(f"samwise {name}: error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"samwise {name}: interrupted", file=sys.stderr)
        return 130


def _escape_unencodable() -> None:
    """Print characters that the terminal's encoding lacks as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run(name: str, argv: Sequence[str]) -> int:
    """Import a subcommand, parse its arguments and run it."""
    module = importlib.import_module(SUBCOMMANDS[name].module)
    parser = argparse.ArgumentParser(
        prog=f"samwise {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(argv)))


def _has_reader() -> bool:
    """Return whether standard output is open at the other end; always true for a file."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return not poll.poll(0)


class _PrintVersion(argparse.Action):
    """Print the version of package.xml, which colcon and pip install as metadata."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"samwise {version('samwise_ros')}")
        parser.exit()


def _overview_parser() -> argparse.ArgumentParser:
    width = max(map(len, SUBCOMMANDS))
    lines = [f"  {name:{width}}  {one.summary}" for name, one in SUBCOMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="samwise",
        usage="samwise SUBCOMMAND ...",
        description="Segment and track the objects that sentences describe, in camera images.",
        epilog="subcommands:\n" + "\n".join(lines) + "\n\nRun `samwise SUBCOMMAND --help` for "
        "arguments and examples.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="print the version")
    parser.add_argument("subcommand", choices=SUBCOMMANDS, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
