"""Adds what package.xml and the folders say to the metadata in pyproject.toml."""

from pathlib import Path
from xml.etree import ElementTree

from setuptools import find_packages, setup

# Relative to the working directory, which is this folder: PEP 517.
VERSION = ElementTree.parse(Path("package.xml")).findtext("version")

setup(
    version=VERSION,
    # Without ROS the messages are only definitions, outside the package's folder.
    packages=[*find_packages(include=["samwise_ros*"]), "samwise_ros.msg"],
)
