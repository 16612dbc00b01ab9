"""Reading of data set files; errors name the damaged file."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from pictures import HEIGHT, RED, WIDTH, box, write_annotation, write_photo
from PIL import Image

from samwise_ros.data.dataset import DatasetError
from samwise_ros.data.files import (
    image_size,
    read_frames,
    read_json,
    read_lines,
    read_object_masks,
)


def test_frames_are_rgb(tmp_path: Path) -> None:
    write_photo(tmp_path / "a.jpg", RED)
    write_photo(tmp_path / "b.jpg", (0, 0, 250))
    frames = read_frames([tmp_path / "a.jpg", tmp_path / "b.jpg", tmp_path / "a.jpg"])
    assert frames.shape == (3, HEIGHT, WIDTH, 3)
    assert np.abs(frames[:, 0, 0].astype(int) - [RED, (0, 0, 250), RED]).max() < 8


def test_exif_orientation_is_ignored(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees
    Image.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / "a.jpg", exif=exif)
    assert read_frames([tmp_path / "a.jpg"]).shape == (1, HEIGHT, WIDTH, 3)
    assert image_size(tmp_path / "a.jpg") == (HEIGHT, WIDTH)


def test_frames_of_different_sizes_raise(tmp_path: Path) -> None:
    write_photo(tmp_path / "a.jpg")
    write_photo(tmp_path / "b.jpg", width=WIDTH + 2)
    with pytest.raises(DatasetError, match=r"b.jpg: 26 x 16 pixels, but a.jpg .* has 24 x 16"):
        read_frames([tmp_path / "a.jpg", tmp_path / "b.jpg"])


def test_annotation_pixels_are_object_numbers(tmp_path: Path) -> None:
    write_annotation(tmp_path / "a.png", {1: (0, 0, 4, 4), 2: (8, 8, 12, 12)})
    masks = read_object_masks([tmp_path / "a.png"], [2, 1, 5])
    empty = np.zeros((HEIGHT, WIDTH), bool)
    np.testing.assert_array_equal(masks[:, 0], [box(8, 8, 12, 12), box(0, 0, 4, 4), empty])


def test_greyscale_annotation_is_read(tmp_path: Path) -> None:
    Image.fromarray(box(0, 0, 4, 4).astype(np.uint8)).save(tmp_path / "a.png")
    np.testing.assert_array_equal(
        read_object_masks([tmp_path / "a.png"], [1])[0, 0], box(0, 0, 4, 4)
    )


def test_colour_annotation_raises(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    with pytest.raises(
        DatasetError, match=r"a.png: expected a palette or greyscale PNG, got .*RGB"
    ):
        read_object_masks([tmp_path / "a.png"], [1])


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_damaged_image_raises(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    for read in (
        lambda path: read_frames([path]),
        lambda path: read_object_masks([path], [1]),
        image_size,
    ):
        with pytest.raises(DatasetError, match=r"a.png: .*get the file again"):
            read(tmp_path / "a.png")


def test_truncated_annotation_raises(tmp_path: Path) -> None:
    write_annotation(tmp_path / "a.png", {1: (0, 0, 4, 4)})
    whole = (tmp_path / "a.png").read_bytes()
    for length in range(20, len(whole) - 24, 7):
        (tmp_path / "a.png").write_bytes(whole[:length])
        with pytest.raises(DatasetError, match=r"a.png: cannot be read"):
            read_object_masks([tmp_path / "a.png"], [1])


def test_stated_length_of_an_annotation_is_not_allocated(tmp_path: Path) -> None:
    write_annotation(tmp_path / "a.png", {1: (0, 0, 4, 4)})
    head, data = (tmp_path / "a.png").read_bytes().split(b"IDAT", 1)
    (tmp_path / "a.png").write_bytes(head[:-4] + (2**31 - 1).to_bytes(4, "big") + b"IDAT" + data)
    tracemalloc.start()
    read_object_masks([tmp_path / "a.png"], [1])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**24


def test_missing_file_raises(tmp_path: Path) -> None:
    for read in (
        lambda path: read_frames([path]),
        lambda path: read_object_masks([path], [1]),
        image_size,
        read_json,
        read_lines,
    ):
        with pytest.raises(DatasetError, match=r"none.png: no such file"):
            read(tmp_path / "none.png")


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe{", b"[" * 100_000])
def test_invalid_json_raises(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(DatasetError, match=r"a.json: expected JSON"):
        read_json(tmp_path / "a.json")


def test_folder_instead_of_file_raises(tmp_path: Path) -> None:
    for read in (read_json, read_lines, image_size):
        with pytest.raises(DatasetError, match=r"cannot be read: Is a directory"):
            read(tmp_path)
