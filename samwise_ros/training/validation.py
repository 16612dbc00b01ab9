"""Evaluates the network during training."""

import warnings

from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.engine.backend.samwise_backend import ImagesOnlyWarning
from samwise_ros.evaluation.distributed import ProcessGroup
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runner import EvaluationConfig, evaluate
from samwise_ros.evaluation.runs import ALL
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.recipe import Recipe, Stage


def is_validation_due(recipe: Recipe, stage: Stage, step: int, steps: int) -> bool:
    """Return whether to evaluate after a step; the last step of a stage is always evaluated.

    Args:
        recipe: the recipe, with the frequency of evaluations.
        stage: the current stage.
        step: number of finished steps.
        steps: number of steps of the stage.
    """
    if recipe.evaluate.data is None or stage.task != "sentences":
        return False
    return step % recipe.evaluate.every == 0 or step == steps


def validate(
    network: Samwise,
    tokenizer: SentenceTokenizer,
    recipe: Recipe,
    stage: Stage,
    processes: ProcessGroup,
) -> dict[str, float]:
    """Evaluate the network in the mode that the stage trains; the network is not changed.

    Returns:
        J&F in percent of all sentences and of each kind on rank 0; empty elsewhere.

    Raises:
        ValueError: the data cannot be used.
    """
    data = recipe.evaluate.data
    assert data is not None
    config = EvaluationConfig(
        run_configs=(RunConfig("online" if stage.causal_share else "clip"),),
        videos=recipe.evaluate.videos,
        device=str(processes.device),
        precision=recipe.precision,
    )

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImagesOnlyWarning)  # expected when training on images
        results = evaluate(network, tokenizer, open_dataset(data), config, processes=processes)
    if processes.rank > 0:
        return {}
    if not results.sentences:
        raise ValueError(f"evaluate: data: expected sentences with known objects, {data} has none")
    (run,) = results.runs
    groups = {"J&F": ALL, **{f"J&F {kind}": (kind, detail) for kind, detail in results.kinds}}
    return {name: round(100 * run.mean_similarity(group).jf, 2) for name, group in groups.items()}
