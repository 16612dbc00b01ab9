"""Where model folders are: shipped with the package, installed by `samwise download`, or a path."""

import os
from dataclasses import dataclass
from pathlib import Path

from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.presets import PRESETS

SHIPPED = Path(__file__).parents[2] / "models"
"""The folder of the models that come with the package."""


@dataclass(frozen=True)
class ReleasedModel:
    """A checkpoint that SAMWISE's authors publish.

    Attributes:
        about: what it was trained on.
        file: the checkpoint's name.
        trained_frames: frames of the training clips, 1 for images.
        preset: name of the network's shape.
    """

    about: str
    file: str
    trained_frames: int
    preset: str = "base_plus"


RELEASED_MODELS: dict[str, ReleasedModel] = {
    "samwise_mevis": ReleasedModel("trained on MeViS", "final_model_mevis.pth", 8),
    "samwise_ref_youtube_vos": ReleasedModel(
        "trained on Ref-YouTube-VOS, also for Ref-DAVIS17", "final_model_ytvos.pth", 8
    ),
    "samwise_refcoco": ReleasedModel(
        "pre-trained on images, RefCOCO/+/g", "pretrained_model.pth", 1
    ),
}
"""The models that `samwise download` installs, by name."""


def data_home() -> Path:
    """Return the folder for downloaded files and installed models.

    ``$SAMWISE_HOME``, else ``$XDG_CACHE_HOME/samwise_ros``, else ``~/.cache/samwise_ros``.

    Raises:
        CheckpointError: none of them is known.
    """
    if home := os.environ.get("SAMWISE_HOME"):
        return Path(home).absolute()
    cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if cache.is_absolute():
        return cache / "samwise_ros"
    try:
        return Path.home() / ".cache" / "samwise_ros"
    except RuntimeError as error:
        raise CheckpointError(
            "this user has no home folder: set SAMWISE_HOME to a folder for models"
        ) from error


def installed_folder(name: str) -> Path:
    """Return where the model of this name is installed, whether it is there or not."""
    return data_home() / "models" / name


def find_model(model: str) -> Path:
    """Return a model's folder: that of a shipped model, an installed model, or a path.

    Raises:
        CheckpointError: there is no such folder; for a released model that is not installed,
            the message names the command that installs it.
    """
    if is_shipped(model):
        return SHIPPED / model
    installed = _installed()
    if model in installed:
        return installed[model]
    if model and Path(model).is_dir():
        return Path(model)
    if model in RELEASED_MODELS:
        raise CheckpointError(
            f"{model}: this model is not installed; install it with `{download_command(model)}`"
        )
    hint = ""
    if model in PRESETS:
        hint = "; it is a preset without weights: make a model folder with `samwise convert`"
    raise CheckpointError(
        f"{model}: no such model folder; expected a path, or one of "
        f"{', '.join(_known(installed))}{hint}"
    )


def is_shipped(model: str) -> bool:
    """Return whether a model's name is that of a model that comes with the package.

    >>> is_shipped("tabletop"), is_shipped("./tabletop"), is_shipped("..")
    (True, False, False)
    """
    return model in _folders(SHIPPED)


def shipped_model_note(model: str) -> str:
    """Return the note for a user who runs a shipped model on images that are not generated."""
    name = next(iter(RELEASED_MODELS))
    return (
        f"note: {model} only knows its generated world of simple objects on a table. For real "
        f"scenes: `{download_command(name)}`, then --model {name}"
    )


def download_command(name: str) -> str:
    """Return the command line that installs a released model."""
    return f"samwise download {name}"


def _installed() -> dict[str, Path]:
    try:
        return _folders(data_home() / "models")
    except CheckpointError:
        return {}


def _folders(parent: Path) -> dict[str, Path]:
    """Return the folders inside a folder by name; those of unfinished work begin with a dot."""
    return {path.name: path for path in parent.glob("[!.]*") if path.is_dir()}


def _known(installed: dict[str, Path]) -> list[str]:
    return sorted({*_folders(SHIPPED), *installed, *RELEASED_MODELS})
