"""Training recipes: the settings of a YAML file."""

import reprlib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from samwise_ros.files.data_path import name_problem
from samwise_ros.files.documents import parse_yaml, read_regular
from samwise_ros.network.presets import preset
from samwise_ros.training.settings import arguments, check_choice, check_range, check_types

Task = Literal["objects", "prompted", "words", "sentences"]

_TRAINED: dict[Task, tuple[str, ...]] = {
    "objects": ("sam.image_encoder.trunk",),
    "prompted": ("sam",),
    "words": ("text_encoder",),
    "sentences": ("cmt_adapters", "prompt", "conditional_memory_encoder"),
}


@dataclass(frozen=True)
class LossWeights:
    """Weights of the losses; the defaults are the published values.

    Attributes:
        focal: weight of the focal loss of the masks.
        focal_alpha: weight of the object's cells in the focal loss; the others have 1 - alpha. The
            loss is minimised by the mask of the cells whose probability of being on the object
            exceeds 1 - alpha.
        dice: weight of the dice loss of the masks.
        score: weight of the cross-entropy of the object score; not in the published training.
        switch: weight of the cross-entropy of the conditional memory encoder.
        over: ``clip`` compares a clip's masks as one volume; ``frame`` compares single frames, and
            only those on which the object is in view.
        switch_labels: labels of the conditional memory encoder, from the overlap of the masks with
            and without memory as in the published training (``overlap``), or from the true mask
            (``truth``).
    """

    focal: float = 1.0
    focal_alpha: float = 0.25
    dice: float = 1.0
    score: float = 0.0
    switch: float = 1.0
    over: Literal["clip", "frame"] = "clip"
    switch_labels: Literal["overlap", "truth"] = "overlap"

    def __post_init__(self) -> None:
        """Check the range of each value."""
        check_types(self, "losses")
        check_choice("losses: over", self.over, ("clip", "frame"))
        check_choice("losses: switch_labels", self.switch_labels, ("overlap", "truth"))
        check_range("losses", self, ("focal", "dice", "score", "switch"), 0)
        check_range("losses", self, ("focal_alpha",), 0, 1)


@dataclass(frozen=True)
class OptimizerSettings:
    """Optimizer and schedule; the defaults are the published values.

    Attributes:
        name: ``adam``, ``adamw`` with decoupled weight decay, or ``muon``, see ``Optimizer``.
        betas: decay rates of the running means of gradients and squared gradients; not for the
            matrices of ``muon``, whose momentum is 0.95.
        weight_decay: weight decay of all trained weights.
        schedule: ``constant``, or ``cosine`` for a learning rate that falls to zero.
    """

    name: Literal["adam", "adamw", "muon"] = "adam"
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    schedule: Literal["constant", "cosine"] = "constant"

    def __post_init__(self) -> None:
        """Check the range of each value."""
        check_types(self, "optimizer")
        check_choice("optimizer: name", self.name, ("adam", "adamw", "muon"))
        check_choice("optimizer: schedule", self.schedule, ("constant", "cosine"))
        check_range("optimizer", self, ("weight_decay",), 0)
        if len(self.betas) != 2 or not all(0 <= beta < 1 for beta in self.betas):
            raise ValueError(f"optimizer: betas: expected two values in [0, 1), got {self.betas}")


@dataclass(frozen=True)
class EvaluationSettings:
    """Evaluation during and at the end of a stage with the task ``sentences``.

    Attributes:
        data: data set, ``FORMAT:DIR:SPLIT``; ``None`` for no evaluation. The command line can
            override it.
        every: number of steps between evaluations.
        videos: number of videos, from the first one on.
    """

    data: str | None = None
    every: int = 1000
    videos: int = 20

    def __post_init__(self) -> None:
        """Check the range of each value."""
        check_types(self, "evaluate")
        check_range("evaluate", self, ("every", "videos"), 1)


_PARTS: dict[str, type[Any]] = {
    "optimizer": OptimizerSettings,
    "losses": LossWeights,
    "evaluate": EvaluationSettings,
}


