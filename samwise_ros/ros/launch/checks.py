"""Checks that a launch file makes before it starts a process.

`ros2 launch` starts processes one after the other, and a launch that fails halfway leaves the first
ones running. The launch files therefore look for everything they need first. The launch process
imports this module: it must not import torch, which takes seconds and may be missing there.
"""

import difflib
import os
import shutil
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from ament_index_python.packages import PackageNotFoundError, get_package_prefix

from samwise_ros.engine.backend.find_model import find_model

#: Set by a launch file that has checked the argument names for the launch files it includes.
NAMES_CHECKED = "samwise_argument_names_checked"

_MODEL_FILES = ("config.json", "model.safetensors", "tokenizer.json")
_BAG_FILES = ("metadata.yaml", "*.mcap", "*.mcap.zstd", "*.db3", "*.db3.zstd")
_PACKAGE = "samwise_ros"
_LAUNCH_SUFFIXES = (".py", ".xml", ".yaml", ".yml")
# Launch configurations that launch_ros and `ros2 launch` set themselves.
_RESERVED = frozenset(
    {
        *("global_params", "ros_namespace", "ros_params", "ros_remaps"),
        *("launch-prefix", "launch-prefix-filter"),
    }
)


class LaunchError(RuntimeError):
    """A launch that cannot succeed; the message lists every problem and its remedy."""


def raise_for(problems: Iterable[str | None]) -> None:
    """Raise if any check found a problem.

    Args:
        problems: what the checks below returned; ``None`` is no problem.

    Raises:
        LaunchError: naming all problems.
    """
    found = [problem for problem in problems if problem is not None]
    if found:
        raise LaunchError("; ".join([*found, "nothing was started"]))


def check_names(
    context: Any, launch_file: str, declared: Iterable[Any], included: Any = None
) -> None:
    """Reject launch arguments that no launch file declares: launch itself ignores them.

    Args:
        context: the ``LaunchContext``.
        launch_file: path of the launch file.
        declared: its ``DeclareLaunchArgument`` actions.
        included: source of the launch file that it includes; ``None`` without one.

    Raises:
        LaunchError: naming the arguments, and similar ones.
    """
    known = [one.name for one in declared]
    if included is not None:
        description = included.get_launch_description(context)
        known += [one.name for one in description.get_launch_arguments()]
    given = directly_given(launch_file, sys.argv, list(context.launch_configurations))
    raise_for([name_problem(given, known)])


def directly_given(
    launch_file: str, program: Sequence[str], configurations: Collection[str]
) -> list[str]:
    """Return the argument names that were meant for a launch file.

    Launch configurations are shared: in an included launch file they also hold the arguments of
    every file around it, whose names are unknown here.

    Args:
        launch_file: path of the launch file whose arguments are checked.
        program: the command line, ``sys.argv``.
        configurations: names of the launch configurations before the file declares its own.

    Returns:
        The names; empty if the command line names another launch file, which includes this one.
    """
    words = [word for word in program[1:] if ":=" not in word]
    named = [
        _is_same_file(Path(word), before, Path(launch_file))
        for before, word in zip(["", *words], words, strict=False)
        if word.endswith(_LAUNCH_SUFFIXES)
    ]
    if NAMES_CHECKED in configurations or (named and not any(named)):
        return []
    return [name for name in configurations if name not in _RESERVED]


def _is_same_file(named: Path, word_before: str, launch_file: Path) -> bool:
    """Return whether `ros2 launch PATH` or `ros2 launch PACKAGE FILE` names a launch file of ours.

    Another package may have a file of the same name that includes ours.
    """
    if len(named.parts) > 1 or named.exists():
        return named.resolve() == launch_file.resolve()
    return named.name == launch_file.name and word_before == _PACKAGE


def name_problem(given: Iterable[str], known: Collection[str]) -> str | None:
    """Describe the launch arguments that no launch file declares.

    Args:
        given: argument names of the command line.
        known: declared names.
    """
    unknown = []
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            unknown.append(f"{name!r}" + (f" (did you mean {close[0]!r}?)" if close else ""))
    if not unknown:
        return None
    return f"unknown launch argument {', '.join(unknown)}; expected one of {', '.join(known)}"


def package_problem(package: str, needed_for: str, executable: str = "") -> str | None:
    """Look for an installed ROS package.

    Args:
        package: its name.
        needed_for: the argument or file that needs it.
        executable: a program that the package must hold; empty: none.
    """
    distribution = os.environ.get("ROS_DISTRO") or "jazzy"
    install = f"sudo apt install ros-{distribution}-{package.replace('_', '-')}"
    try:
        prefix = Path(get_package_prefix(package))
    except PackageNotFoundError:
        return f"{needed_for}: needs the ROS package {package}, which is not installed: {install}"
    program = prefix / "lib" / package / executable
    if executable and not os.access(program, os.X_OK):
        return f"{needed_for}: {program} is missing, reinstall {package}: {install}"
    return None


def player_problem(needed_for: str) -> str | None:
    """Look for the `ros2 bag play` command."""
    if shutil.which("ros2") is None:
        return f"{needed_for}: needs the ros2 command, which is not in PATH: source the setup file"
    return package_problem("ros2bag", needed_for)


def file_problem(argument: str, path: Path) -> str | None:
    """Look for a file to read."""
    if path.is_dir():
        return f"{argument}: expected a file, got the folder {path}"
    if not path.exists():
        return f"{argument}: {path} does not exist"
    return None if os.access(path, os.R_OK) else f"{argument}: {path} is not readable"


def bag_problem(path: Path | None) -> str | None:
    """Look for a recorded bag: an .mcap or .db3 file, or the folder of one recording."""
    if path is None:
        return "bag: expected the recorded folder or file, got none: add bag:=PATH"
    if not path.is_dir():
        return file_problem("bag", path)
    if any(True for pattern in _BAG_FILES for _ in path.glob(pattern)):
        return None
    return f"bag: expected a recording in {path}, found no metadata.yaml, .mcap or .db3 file"


def rate_problem(rate: str) -> str | None:
    """Check the speed of a replay."""
    try:
        valid = 0 < float(rate) < float("inf")
    except ValueError:
        valid = False
    return None if valid else f"rate: expected a number above 0, got {rate!r}"


def model_problem(argument: str, model: str) -> str | None:
    """Look for a model by name or folder, without loading it."""
    try:
        folder = find_model(model)
    except ValueError as error:
        return f"{argument}: {error}"
    missing = [name for name in _MODEL_FILES if not (folder / name).is_file()]
    if missing:
        return f"{argument}: {folder} is not a model folder, it lacks {', '.join(missing)}"
    return None


def memory_problem(argument: str, path: Path) -> str | None:
    """Check that a memory file can be written."""
    if path.is_dir():
        return f"{argument}: expected a file, got the folder {path}"
    if not path.parent.is_dir():
        return f"{argument}: the folder {path.parent} does not exist, create it"
    if not os.access(path.parent, os.W_OK):
        return f"{argument}: the folder {path.parent} is not writable"
    return None
