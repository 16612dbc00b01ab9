"""Brings one file here over HTTP: resumed where it was cut, checked, and never half there."""

import errno
import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path

import httpx2
from tqdm import tqdm

from samwise_ros.cli.download.catalogue import RemoteFile

_TRIES = 3  # without a byte
_TIMEOUT_S = 30.0
_BLOCK = 1 << 20
_RANGES = (HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)


@dataclass(frozen=True)
class Record:
    """What is written beside a file, as ``NAME.json``.

    Attributes:
        address: where it came from.
        version: the server's entity tag or date of this version of the file, empty where it has
            none; only bytes of the same version are put together.
        size: in bytes; ``None``: not known yet.
        sha256: of the whole file; ``None``: not whole yet.
    """

    address: str
    version: str
    size: int | None = None
    sha256: str | None = None


def transfer(file: RemoteFile, folder: Path) -> Record:
    """Download a file into a folder, or go on where the last attempt ended.

    A file that is there already is checked against its record and against what is known of it,
    and not asked for again.

    Args:
        file: what to get.
        folder: gets the file and its record; while it is not whole, ``NAME.part``.

    Raises:
        ValueError: the server does not have it, or what it gave is not what is expected.
        OSError: the server cannot be reached, or there is no room.
    """
    path = folder / file.name
    if path.exists():
        return _check(file, path)
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{file.name}.part")
    try:
        _fetch(file, part, path)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise OSError(
            f"{part}: no room; make some, and the same command goes on after {_size(part)} bytes"
        ) from error
    found = Record(file.address, _record(path).version, _size(part), _sha256(part))
    if file.size not in (None, found.size) or file.sha256 not in (None, found.sha256):
        part.unlink()
        _record_file(path).unlink()
        raise ValueError(
            f"{file.address}: gave {found.size} bytes with SHA-256 {found.sha256}, expected "
            f"{file.size} with {file.sha256}; nothing was kept"
        )
    _write(path, found)
    part.replace(path)
    return found


def _check(file: RemoteFile, path: Path) -> Record:
    """Compare a file that is there with its record and with what is known."""
    found = Record(file.address, "", path.stat().st_size, _sha256(path))
    known = _record(path)
    for expected in (known, Record(file.address, "", file.size, file.sha256)):
        if expected.sha256 not in (None, found.sha256):
            raise ValueError(
                f"{path}: is not the file it should be: its SHA-256 is {found.sha256}, expected "
                f"{expected.sha256}; remove it, and the same command downloads it again"
            )
    if known.sha256 is None:
        _write(path, found)
        return found
    return known


def _fetch(file: RemoteFile, part: Path, path: Path) -> None:
    """Write ``part`` until it is whole; a connection that is cut is made again."""
    idle = 0
    with httpx2.Client(follow_redirects=True, timeout=_TIMEOUT_S) as client:
        while True:
            before = _size(part)
            try:
                _append(client, file, part, path)
                return
            except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
                raise OSError(
                    f"{file.address}: cannot be reached ({type(error).__name__}: {error}); is "
                    f"this machine online? A file fetched elsewhere belongs at {path}"
                ) from error
            except (httpx2.TransportError, _CutError) as error:
                idle = 0 if _size(part) > before else idle + 1
                if idle == _TRIES:
                    raise OSError(
                        f"{file.address}: cut again and again, at last after {_size(part)} bytes "
                        f"({type(error).__name__}: {error}); the same command goes on from there"
                    ) from error
            time.sleep(idle)


class _CutError(Exception):
    """The file is not whole yet; asking again may help."""


def _append(client: httpx2.Client, file: RemoteFile, part: Path, path: Path) -> None:
    """Ask once for what is missing."""
    have, known = _size(part), _record(path)
    headers = {"Accept-Encoding": "identity"}
    if have and known.address == file.address and known.version:
        headers |= {"Range": f"bytes={have}-", "If-Range": known.version}
    else:
        have = 0
    with client.stream("GET", file.address, headers=headers) as answer:
        begin, total = _range(answer.headers)
        if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and total == have:
            return
        if answer.status_code in _RANGES and begin != have:
            part.unlink(missing_ok=True)
            raise _CutError("what was here is no part of this file")
        if answer.status_code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise ValueError(
                f"{file.address}: the server answered {answer.status_code} "
                f"{answer.reason_phrase}; if the file has moved, give its new address: "
                "samwise download ADDRESS"
            )
        if answer.status_code == HTTPStatus.OK:
            have = 0
        length = answer.headers.get("Content-Length")
        total = None if length is None else have + int(length)
        if total is not None:
            _refuse(file, part, total, have)
        _write(path, Record(file.address, _version(answer.headers)))
        _save(answer, part, have, total)


def _refuse(file: RemoteFile, part: Path, total: int, have: int) -> None:
    """Raise before anything is written, where it could only end badly."""
    if file.size not in (None, total):
        raise ValueError(
            f"{file.address}: is {total} bytes long, expected {file.size}; it is another file"
        )
    free = shutil.disk_usage(part.parent).free
    if total - have > free:
        raise OSError(f"{part.parent}: needs {total - have} bytes more, has room for {free}")


def _save(answer: httpx2.Response, part: Path, have: int, total: int | None) -> None:
    with (
        part.open("r+b" if have else "wb") as out,
        tqdm(
            desc=part.stem, initial=have, total=total, unit="B", unit_scale=True, mininterval=0.5
        ) as progress,
    ):
        out.seek(have)
        for block in answer.iter_raw():
            out.write(block)
            progress.update(len(block))
        if total is not None and out.tell() != total:
            raise _CutError(f"{out.tell()} of {total} bytes")


def _version(headers: Mapping[str, str]) -> str:
    """Return what tells versions of a file apart; a weak tag does not, byte by byte."""
    tag = headers.get("ETag", "")
    return tag if tag.startswith('"') else headers.get("Last-Modified", "")


def _range(headers: Mapping[str, str]) -> tuple[int | None, int | None]:
    """Read ``Content-Range``: where the bytes begin, and how long the whole file is.

    >>> _range({"Content-Range": "bytes 5-9/10"}), _range({"Content-Range": "bytes */10"})
    ((5, 10), (None, 10))
    """
    place, _, total = headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
    begin = place.partition("-")[0]
    return int(begin) if begin.isdigit() else None, int(total) if total.isdigit() else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _record_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _record(path: Path) -> Record:
    """Read what is recorded of a file; nothing, where there is no record or a damaged one."""
    try:
        return Record(**json.loads(_record_file(path).read_text()))
    except (OSError, TypeError, ValueError):
        return Record("", "")


def _write(path: Path, record: Record) -> None:
    new = path.with_name(f"{path.name}.json.part")
    new.write_text(json.dumps(asdict(record), indent=2) + "\n")
    os.replace(new, _record_file(path))
