"""A training recipe: what a YAML file may say."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from samwise_ros.network.presets import preset
from samwise_ros.training.settings import arguments, check_choice, check_range, check_types

Task = Literal["prompted", "words", "sentences"]

_TRAINED: dict[Task, tuple[str, ...]] = {
    "prompted": ("sam",),
    "words": ("text_encoder",),
    "sentences": ("cmt_adapters", "prompt", "conditional_memory_encoder"),
}
_SHARES = (
    "causal_share",
    "single_share",
    "absent_share",
    "shape_share",
    "motion_share",
    "late_share",
    "alone_share",
    "swap_share",
    "true_mask_share",
    "prompt_again",
)


@dataclass(frozen=True)
class Losses:
    """What the losses weigh; the defaults are the published ones.

    Attributes:
        focal: of the masks.
        dice: of the masks.
        score: cross-entropy of the object score, which the published training leaves out.
        switch: cross-entropy of the conditional memory encoder.
        over: ``clip`` compares a clip's masks as one volume; ``frame`` compares frame by frame,
            and only where the object is in view.
    """

    focal: float = 1.0
    dice: float = 1.0
    score: float = 0.0
    switch: float = 1.0
    over: Literal["clip", "frame"] = "clip"

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        check_types(self, "losses")
        check_choice("losses: over", self.over, ("clip", "frame"))
        check_range("losses", self, ("focal", "dice", "score", "switch"), 0)


@dataclass(frozen=True)
class Optimizer:
    """How weights are changed; the defaults are the published ones.

    Attributes:
        name: ``adam``, or ``adamw`` with the weight decay apart from the gradient.
        betas: how much of the earlier gradients and of their squares is kept.
        weight_decay: of all trained weights.
        schedule: ``constant``, or ``cosine``: the learning rate falls to zero.
    """

    name: Literal["adam", "adamw"] = "adam"
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    schedule: Literal["constant", "cosine"] = "constant"

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        check_types(self, "optimizer")
        check_choice("optimizer: name", self.name, ("adam", "adamw"))
        check_choice("optimizer: schedule", self.schedule, ("constant", "cosine"))
        if len(self.betas) != 2 or not all(0 <= beta < 1 for beta in self.betas):
            raise ValueError(f"optimizer: betas: expected two from 0 to below 1, got {self.betas}")


@dataclass(frozen=True)
class Evaluate:
    """What is measured while a stage of ``sentences`` trains, and at its end.

    Attributes:
        data: the data set, ``FORMAT:DIR:SPLIT``; ``None``: nothing is measured, unless the command
            line names one.
        every: steps from one evaluation to the next.
        videos: how many of its videos, from the first on.
    """

    data: str | None = None
    every: int = 1000
    videos: int = 20

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        check_types(self, "evaluate")
        check_range("evaluate", self, ("every", "videos"), 1)


_PARTS: dict[str, type[Any]] = {"optimizer": Optimizer, "losses": Losses, "evaluate": Evaluate}


@dataclass(frozen=True)
class Stage:
    """One stage of training.

    Attributes:
        name: for the log and the progress bar.
        task: ``prompted`` trains SAM 2 to segment and track what a click or a box shows,
            ``words`` trains the text encoder on the sentences, ``sentences`` trains adapters,
            prompt and conditional memory encoder with both frozen.
        steps: updates; 0 where ``epochs`` are given.
        epochs: passes over the data set, in each of which as many clips are seen as its sentences
            and frames make.
        batch: videos in an update; sentences in an update of ``words``.
        accumulate: parts in which a batch is computed, where memory is short; each has its own
            means and batch statistics.
        train: modules of the network that learn; all others are frozen, whatever they hold. Empty:
            those of the task.
        frames: frames of a video.
        video_frames: frames of generated videos, of which one is chosen for each clip; longer ones
            move slower from frame to frame. Empty: as many as a clip has.
        in_a_row: whether a clip's frames follow each other, as a camera gives them; else some are
            from all over the video.
        targets: objects or sentences of each video.
        learning_rate: the highest; it rises over ``warmup`` steps.
        warmup: steps.
        decay_steps: length of the cosine, where the stage ends before it; 0: all steps.
        gradient_norm: longer gradients are cut to this.
        causal_share: share of steps in the online mode's parallel form; the others are clips.
        single_share: share of steps on single frames, so that looks are not forgotten.
        absent_share: share of sentences that mean nothing in the video.
        shape_share: share of sentences that are chosen among those that name the shape alone,
            which is the attribute that is learned last.
        motion_share: share of sentences about clips that are chosen among those of other kinds than
            ``attribute``, each kind as often as another.
        late_share: in generated videos the share of actions that begin late.
        alone_share: in generated videos the share of sentences about a motion that name it alone,
            where that is enough.
        swap_share: share of clips on which two sentences get each other's memory when the
            conditional memory encoder is asked, so that it meets many wrong memories.
        true_mask_share: share of steps in which the true masks are memorised.
        prompt_again: share of later frames that are prompted like the first one.
        name_objects: what the loss weighs by which all objects' shapes, colours, sizes and motions
            are asked for, in generated videos only; 0: they are not.
        augment: whether images are flipped, cropped and change their colours.
    """

    name: str
    task: Task
    steps: int = 0
    batch: int = 1
    epochs: int = 0
    accumulate: int = 1
    train: tuple[str, ...] = ()
    frames: int = 1
    video_frames: tuple[int, ...] = ()
    in_a_row: bool = False
    targets: int = 2
    learning_rate: float = 1e-3
    warmup: int = 100
    decay_steps: int = 0
    gradient_norm: float = 1.0
    causal_share: float = 1.0
    single_share: float = 0.0
    absent_share: float = 0.1
    shape_share: float = 0.0
    motion_share: float = 0.0
    late_share: float = 0.0
    alone_share: float = 0.0
    swap_share: float = 0.0
    true_mask_share: float = 0.0
    prompt_again: float = 0.3
    name_objects: float = 0.0
    augment: bool = False

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        where = f"stage {self.name}"
        check_types(self, where)
        check_choice(f"{where}: task", self.task, tuple(_TRAINED))
        check_range(where, self, ("batch", "accumulate", "frames", "targets"), 1)
        check_range(where, self, _SHARES, 0, 1)
        check_range(where, self, ("learning_rate", "gradient_norm", "name_objects"), 0)
        if min(self.steps, self.epochs) < 0 or (self.steps > 0) == (self.epochs > 0):
            raise ValueError(
                f"{where}: expected either steps or epochs, 1 or more, "
                f"got {self.steps} and {self.epochs}"
            )
        if self.swap_share and self.targets != 2:
            raise ValueError(f"{where}: swap_share: expected targets: 2, got {self.targets}")
        if any(one < self.frames for one in self.video_frames):
            raise ValueError(
                f"{where}: video_frames: expected {self.frames} or more, got {self.video_frames}"
            )
        if self.name_objects and self.augment:
            raise ValueError(f"{where}: name_objects: expected augment: false, got true")
        if self.batch % self.accumulate:
            raise ValueError(
                f"{where}: accumulate: expected a divisor of batch {self.batch}, "
                f"got {self.accumulate}"
            )

    @property
    def trained(self) -> tuple[str, ...]:
        """Names of the modules that learn."""
        return self.train or _TRAINED[self.task]


@dataclass(frozen=True)
class Recipe:
    """A whole training.

    Attributes:
        preset: the network's shape; ``None``: that of the model folder from which it starts.
        seed: of the weights and of every choice.
        stages: one after the other.
        data: what is trained on, each ``FORMAT:DIR:SPLIT``; empty where the command line says it.
        optimizer: of all stages.
        losses: of all stages.
        precision: of the forward pass; weights and optimizer are float32 in both.
        evaluate: what is measured meanwhile.
    """

    preset: str | None
    seed: int
    stages: tuple[Stage, ...]
    data: tuple[str, ...] = ()
    optimizer: Optimizer = field(default_factory=Optimizer)
    losses: Losses = field(default_factory=Losses)
    precision: Literal["float32", "bfloat16"] = "float32"
    evaluate: Evaluate = field(default_factory=Evaluate)

    def __post_init__(self) -> None:
        """Refuse an unknown preset, an empty recipe, or two stages of one name."""
        check_types(self, "the recipe")
        if self.preset is not None:
            preset(self.preset)
        if not isinstance(self.data, tuple) or not all(isinstance(one, str) for one in self.data):
            raise ValueError(f"data: expected FORMAT:DIR:SPLIT, one or several, got {self.data}")
        check_choice("precision", self.precision, ("float32", "bfloat16"))
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
            content = yaml.safe_load(path.read_text("utf-8"))
        except (OSError, UnicodeError, yaml.YAMLError) as error:
            raise ValueError(f"{path}: {error}") from error
        try:
            return _recipe(content)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}: {error}") from error


def _recipe(content: Any) -> Recipe:
    if isinstance(content, dict):
        content = {"preset": None, **content}
    values = arguments(content, Recipe, "the recipe")
    if not isinstance(values["stages"], tuple):
        raise ValueError(f"stages: expected a list, got {values['stages']!r}")
    values["stages"] = tuple(
        Stage(**arguments(stage, Stage, f"stage {number}"))
        for number, stage in enumerate(values["stages"], 1)
    )
    if isinstance(values.get("data"), str):
        values["data"] = (values["data"],)
    for name, part in _PARTS.items():
        if name in values:
            values[name] = part(**arguments(values[name], part, name))
    return Recipe(**values)
