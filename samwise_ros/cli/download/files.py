"""Downloads files with the libraries of their servers, and checks the files.

gdown fetches from Google Drive and plain addresses and resumes its ``.part`` files. Files on
Hugging Face come through huggingface_hub, which resumes within one run only.
"""

import errno
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import gdown
from huggingface_hub import hf_hub_download, is_offline_mode
from tqdm import tqdm

from samwise_ros.cli.download.catalogue import HubFile, RemoteFile
from samwise_ros.network.checkpoints.tensor_files import file_problem

_RETRIES = 3
_TIMEOUT_S = 30.0
_BLOCK_BYTES = 1 << 20
_TENSOR_SUFFIXES = (".bin", ".pth", ".pt", ".safetensors")


def fetch(file: RemoteFile | HubFile, folder: Path, reserve: float = 0.0) -> Path:
    """Return the file's path in a folder, after a download if it is not there yet.

    Args:
        file: what to fetch.
        folder: receives the file; it is created.
        reserve: disk space to leave for later steps, as a multiple of the file's size.

    Raises:
        ValueError: the file, or what the server sent, is not the expected file.
        OSError: the server cannot be reached or refuses, or the disk is full.
    """
    path = folder / file.name
    if path.exists():
        _check(file, path, f"delete {path} to download it again")
        print(f"{path}: already there")
        return path
    folder.mkdir(parents=True, exist_ok=True)
    if file.size is not None:
        _check_disk_space(folder, file.size * (1 + reserve))
    if isinstance(file, HubFile):
        _fetch_from_hub(file, folder)
    else:
        _fetch_from_address(file, path, reserve)
    try:
        _check(file, path, "it is removed; run the same command again")
    except ValueError:
        path.unlink()
        raise
    return path


def _fetch_from_hub(file: HubFile, folder: Path) -> None:
    if is_offline_mode():
        raise OSError(
            f"{file.name}: must be downloaded from Hugging Face, but HF_HUB_OFFLINE is set: "
            f"unset it, or save {file.address} as {folder / file.name}"
        )
    try:
        hf_hub_download(file.repository, file.name, revision=file.revision, local_dir=folder)
    except Exception as error:  # its HTTP library's errors have no common class
        raise OSError(
            f"{file.address}: download failed ({_first_line(error)}); check the network and run "
            f"the same command again, or save the file as {folder / file.name}"
        ) from error


def _fetch_from_address(file: RemoteFile, path: Path, reserve: float) -> None:
    bar: tqdm[NoReturn]
    with tqdm(desc=file.name, unit="B", unit_scale=True, mininterval=0.5) as bar:
        try:
            gdown.download(
                file.address,
                str(path),
                quiet=True,
                use_cookies=False,
                resume=True,
                progress=_progress(bar, path, reserve),
                timeout=_TIMEOUT_S,
                retries=_RETRIES,
            )
        except gdown.FileURLRetrievalError as error:
            # gdown adds general advice; the cause in front of it is what Google Drive says.
            said = _first_line(error.__context__ or error)
            raise OSError(
                f"{file.address}: Google Drive sent a page in place of the file: {said} If too "
                "many people fetched it, wait a day and run the same command again. Or open the "
                f"address in a browser, choose Download, and save the file as {path}; then run "
                "the same command"
            ) from error
        except gdown.DownloadError as error:
            raise OSError(
                f"{file.address}: download interrupted ({_first_line(error)}); run the same "
                f"command to resume. To start again, delete {path}*.part"
            ) from error
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise
            raise OSError(
                f"{file.address}: download failed ({_first_line(error)}); check the address and "
                "the network, and run the same command to resume"
            ) from error


def _progress(
    bar: "tqdm[NoReturn]", path: Path, reserve: float
) -> Callable[[int, int | None], None]:
    """Return gdown's callback: it checks the disk when the size is known, and moves the bar."""

    def report(done: int, total: int | None) -> None:
        if bar.total is None and total is not None:
            _check_disk_space(path.parent, total - done + reserve * total)
            bar.total = total
            bar.initial = bar.n = done
        bar.update(done - bar.n)

    return report


def _check_disk_space(folder: Path, needed: float) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise OSError(
            errno.ENOSPC,
            f"{folder}: needs {needed / 1e6:.0f} MB of disk space, {free / 1e6:.0f} MB are free",
        )


def _check(file: RemoteFile | HubFile, path: Path, action: str) -> None:
    """Compare a file with what is known of it; without a checksum, look at its first bytes."""
    if file.sha256 is None:
        problem = file_problem(path) if path.suffix in _TENSOR_SUFFIXES else None
        if problem is not None:
            raise ValueError(f"{path}: expected a file of tensors, but it is {problem}; {action}")
        return
    size = path.stat().st_size
    found = _sha256(path) if file.size in (None, size) else "not computed"
    if found != file.sha256:
        raise ValueError(
            f"{path}: expected {file.size} bytes with SHA-256 {file.sha256}, got {size} bytes "
            f"with SHA-256 {found}; {action}"
        )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
