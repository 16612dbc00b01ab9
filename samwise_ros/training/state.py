"""The state from which training resumes: trained weights, and a fingerprint of frozen ones."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from samwise_ros.files.atomic import AtomicFile
from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.model_folder import save_model
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.recipe import Recipe

_FILE = "state.pt"
_RECIPE = "the recipe"
_COMMON = ("preset", "seed", "optimizer", "losses", "precision")


@dataclass(frozen=True)
class TrainingState:
    """State of a training between two steps.

    Attributes:
        settings: settings of the recipe and of each started stage, by name.
        stage: index of the current or next stage.
        step: number of finished steps of that stage.
        seconds: training time of that stage.
        log_bytes: length of the log.
        frozen: fingerprint of the weights that the stage does not train; between stages of the
            whole network.
        learner: trained weights and optimizer state; ``None`` between stages.
        heads: weights of the heads of earlier stages by name.
    """

    settings: dict[str, dict[str, Any]]
    stage: int = 0
    step: int = 0
    seconds: float = 0.0
    log_bytes: int = 0
    frozen: str = ""
    learner: dict[str, Any] | None = None
    heads: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the state to the training's folder atomically.

        Raises:
            OSError: the file cannot be written; the previous state stays.
        """
        path = folder / _FILE
        try:
            with AtomicFile(path) as file:
                torch.save(vars(self), file)
        except RuntimeError as error:  # torch hides the error of the file
            reason = error.__context__ or error
            raise OSError(f"{path}: cannot write the state: {reason}") from error

    @classmethod
    def read(cls, folder: Path, recipe: Recipe) -> "TrainingState":
        """Read the state; the recipe may have new stages at its end.

        Args:
            folder: folder of the training; without a state file the initial state is returned.
            recipe: the recipe to continue with.

        Raises:
            CheckpointError: the file is damaged, or a setting that was in use has changed.
        """
        path = folder / _FILE
        if not path.exists():
            return cls({})
        try:
            state = cls(**torch.load(path, weights_only=True, map_location="cpu"))
        except Exception as error:  # torch.load has no common exception class
            reason = str(error).splitlines()[0]
            raise CheckpointError(
                f"{path}: expected the state of a training: {reason}; use another folder, or "
                "remove this file"
            ) from error
        started = [where for where in state.settings if where != _RECIPE]
        stages = [f"stage {stage.name}" for stage in recipe.stages]
        if set(started) <= set(stages) and started != stages[: len(started)]:
            raise CheckpointError(
                f"{path}: belongs to another recipe: it began with {', '.join(started)}, now "
                f"{', '.join(stages)}; add stages at the end, use another folder, or remove this "
                "file"
            )
        for where, stored in state.settings.items():
            current = settings(recipe, len(recipe.stages)).get(where)
            changed = [
                name for name in stored if current is None or current.get(name) != stored[name]
            ]
            if changed:
                now = "is missing" if current is None else f"is {current.get(changed[0])} now"
                raise CheckpointError(
                    f"{path}: belongs to another recipe: in {where}, {changed[0]} was "
                    f"{stored[changed[0]]} and {now}; use another folder, or remove this file"
                )
        return state


def settings(recipe: Recipe, started: int) -> dict[str, dict[str, Any]]:
    """Return the settings that must not change after the first ``started`` stages have started."""
    common = {name: value for name, value in asdict(recipe).items() if name in _COMMON}
    stages = {f"stage {stage.name}": asdict(stage) for stage in recipe.stages[:started]}
    return {_RECIPE: common, **stages}


def write_model(folder: Path, network: Samwise, tokenizer: SentenceTokenizer) -> None:
    """Write a model folder; each file is replaced atomically."""
    save_model(folder, network, tokenizer)
