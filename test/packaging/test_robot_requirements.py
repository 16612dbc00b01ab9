"""The robot's requirements leave numpy and OpenCV as apt installed them."""

import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
NUMPY_OF_UBUNTU = "1.26.4"


def requirements_in(path: Path) -> list[Requirement]:
    """Read a requirements file, without the files that it includes."""
    lines = [line.partition(" #")[0].strip() for line in path.read_text().splitlines()]
    found = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    return [one for one in found if one.marker is None or one.marker.evaluate()]


def closure(start: list[Requirement]) -> list[Requirement]:
    """Everything that requirements bring, by the metadata of what is installed."""
    found: list[Requirement] = []
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        requirement = waiting.pop()
        found.append(requirement)
        if requirement.name in seen:
            continue
        seen.add(requirement.name)
        try:
            brought = requires(requirement.name) or []
        except PackageNotFoundError:  # the CUDA libraries of another build of torch
            continue
        parsed = map(Requirement, brought)
        waiting += [
            one for one in parsed if one.marker is None or one.marker.evaluate({"extra": ""})
        ]
    return found


@pytest.fixture(scope="module")
def robot() -> list[Requirement]:
    """All that a robot installs with pip; sam2 goes without its own requirements."""
    return closure(requirements_in(ROOT / "requirements-robot.txt"))


def test_nothing_replaces_opencv(robot: list[Requirement]) -> None:
    assert not [str(one) for one in robot if "opencv" in one.name.lower()]


def test_nothing_needs_a_newer_numpy(robot: list[Requirement]) -> None:
    numpy = [one for one in robot if one.name.lower() == "numpy"]
    assert numpy, "transformers needs numpy"
    assert all(one.specifier.contains(NUMPY_OF_UBUNTU) for one in numpy), list(map(str, numpy))


def test_an_installed_torch_is_kept() -> None:
    (torch,) = (
        one for one in requirements_in(ROOT / "requirements-robot.txt") if one.name == "torch"
    )
    assert torch.specifier.contains("2.5.1")


def test_lowest_versions_are_those_that_are_tested() -> None:
    """pyproject.toml allows what `make test-robot` installs."""
    text = (ROOT / "pyproject.toml").read_text()
    tested = {one.name.lower(): one for one in requirements_in(ROOT / "requirements-ubuntu.txt")}
    for name in ("numpy", "opencv-python-headless", "pillow", "pyyaml", "tqdm"):
        (declared,) = re.findall(rf'"({name}[<>=][^"]*)"', text, re.IGNORECASE)
        (pinned,) = tested[name].specifier
        assert Requirement(declared).specifier.contains(pinned.version), declared
