"""Download published weights.

The SAMWISE models are installed as model folders: `--model samwise_mevis` and, in ROS,
`model:=samwise_mevis` find them by name. They are installed in $SAMWISE_HOME/models, by default
$XDG_CACHE_HOME/samwise_ros/models or ~/.cache/samwise_ros/models. SAM 2 and the text encoders
are initial weights for training (see `samwise convert parts`).

After an interruption, run the same command again to resume. A file that exists is checked and not
downloaded again.

Examples:
  samwise download samwise_mevis
  samwise download --list
  samwise download sam2_base_plus roberta_base --out downloads
"""

import argparse
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from samwise_ros.cli.convert import released_network
from samwise_ros.cli.download.catalogue import DOWNLOADS, Download, RemoteFile
from samwise_ros.cli.download.files import fetch
from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.checkpoints.model_folder import load_tokenizer, save_new_model
from samwise_ros.network.checkpoints.model_home import RELEASED_MODELS, data_home, installed_folder
from samwise_ros.network.presets import preset

_RESERVE = 1.0  # the model folder beside a checkpoint is at most as large


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise download`."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a name from --list, or the URL of a file"
    )
    parser.add_argument("--list", action="store_true", help="print all names and URLs")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="folder for the downloaded files (default: downloads in $SAMWISE_HOME, else in "
        "~/.cache/samwise_ros)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Download files and install models, or print the list."""
    if arguments.list or not arguments.names:
        print("\n".join(_line(name, what) for name, what in DOWNLOADS.items()))
        return 0
    downloads = {name: _find(name) for name in arguments.names}
    out = arguments.out or data_home() / "downloads"
    for name, what in downloads.items():
        # Files of two addresses can have one name.
        subfolder = name if name in DOWNLOADS else sha256(name.encode()).hexdigest()[:12]
        folder = out if arguments.out and name not in DOWNLOADS else out / subfolder
        if name in RELEASED_MODELS:
            _install(name, what, folder)
            continue
        for file in what.files:
            print(f"{fetch(file, folder)}: complete")
    return 0


def _install(name: str, what: Download, folder: Path) -> None:
    """Download a released checkpoint and its tokenizer, and make the model folder.

    Raises:
        ValueError: a file is not the expected one.
        OSError: a download or the installation failed; no incomplete model folder is left.
    """
    target = installed_folder(name)
    if (target / "config.json").is_file():
        print(f"{name}: already installed in {target}")
        return
    paths = [fetch(file, folder, _RESERVE) for file in what.files]
    tokenizer_file, checkpoint = paths
    model = RELEASED_MODELS[name]
    config = preset(model.preset)
    tokenizer = load_tokenizer(tokenizer_file, config)
    try:
        network = released_network(checkpoint, config, model.trained_frames)
    except CheckpointError as error:
        raise CheckpointError(f"{error}; delete {checkpoint} to download it again") from error
    save_new_model(target, network, tokenizer)
    print(
        f"{name}: installed in {target}\n"
        f"fingerprint {fingerprint(network)}\n"
        f"Check it with `samwise verify {name}`. {checkpoint} is no longer needed."
    )


def _find(name: str) -> Download:
    if name in DOWNLOADS:
        return DOWNLOADS[name]
    address = urlsplit(name)
    file = Path(address.path).name
    if address.scheme not in ("http", "https") or file in ("", "..", "view"):
        raise ValueError(
            f"{name}: expected the address of a file, or one of {', '.join(DOWNLOADS)}"
        )
    return Download(name, (RemoteFile(file, name),))


def _line(name: str, what: Download) -> str:
    known = [file.size for file in what.files if file.size is not None]
    size = f"{sum(known) / 1e6:.0f} MB" if len(known) == len(what.files) else ""
    files = "".join(f"\n    {file.name}  {file.address}" for file in what.files)
    return f"{name:24} {size:>8}  {what.about}{files}"
