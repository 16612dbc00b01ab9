"""The paper's ablations: one short training for each variant of the network, and one table."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tqdm import tqdm

from samwise_ros.benchmark.ablation.results import MODES, AblationResults, Outcome
from samwise_ros.benchmark.ablation.variants import VARIANTS, Variant, untrained
from samwise_ros.benchmark.machine import describe_machine
from samwise_ros.data.dataset import Dataset
from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.evaluation.records import Records
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runner import EvaluationConfig, evaluate
from samwise_ros.files.atomic import write_atomically
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.recipe import Recipe
from samwise_ros.training.state import publish
from samwise_ros.training.trainer import Trainer


@dataclass(frozen=True)
class AblationConfig:
    """What to compare, and how.

    Attributes:
        recipe: trains each variant.
        folder: gets a folder for each variant, ``ablation.json`` and ``ablation.md``.
        init: model with the frozen SAM 2 and text encoder.
        data: what is evaluated on, ``FORMAT:DIR:SPLIT``.
        videos: how many of its videos, from the first on.
        variants: names of those to compare.
    """

    recipe: Recipe
    folder: Path
    init: str = "tabletop"
    data: str = "tabletop:test"
    videos: int = 100
    variants: tuple[str, ...] = tuple(variant.name for variant in VARIANTS)

    def __post_init__(self) -> None:
        """Refuse values outside their range, with the reason."""
        known = [variant.name for variant in VARIANTS]
        if not self.variants or set(self.variants) - set(known):
            raise ValueError(f"variants: expected some of {', '.join(known)}, got {self.variants}")
        if self.videos < 1:
            raise ValueError(f"videos: expected 1 or more, got {self.videos}")


def run_ablation(config: AblationConfig) -> AblationResults:
    """Train and evaluate the variants, or what an earlier call left of them.

    Raises:
        ValueError: naming the file or setting that cannot be used, or the folder that holds an
            ablation with other settings.
        KeyboardInterrupt: there was a signal to stop; the same call goes on.
    """
    base, tokenizer = load_model(config.init)
    dataset = open_dataset(config.data)
    chosen = [variant for variant in VARIANTS if variant.name in config.variants]
    outcomes = []
    for variant in tqdm(chosen, desc="ablation", unit="variant"):
        folder = config.folder / variant.name
        network = untrained(variant, base, config.recipe.seed)
        _begin(folder / "untrained", network, tokenizer)
        Trainer(config.recipe, folder / "trained", init=str(folder / "untrained")).run()
        outcomes.append(_evaluate(variant, folder, dataset, config))
    results = AblationResults(tuple(outcomes))
    content = {
        "init": config.init,
        "recipe": asdict(config.recipe),
        "machine": describe_machine(),
        "variants": [outcome.to_json() for outcome in outcomes],
    }
    write_atomically(
        config.folder / "ablation.json", (json.dumps(content, indent=1) + "\n").encode()
    )
    write_atomically(config.folder / "ablation.md", (results.to_markdown() + "\n").encode())
    return results


def _begin(folder: Path, network: Samwise, tokenizer: SentenceTokenizer) -> None:
    """Write the model that a training begins with, or see that it is the one that is there."""
    if not folder.exists():
        publish(folder, network, tokenizer)
    elif fingerprint(load_model(str(folder))[0]) != fingerprint(network):
        raise ValueError(
            f"{folder}: comes from another model or seed; give another folder with --out"
        )


def _evaluate(variant: Variant, folder: Path, dataset: Dataset, config: AblationConfig) -> Outcome:
    network, tokenizer = load_model(str(folder / "trained" / "model"))
    ways = tuple(RunConfig(mode, correction) for mode in MODES for correction in variant.published)
    settings = {"data": config.data, "weights": fingerprint(network)}
    records = Records(folder / "evaluated", settings)
    how = EvaluationConfig(ways, config.videos)
    results = evaluate(network, tokenizer, dataset, how, records=records)
    weights = sum(parameter.numel() for parameter in network.cmt_adapters.parameters())
    return Outcome(variant, weights, _training_seconds(folder / "trained" / "log.jsonl"), results)


def _training_seconds(log: Path) -> int:
    """Add up what the log's last line of each stage says."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return sum({line["stage"]: int(line["seconds"]) for line in lines}.values())
