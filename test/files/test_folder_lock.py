"""Folders that two processes write at once, and what killed processes leave."""

from pathlib import Path

import numpy as np
import pytest

from samwise_ros.cli.main import main
from samwise_ros.cli.segment.mask_folder import MaskFolder
from samwise_ros.files.complete_folder import complete_folder

MASK = np.ones((4, 4), np.bool_)
IN_USE = "another process writes to this folder"


def test_second_writer_of_a_new_folder_is_refused(tmp_path: Path) -> None:
    with complete_folder(tmp_path / "model") as part:
        (part / "file").write_text("first")
        with (
            pytest.raises(ValueError, match=IN_USE),
            complete_folder(tmp_path / "model") as other,
        ):
            (other / "file").write_text("second")
    assert (tmp_path / "model" / "file").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_part_of_a_killed_writer_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".model.part").mkdir()
    (tmp_path / ".model.part" / "old").touch()
    with complete_folder(tmp_path / "model") as part:
        (part / "new").touch()
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["new"]


def test_second_writer_of_masks_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "masks"
    with MaskFolder(folder, ["1"]) as first:
        first.write("1", 0, MASK)
        with pytest.raises(ValueError, match=IN_USE), MaskFolder(folder, ["1"]):
            pass
        first.write("1", 1, MASK)
    assert sorted(path.name for path in (folder / "1").iterdir()) == ["00000.png", "00001.png"]
    with MaskFolder(tmp_path / "empty", ["1"]):
        pass
    assert not (tmp_path / "empty").exists()


def test_linked_mask_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "1").symlink_to(tmp_path / "disk")
    for frames in (2, 1):
        with MaskFolder(tmp_path / "masks", ["1"]) as folder:
            for frame in range(frames):
                folder.write("1", frame, MASK)
        assert (tmp_path / "masks" / "1").is_symlink()
        assert len(list((tmp_path / "disk").iterdir())) == frames
    assert sorted(path.name for path in tmp_path.iterdir()) == ["disk", "masks"]


def test_masks_do_not_replace_the_images(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with MaskFolder(tmp_path, ["1"]) as folder:
        folder.write("1", 0, MASK)
    before = (tmp_path / "1" / "00000.png").read_bytes()
    argv = ["segment", str(tmp_path / "1"), "the red ball", "--masks", str(tmp_path)]
    assert main([*argv, "--out", str(tmp_path / "overlay.mp4")]) == 2
    assert "would be replaced by masks; choose another folder with --masks" in (
        capsys.readouterr().err
    )
    assert (tmp_path / "1" / "00000.png").read_bytes() == before
