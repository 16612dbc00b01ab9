"""What pip installs: the version, the packages, the data files and the extras."""

import shutil
import subprocess
import sys
import zipfile
from email import message_from_string
from email.message import Message
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import pytest

from samwise_ros.cli.extras import EXTRAS

ROOT = Path(__file__).parents[2]
NEEDED_FILES = ("LICENSE", "README.md", "package.xml", "pyproject.toml", "setup.py")
WHEEL = """
import sys
from setuptools import build_meta
build_meta.build_wheel(sys.argv[1])
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel that `pip install .` builds, from a copy of the source."""
    source = tmp_path_factory.mktemp("source")
    for name in NEEDED_FILES:
        shutil.copy(ROOT / name, source)
    for folder in ("samwise_ros", "msg"):
        shutil.copytree(
            ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    command = [sys.executable, "-c", WHEEL, str(source)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return zipfile.ZipFile(next(source.glob("*.whl")))


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    """The wheel's core metadata."""
    (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    return message_from_string(wheel.read(name).decode())


def test_package_xml_is_the_source_of_the_version(metadata: Message) -> None:
    declared = ElementTree.parse(ROOT / "package.xml").findtext("version")
    assert metadata["Version"] == declared
    assert version("samwise_ros") == declared


def test_wheel_holds_every_module_message_and_data_file(wheel: zipfile.ZipFile) -> None:
    package = ROOT / "samwise_ros"
    expected = {path.relative_to(ROOT).as_posix() for path in package.rglob("*.py")}
    expected |= {f"samwise_ros/msg/{path.name}" for path in (ROOT / "msg").iterdir()}
    expected |= {"samwise_ros/py.typed", "samwise_ros/models/tabletop/model.safetensors"}
    assert expected <= set(wheel.namelist())


def test_inference_needs_no_package_of_an_extra(metadata: Message) -> None:
    requirements = metadata.get_all("Requires-Dist", [])
    core = [one for one in requirements if "extra ==" not in one]
    for extra, package in EXTRAS.values():
        assert not [one for one in core if one.startswith(package)]
        of_extra = [one for one in requirements if f'extra == "{extra}"' in one]
        assert [one for one in of_extra if one.startswith(package)], (extra, package)
