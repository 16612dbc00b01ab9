"""Downloads published weights and tokenizers, for `samwise convert`.

The same command goes on where it was cut. Beside each file stands its size and checksum; a file
that is there already is checked against them. What only a browser gets is told instead.

  samwise download --list
  samwise download roberta_base sam2_base_plus
  samwise download https://example.org/final_model_mevis.pth --out downloads
"""

import argparse
from pathlib import Path
from urllib.parse import urlsplit

from samwise_ros.cli.download.catalogue import DOWNLOADS, Download, RemoteFile
from samwise_ros.cli.download.transfer import transfer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise download` takes."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="of the list, or a file's address (http, https)"
    )
    parser.add_argument("--list", action="store_true", help="say what there is, and where")
    parser.add_argument("--out", type=Path, default=Path("downloads"), metavar="FOLDER")


def run(arguments: argparse.Namespace) -> int:
    """Download, or tell."""
    if arguments.list or not arguments.names:
        print("\n".join(_line(name, what) for name, what in DOWNLOADS.items()))
        return 0
    wanted = {name: _find(name) for name in arguments.names}
    status = 0
    for name, what in wanted.items():
        folder = arguments.out / name if name in DOWNLOADS else arguments.out
        if what.by_hand and not (folder / what.files[0].name).exists():
            print(_by_hand(what, folder))
            status = 2
            continue
        for file in what.files:
            record = transfer(file, folder)
            print(f"{folder / file.name}: {record.size} bytes, SHA-256 {record.sha256}")
    return status


def _find(name: str) -> Download:
    if name in DOWNLOADS:
        return DOWNLOADS[name]
    address = urlsplit(name)
    file = Path(address.path).name
    if address.scheme not in ("http", "https") or file in ("", ".."):
        raise ValueError(
            f"{name}: expected one of {', '.join(DOWNLOADS)}, or the address of a file"
        )
    return Download(name, (RemoteFile(file, name),))


def _line(name: str, what: Download) -> str:
    size = sum(file.size or 0 for file in what.files)
    how = "by hand" if what.by_hand else f"{size / 1e6:.0f} MB" if size else ""
    files = "".join(f"\n    {file.name}  {file.address}" for file in what.files)
    return f"{name:24} {how:>8}  {what.about}{files}"


def _by_hand(what: Download, folder: Path) -> str:
    (file,) = what.files
    return (
        f"{what.about}: only a browser gets it. Open {file.address}, choose Download, and save it "
        f"as {folder / file.name}; the same command then records its checksum (none is published)"
    )
