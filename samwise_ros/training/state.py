"""What a training goes on from: a file with what is trained, and the name of what is not."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from samwise_ros.files.atomic import replacing
from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.model_folder import save_model
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.recipe import Recipe

_FILE = "state.pt"
_COMMON = ("preset", "seed", "optimizer", "losses", "precision")


@dataclass(frozen=True)
class State:
    """A training between two steps.

    Attributes:
        settings: those of the recipe, and of each stage that was begun, by name.
        stage: index of the stage that is next or under way.
        step: of that stage.
        seconds: trained in that stage.
        log_bytes: length of the log.
        frozen: fingerprint of what the stage does not train; of the whole network between stages.
        learner: weights and optimizer of what it trains; ``None`` between stages.
    """

    settings: dict[str, dict[str, Any]]
    stage: int = 0
    step: int = 0
    seconds: float = 0.0
    log_bytes: int = 0
    frozen: str = ""
    learner: dict[str, Any] | None = None

    def write(self, folder: Path) -> None:
        """Write the state into the training's folder, whole or not at all."""
        with replacing(folder / _FILE) as file:
            torch.save(vars(self), file)

    @classmethod
    def read(cls, folder: Path, recipe: Recipe) -> "State":
        """Read the state of this recipe, or of one to which later stages were appended since.

        Args:
            folder: of the training; without a state in it nothing has begun.
            recipe: by which it shall go on.

        Raises:
            CheckpointError: the file is damaged, or a setting that had its effect has changed.
        """
        path = folder / _FILE
        if not path.exists():
            return cls({})
        try:
            state = cls(**torch.load(path, weights_only=True, map_location="cpu"))
        except Exception as error:  # torch names no common class for its reasons
            reason = str(error).splitlines()[0]
            raise CheckpointError(
                f"{path}: not a training's state: {reason}; give another folder, or remove this one"
            ) from error
        for where, theirs in state.settings.items():
            ours = settings(recipe, len(recipe.stages)).get(where)
            changed = [name for name in theirs if ours is None or ours.get(name) != theirs[name]]
            if changed:
                now = "is not there" if ours is None else f"is {ours.get(changed[0])} now"
                raise CheckpointError(
                    f"{path}: belongs to another recipe: in {where}, {changed[0]} was "
                    f"{theirs[changed[0]]} and {now}; give another folder, or remove this one"
                )
        return state


def settings(recipe: Recipe, begun: int) -> dict[str, dict[str, Any]]:
    """Return what must stay as it is, once the first ``begun`` stages have begun."""
    common = {name: value for name, value in asdict(recipe).items() if name in _COMMON}
    stages = {f"stage {stage.name}": asdict(stage) for stage in recipe.stages[:begun]}
    return {"the recipe": common, **stages}


def publish(folder: Path, network: Samwise, tokenizer: SentenceTokenizer) -> None:
    """Write a model folder, each of its files whole or not at all."""
    save_model(folder, network, tokenizer)
