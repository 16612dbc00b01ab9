"""The fuzzed readers of images: fields of headers, chunks, segments and bytes are mutated."""

import functools
import io
import random
import struct
import zlib
from pathlib import Path

import numpy as np
from fuzz_coverage import without
from fuzz_harness import Reader
from fuzz_mutations import mutate_bytes
from PIL import Image

from samwise_ros.data.files import image_size, read_frames, read_object_masks
from samwise_ros.vision.compressed import compressed_to_rgb
from samwise_ros.vision.encodings import ImageError
from samwise_ros.vision.video_reader import VideoReader

_SUFFIXES = ("png", "jpg", "bmp", "tif", "webp")
_MAGIC = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff",
    "bmp": b"BM",
    "tif": b"II*\0",
    "webp": b"RIFF",
}
_NUMBERS = (0, 1, 2, 7, 255, 256, 4097, 30_000, 65_535, 2**24, 2**31 - 1, 2**31, 2**32 - 1)


def _write_images(rng: random.Random, folder: Path) -> None:
    """Write a valid image and a mutated one in the same format."""
    suffix = rng.choice(_SUFFIXES)
    data = _image(
        suffix, rng.choice(("RGB", "L", "P", "I;16")) if suffix in ("png", "tif") else "RGB"
    )
    (folder / f"0.{suffix}").write_bytes(data)
    kind = rng.random()
    if kind < 0.1:
        changed = _image(suffix, "RGB", (rng.randrange(1, 40), rng.randrange(1, 40)))
    elif kind < 0.5 and suffix == "png":
        changed = _mutated_png(rng, data)
    elif kind < 0.5 and suffix == "jpg":
        changed = _mutated_jpeg(rng, data)
    elif kind < 0.7:
        changed = _mutated_number(rng, data)
    else:
        start = len(_MAGIC[suffix]) if rng.random() < 0.8 else 0
        changed = data[:start] + mutate_bytes(rng, data[start:])
    (folder / f"1.{suffix}").write_bytes(changed)


def _read_images(folder: Path) -> None:
    """Read the images as messages, as a video, and as frames and masks of a data set.

    Raises:
        ValueError: of the last of these readers that refuses a file.
    """
    first = next(folder.glob("0.*"))
    second = first.with_stem("1")
    refused: ValueError | None = None
    for read in (
        lambda: _read_message(second),
        lambda: _read_video(folder),
        lambda: image_size(second),
        lambda: read_frames([first, second]),
        lambda: read_object_masks([first, second], [1, 2]),
    ):
        try:
            read()
        except ValueError as error:
            _check_names_a_file(error)
            refused = error
    # Masks are palette or greyscale images; others are accepted as images.
    if refused and "expected a palette or greyscale PNG" not in str(refused):
        raise refused


def _check_names_a_file(error: ValueError) -> None:
    assert any(f"{n}.{suffix}" in str(error) for n in "01" for suffix in _SUFFIXES), error


def _starts_like_an_image(folder: Path) -> bool:
    """Return whether the mutated file has the first bytes of its format."""
    second = max(folder.iterdir())
    return second.stem == "1" and second.read_bytes().startswith(_MAGIC[second.suffix[1:]])


class _Message:
    def __init__(self, path: Path) -> None:
        self.format, self.data = path.suffix, path.read_bytes() if path.is_file() else b""


def _read_video(folder: Path) -> None:
    with VideoReader(folder) as reader:
        assert sum(1 for _ in reader.frames()) == sum(path.is_file() for path in folder.iterdir())
        if problem := reader.problem():
            raise ValueError(f"{problem}: {sorted(folder.iterdir())[-1]}")


def _read_message(path: Path) -> None:
    try:
        image = compressed_to_rgb(_Message(path))
    except ImageError as error:
        raise ValueError(f"{path}: {error}") from error
    assert image.ndim == 3


@functools.cache
def _image(suffix: str, mode: str, size: tuple[int, int] = (16, 12)) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), np.uint8)
    image = Image.fromarray(pixels)
    file = io.BytesIO()
    names = {"jpg": "jpeg", "tif": "tiff"}
    image = image.convert("L") if mode == "I;16" else image  # Pillow has no direct way
    image.convert(mode).save(file, names.get(suffix, suffix))
    return file.getvalue()


def _mutated_number(rng: random.Random, data: bytes) -> bytes:
    """Change a number near the start, where most formats have their sizes."""
    size, order = rng.choice((1, 2, 4)), rng.choice("<>")
    place = rng.randrange(min(len(data), 64) - size)
    number = rng.choice(_NUMBERS) % 2 ** (8 * size)
    value = struct.pack(order + {1: "B", 2: "H", 4: "I"}[size], number)
    return data[:place] + value + data[place + size :]


def _mutated_png(rng: random.Random, data: bytes) -> bytes:
    """Change, remove, repeat or move chunks; their checksums stay right."""
    chunks, place = [], 8
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        chunks.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + size]))
        place += 12 + size
    index, kind = rng.randrange(len(chunks)), rng.randrange(5)
    name, content = chunks[index]
    if kind == 0:
        header = list(struct.unpack(">IIBBBBB", chunks[0][1]))
        field = rng.randrange(len(header))
        header[field] = rng.choice(_NUMBERS) % (2**32 if field < 2 else 256)
        chunks[0] = (b"IHDR", struct.pack(">IIBBBBB", *header))
    elif kind == 1:
        chunks[index] = (name, mutate_bytes(rng, content))
    elif kind == 2:
        rows = rng.choice((b"", b"\0" * 5000, bytes(rng.randbytes(700))))
        chunks[-2] = (b"IDAT", zlib.compress(rows))
    elif kind == 3:
        extra = rng.choice((b"acTL", b"zTXt", b"iCCP", b"PLTE", b"tRNS", b"eXIf", b"IDAT"))
        chunks.insert(index, (extra, rng.randbytes(rng.randrange(40))))
    else:
        del chunks[index]
    return data[:8] + b"".join(
        struct.pack(">I", len(one)) + title + one + struct.pack(">I", zlib.crc32(title + one))
        for title, one in chunks
    )


def _mutated_jpeg(rng: random.Random, data: bytes) -> bytes:
    """Change the content of a segment, or remove or repeat the segment."""
    places = [place for place in range(2, len(data) - 4) if data[place] == 0xFF]
    places = [place for place in places if data[place + 1] in (0xC0, 0xC4, 0xDB, 0xDA, 0xE0)]
    place = rng.choice(places)
    end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    segment, kind = data[place:end], rng.randrange(4)
    if kind == 0:
        size = struct.pack(">H", rng.choice(_NUMBERS) % 65536)
        offset = rng.choice((2, 5, 7))
        segment = segment[:offset] + size + segment[offset + 2 :]
    elif kind == 1:
        segment = segment[:4] + mutate_bytes(rng, segment[4:])
    elif kind == 2:
        segment *= rng.choice((2, 300))
    else:
        segment = b""
    return data[:place] + segment + data[end:]


IMAGE_READER = Reader(
    "images",
    _write_images,
    _read_images,
    _starts_like_an_image,
    {
        "vision.image_folder": without(),
        "data.files": without("read_json", "read_lines", "read_arrays", "frame_files"),
    },
)
