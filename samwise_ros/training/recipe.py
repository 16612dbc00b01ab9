"""A training recipe: what a YAML file may say."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import yaml

from samwise_ros.network.presets import preset

Task = Literal["prompted", "words", "sentences"]


@dataclass(frozen=True)
class Stage:
    """One stage of training.

    Attributes:
        name: for the log and the progress bar.
        task: ``prompted`` trains SAM 2 to segment and track what a click or a box shows,
            ``words`` trains the text encoder on the sentences, ``sentences`` trains adapters,
            prompt and conditional memory encoder with both frozen.
        steps: updates.
        train: modules of the network that learn in a stage of ``sentences``; all others are
            frozen, whatever they hold.
        batch: videos in a step; sentences in a step of ``words``.
        frames: frames of a video.
        targets: objects or sentences of each video.
        learning_rate: the highest; it rises over ``warmup`` steps and falls as a cosine.
        warmup: steps.
        decay_steps: length of the cosine, where the stage ends before it; 0: all steps.
        gradient_norm: longer gradients are cut to this.
        causal_share: share of steps in the online mode's parallel form; the others are clips.
        single_share: share of steps on single frames, so that looks are not forgotten.
        absent_share: share of sentences that mean nothing in the video.
        shape_share: share of sentences that are chosen among those that name the shape alone,
            which is the attribute that is learned last.
        true_mask_share: share of steps in which the true masks are memorised.
        prompt_again: share of later frames that are prompted like the first one.
    """

    name: str
    task: Task
    steps: int
    batch: int
    frames: int = 1
    targets: int = 2
    learning_rate: float = 1e-3
    warmup: int = 100
    decay_steps: int = 0
    gradient_norm: float = 1.0
    causal_share: float = 1.0
    single_share: float = 0.0
    absent_share: float = 0.1
    shape_share: float = 0.0
    true_mask_share: float = 0.0
    prompt_again: float = 0.3
    train: tuple[str, ...] = ("cmt_adapters", "prompt", "conditional_memory_encoder")

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        if self.task not in ("prompted", "words", "sentences"):
            raise ValueError(
                f"stage {self.name}: task: expected prompted, words or sentences, got {self.task}"
            )
        for name in ("steps", "batch", "frames", "targets"):
            if getattr(self, name) < 1:
                raise ValueError(f"stage {self.name}: {name}: expected 1 or more")
        for name in (
            "causal_share",
            "single_share",
            "absent_share",
            "shape_share",
            "true_mask_share",
            "prompt_again",
        ):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"stage {self.name}: {name}: expected 0 to 1")


@dataclass(frozen=True)
class Recipe:
    """A whole training.

    Attributes:
        preset: the network's shape.
        seed: of the weights and of every choice.
        stages: one after the other.
    """

    preset: str
    seed: int
    stages: tuple[Stage, ...]

    def __post_init__(self) -> None:
        """Refuse an unknown preset, an empty recipe, or two stages of one name."""
        preset(self.preset)
        names = [stage.name for stage in self.stages]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"stages: expected one or more with different names, got {names}")

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """Read a recipe.

        Raises:
            ValueError: naming the file and what is wrong in it.
        """
        try:
            data: Any = yaml.safe_load(path.read_text())
        except (OSError, yaml.YAMLError) as error:
            raise ValueError(f"{path}: {error}") from error
        try:
            _refuse_unknown(data, cls, "the recipe")
            stages = data.get("stages") or []
            for stage in stages:
                _refuse_unknown(stage, Stage, f"stage {stage.get('name')}")
            return cls(data["preset"], int(data["seed"]), tuple(_stage(s) for s in stages))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: {error}") from error


def _refuse_unknown(data: dict[str, Any], known: type[Any], where: str) -> None:
    unknown = sorted(set(data) - {item.name for item in fields(known)})
    if unknown:
        raise ValueError(f"unknown settings in {where}: {', '.join(unknown)}")


def _stage(data: dict[str, Any]) -> Stage:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
    }
    return Stage(**values)
