"""A path made from data stays below its folder."""

from pathlib import Path

import pytest

from samwise_ros.files.data_path import name_problem, path_below


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("../../../x", "'/' in it"),
        ("/etc/x", "'/' in it"),
        ("..", "'..', which is another folder"),
        (".", "'.', which is another folder"),
        ("", "an empty text"),
        ("a\0b", "'\\x00' in it"),
        ("a\nb", "'\\n' in it"),
        ("a\x1b[2Jb", "'\\x1b' in it"),
        ("a\\b", "'\\\\' in it"),
        ("\udcff", "'\\udcff' in it"),
        ("é" * 128, "256 bytes, more than 255"),
    ],
)
def test_a_name_that_leaves_its_folder_is_refused(name: str, problem: str) -> None:
    assert name_problem(name) == problem
    with pytest.raises(ValueError, match="expected a file name, got") as caught:
        path_below(Path("out"), "video", name)
    assert str(caught.value).endswith(f"expected a file name, got {problem}")
    assert str(caught.value).isascii() or "é" in name


def test_ordinary_names_are_kept() -> None:
    assert path_below(Path("out"), "0062f687f1", "é 1.png") == Path("out/0062f687f1/é 1.png")
