"""Files of strangers: FIFOs, and YAML that stands for more than it says."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from samwise_ros.data.files import image_size, read_json, read_lines, read_object_masks
from samwise_ros.data.pickled import read_plain_pickle
from samwise_ros.files.documents import parse_yaml
from samwise_ros.ros.launch.parameter_file import read_parameters
from samwise_ros.training.recipe import Recipe

READERS: list[Callable[[Path], object]] = [
    read_json,
    read_lines,
    image_size,
    lambda path: read_object_masks([path], [1]),
    read_plain_pickle,
    Recipe.read,
    lambda path: read_parameters(path, ""),
]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("is_link", [False, True])
def test_fifos_are_refused_at_once(
    tmp_path: Path, read: Callable[[Path], object], is_link: bool
) -> None:
    path = tmp_path / "file"
    os.mkfifo(tmp_path / "pipe" if is_link else path)
    if is_link:
        path.symlink_to("pipe")
    with pytest.raises((ValueError, RuntimeError), match="Not a regular file") as refused:
        read(path)
    assert str(path) in str(refused.value)


def _merges(depth: int) -> str:
    lines = ["k0: &k0 {a: 1, b: 2}"]
    return "\n".join(
        [*lines, *(f"k{n}: &k{n} {{<<: [*k{n - 1}, *k{n - 1}]}}" for n in range(1, depth))]
    )


@pytest.mark.parametrize("text", [_merges(60), "[" + "{}," * 600_000 + "]"], ids=["merge", "long"])
def test_yaml_of_many_values_is_refused_in_seconds(text: str) -> None:
    begin = time.process_time()
    with pytest.raises(ValueError, match=r"expected .*at most 100000 values"):
        parse_yaml(text, 2**22)
    assert time.process_time() - begin < 30
