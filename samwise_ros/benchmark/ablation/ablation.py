"""Runs the paper's ablations: a short training of each variant of the network."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tqdm import tqdm

from samwise_ros.benchmark.ablation.results import MODES, AblationResults, Outcome
from samwise_ros.benchmark.ablation.variants import VARIANTS, Variant, build_untrained
from samwise_ros.benchmark.machine import describe_machine
from samwise_ros.data.dataset import Dataset
from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.engine.backend.find_model import DEFAULT_MODEL
from samwise_ros.evaluation.records import Records, VideoRecord
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runner import EvaluationConfig, evaluate
from samwise_ros.files.atomic import write_atomically
from samwise_ros.files.documents import write_json
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.recipe import Recipe
from samwise_ros.training.state import write_model
from samwise_ros.training.trainer import Trainer


@dataclass(frozen=True)
class AblationConfig:
    """Settings of an ablation.

    Attributes:
        recipe: recipe that trains each variant.
        folder: output folder, with a subfolder for each variant, ``ablation.json`` and
            ``ablation.md``.
        init: model with the frozen SAM 2 and text encoder.
        data: evaluation data, ``FORMAT:DIR:SPLIT``.
        videos: number of videos, from the first one on.
        variants: names of the variants to compare.
    """

    recipe: Recipe
    folder: Path
    init: str = DEFAULT_MODEL
    data: str = "painted:test"
    videos: int = 100
    variants: tuple[str, ...] = tuple(variant.name for variant in VARIANTS)

    def __post_init__(self) -> None:
        """Check the range of each value."""
        known = [variant.name for variant in VARIANTS]
        if not self.variants or set(self.variants) - set(known):
            raise ValueError(f"variants: expected some of {', '.join(known)}, got {self.variants}")
        if self.videos < 1:
            raise ValueError(f"videos: expected 1 or more, got {self.videos}")


def run_ablation(config: AblationConfig) -> AblationResults:
    """Train and evaluate the variants; resume an interrupted ablation.

    Raises:
        ValueError: a file or setting cannot be used, or the folder holds an ablation with other
            settings.
        KeyboardInterrupt: a signal stopped the ablation; the same call resumes it.
    """
    base, tokenizer = load_model(config.init)
    dataset = open_dataset(config.data)
    chosen = [variant for variant in VARIANTS if variant.name in config.variants]
    outcomes = []
    for variant in tqdm(chosen, desc="ablation", unit="variant"):
        folder = config.folder / variant.name
        network = build_untrained(variant, base, config.recipe.seed)
        _write_or_check_initial_model(folder / "untrained", network, tokenizer)
        Trainer(config.recipe, folder / "trained", init=str(folder / "untrained")).run()
        outcomes.append(_evaluate(variant, folder, dataset, config))
    results = AblationResults(tuple(outcomes))
    content = {
        "init": config.init,
        "recipe": asdict(config.recipe),
        "machine": describe_machine(),
        "variants": [outcome.to_json() for outcome in outcomes],
    }
    write_json(config.folder / "ablation.json", content)
    write_atomically(config.folder / "ablation.md", (results.to_markdown() + "\n").encode())
    return results


def _write_or_check_initial_model(
    folder: Path, network: Samwise, tokenizer: SentenceTokenizer
) -> None:
    """Write the initial model of a training, or check that the existing one is the same."""
    if not folder.exists():
        write_model(folder, network, tokenizer)
    elif fingerprint(load_model(str(folder))[0]) != fingerprint(network):
        raise ValueError(
            f"{folder}: expected the initial model of this seed and --init, found another; "
            "use another folder with --out"
        )


def _evaluate(variant: Variant, folder: Path, dataset: Dataset, config: AblationConfig) -> Outcome:
    network, tokenizer = load_model(str(folder / "trained" / "model"))
    run_configs = tuple(
        RunConfig(mode, correction) for mode in MODES for correction in variant.published
    )
    settings = {"data": config.data, "weights": fingerprint(network)}
    records = Records(VideoRecord.from_line, folder / "evaluated", settings)
    evaluation = EvaluationConfig(run_configs, config.videos)
    results = evaluate(network, tokenizer, dataset, evaluation, records=records)
    weights = sum(parameter.numel() for parameter in network.cmt_adapters.parameters())
    return Outcome(variant, weights, _training_seconds(folder / "trained" / "log.jsonl"), results)


def _training_seconds(log: Path) -> int:
    """Return the sum over stages of the time in the last log line of each stage."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return sum({line["stage"]: int(line["seconds"]) for line in lines}.values())