@dataclass(frozen=True)
class Stage:
    """One stage of training.

    Attributes:
        name: name in the log and the progress bar.
        task: ``objects`` trains the image trunk to recognise what all objects are, and in which
            column, ``prompted`` trains SAM 2 to segment and track objects given by a
            click or a box, ``words`` trains the text encoder on sentences, ``sentences`` trains
            adapters, prompt and conditional memory encoder with SAM 2 and text encoder frozen.
        steps: number of steps; 0 if ``epochs`` is set. On single frames every video is then equally
            frequent, otherwise in proportion to its clips.
        epochs: passes over the data set. The number of clips in an epoch follows from the number of
            sentences and frames.
        batch: videos per step; sentences per step for ``words``.
        accumulate: number of parts of a batch, to save memory; each part has separate means and
            batch statistics.
        train: modules to train; all others are frozen. Empty for the modules of the task.
        frames: frames of a clip.
        video_frames: lengths of generated videos, one of which is drawn for each clip; objects move
            slower in longer videos. Empty for the length of a clip.
        in_a_row: take consecutive frames, as from a camera, of videos that are long enough; by
            default some frames come from the whole video.
        targets: objects or sentences of each video.
        learning_rate: peak learning rate, after the warm-up; with ``muon``, its matrices have twice
            this rate.
        warmup: steps of the linear warm-up.
        decay_steps: length of the cosine schedule if longer than the stage; 0 for all steps.
        gradient_norm: maximum norm of the gradients.
        causal_share: fraction of steps in the causal (online) form; the others are in clip form.
        single_share: fraction of steps on single frames.
        absent_share: fraction of sentences that refer to no object of the video, except those that
            ``motion_share`` (for stored videos) or ``swap_share`` selects.
        shape_share: fraction of sentences chosen among those that name only the shape, the
            attribute that is learned last.
        motion_share: fraction of clips whose first sentence is of a kind that needs several frames
            (motion, past), each kind with equal probability. A stored video is then drawn among
            those that have such a sentence.
        late_share: fraction of motions in generated videos that start late.
        alone_share: fraction of motion sentences about generated videos that name only the motion,
            if it identifies the object.
        swap_share: probability that the sentences of a clip swap memories before the conditional
            memory encoder runs, if the first one is about an object and needs only one frame. The
            second one is then about a similar object.
        true_mask_share: fraction of steps in which the true masks are written to the memory.
        prompt_again: fraction of later frames that are prompted like the first one.
        name_objects: weight of the auxiliary losses: what each object is, its column and its
            motion, the target's mask from the features before the decoder, and the words and the
            target's labels from the sentence vector. For painted videos and those of the simulated
            tabletop; 0 for none.
        augment: flip, crop and change the colours of images.
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
        """Check the range of each value."""
        where = f"stage {reprlib.repr(self.name)}"
        check_types(self, where)
        if problem := name_problem(self.name):
            raise ValueError(f"{where}: name: expected a name for a folder, got {problem}")
        where = f"stage {self.name}"
        check_choice(f"{where}: task", self.task, tuple(_TRAINED))
        check_range(where, self, ("batch", "accumulate", "frames", "targets"), 1)
        shares = tuple(item.name for item in fields(self) if item.name.endswith("_share"))
        check_range(where, self, (*shares, "prompt_again"), 0, 1)
        check_range(where, self, ("learning_rate", "name_objects", "warmup", "decay_steps"), 0)
        check_range(where, self, ("gradient_norm",), 1e-6)
        if min(self.steps, self.epochs) < 0 or (self.steps > 0) == (self.epochs > 0):
            raise ValueError(
                f"{where}: expected either steps or epochs, 1 or more, "
                f"got {self.steps} and {self.epochs}"
            )
        if self.swap_share and self.targets != 2:
            raise ValueError(f"{where}: swap_share: expected targets: 2, got {self.targets}")
        if any(length < self.frames for length in self.video_frames):
            raise ValueError(
                f"{where}: video_frames: expected {self.frames} or more, got {self.video_frames}"
            )
        if self.task == "objects" and not self.name_objects:
            raise ValueError(f"{where}: name_objects: expected more than 0, got 0")
        if self.batch % self.accumulate:
            raise ValueError(
                f"{where}: accumulate: expected a divisor of batch {self.batch}, "
                f"got {self.accumulate}"
            )

    @property
    def trained(self) -> tuple[str, ...]:
        """Names of the trained modules."""
        return self.train or _TRAINED[self.task]


@dataclass(frozen=True)
class Recipe:
    """Settings of a whole training.

    Attributes:
        preset: preset of the network; ``None`` for the network of the initial model.
        seed: seed of the weights and of all random choices.
        stages: the stages, in order.
        data: training data, each ``FORMAT:DIR:SPLIT``; empty if the command line sets it.
        optimizer: optimizer of all stages.
        losses: loss weights of all stages.
        precision: precision of the forward pass; weights and optimizer state are float32.
        evaluate: evaluation during training.
    """

    preset: str | None
    seed: int
    stages: tuple[Stage, ...]
    data: tuple[str, ...] = ()
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)
    losses: LossWeights = field(default_factory=LossWeights)
    precision: Literal["float32", "bfloat16"] = "float32"
    evaluate: EvaluationSettings = field(default_factory=EvaluationSettings)

    def __post_init__(self) -> None:
        """Check the preset, the data and the names of the stages."""
        if not isinstance(self.data, tuple) or not all(isinstance(spec, str) for spec in self.data):
            raise ValueError(f"data: expected FORMAT:DIR:SPLIT, one or several, got {self.data}")
        check_types(self, "the recipe")
        if self.preset is not None:
            preset(self.preset)
        check_choice("precision", self.precision, ("float32", "bfloat16"))
        names = [stage.name for stage in self.stages]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"stages: expected at least one, with different names, got {names}")

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """Read a recipe.

        Raises:
            ValueError: the file cannot be read or a setting is invalid.
        """
        try:
            return _recipe(parse_yaml(read_regular(path).decode()))
        except OSError as error:
            raise ValueError(f"{path}: {error.strerror}") from error
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}: {error}") from error


def _recipe(content: Any) -> Recipe:
    if isinstance(content, dict):
        content = {"preset": None, **content}
    values = arguments(content, Recipe, "the recipe")
    if not isinstance(values["stages"], tuple):
        raise ValueError(f"stages: expected a list, got {reprlib.repr(values['stages'])}")
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
