"""The `samwise` command: finds the subcommand and hands over.

A subcommand is a module of this folder, or the module ``subcommand`` of a folder. Its docstring is
its help, with examples;
``add_arguments(parser)`` declares what it takes, and ``run(arguments)`` returns the exit status.
Only the one that is asked for is imported, so that the overview comes at once.
"""

import argparse
import importlib
import io
import os
import select
import sys
from collections.abc import Sequence
from pathlib import Path

SUBCOMMANDS = {
    "demo": "a camera, the node and changing sentences, over ROS 2",
    "say": "tell the running node what to look for, and print what follows",
    "watch": "show live what the running node finds",
    "segment": "mask what sentences mean in a video, without ROS",
    "bag": "mask what sentences mean in a recorded bag, without ROS",
    "evaluate": "score a model's masks on a data set, in one or several ways",
    "benchmark": "measure frames a second and latency, of the engine or of the node",
    "train": "train a model by a recipe",
    "ablation": "train and score variants of the network with parts left out",
    "download": "download and install a released model, or weights to train from",
    "convert": "make a model folder from published weights",
    "verify": "check a model folder on a short clip",
    "data": "look through the folder of a data set, or write generated videos as one",
}
"""The modules of this folder and what they do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the arguments after the program's name; ``None`` takes the process's.

    Returns:
        Exit status: 0 if all went well or nobody reads any more, 2 for what the user can put right,
        130 when interrupted.
    """
    # Libraries read this when they are imported: no usage statistics.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    _escape_unencodable()
    given = sys.argv[1:] if argv is None else list(argv)
    name = _overview().parse_args(given[:1]).subcommand
    folder = (Path(__file__).parent / name).is_dir()
    module = importlib.import_module(f"samwise_ros.cli.{name}" + ".subcommand" * folder)
    parser = argparse.ArgumentParser(
        prog=f"samwise {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    arguments = parser.parse_args(given[1:])
    try:
        status = int(module.run(arguments))
        sys.stdout.flush()
        return status
    except (ValueError, OSError) as error:
        if isinstance(error, BrokenPipeError) and not _is_read():
            # Whoever read has what it wanted, such as `head`; nothing more can be written.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        # Errors of these kinds name the file or setting and say what was expected.
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


def _is_read() -> bool:
    """Tell whether standard output still has a reader, if it ever needed one."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return not poll.poll(0)


def _overview() -> argparse.ArgumentParser:
    """The parser of the first word."""
    width = max(map(len, SUBCOMMANDS))
    lines = [f"  {name:{width}}  {what}" for name, what in SUBCOMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="samwise",
        usage="samwise SUBCOMMAND ...",
        description="Finds and follows in a camera's images what a plain sentence means.",
        epilog="subcommands:\n" + "\n".join(lines) + "\n\n`samwise SUBCOMMAND --help` says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("subcommand", choices=SUBCOMMANDS, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
