"""How good the network is while it learns."""

import warnings

from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.engine.backend.samwise_backend import ImagesOnlyWarning
from samwise_ros.evaluation.distributed import Share
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runner import EvaluationConfig, evaluate
from samwise_ros.evaluation.runs import ALL
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.training.distributed import Processes
from samwise_ros.training.recipe import Recipe, Stage


def is_due(recipe: Recipe, stage: Stage, step: int, steps: int) -> bool:
    """Tell whether the recipe wants a measurement after a step; after the last one it always is.

    Args:
        recipe: which says how often, if at all.
        stage: that is under way.
        step: how many of its steps are done.
        steps: how many there are.
    """
    if recipe.evaluate.data is None or stage.task != "sentences":
        return False
    return step % recipe.evaluate.every == 0 or step == steps


def measure(
    network: Samwise,
    tokenizer: SentenceTokenizer,
    recipe: Recipe,
    stage: Stage,
    processes: Processes,
) -> dict[str, float]:
    """Score the network as it is, in the mode that the stage trains; it stays as it is.

    Returns:
        J&F in percent, of all sentences and of each kind; in the first process.

    Raises:
        ValueError: the data cannot be used.
    """
    data = recipe.evaluate.data
    assert data is not None
    config = EvaluationConfig(
        ways=(RunConfig("online" if stage.causal_share else "clip"),),
        videos=recipe.evaluate.videos,
        device=str(processes.device),
        precision=recipe.precision,
    )
    share = Share(processes.rank, processes.count)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImagesOnlyWarning)  # who trains on images knows it
        results = evaluate(network, tokenizer, open_dataset(data), config, share=share)
    if processes.rank > 0:
        return {}
    if not results.sentences:
        raise ValueError(f"evaluate: data: {data} does not tell what sentences mean")
    (run,) = results.runs
    groups = {"J&F": ALL, **{f"J&F {kind}": (kind, detail) for kind, detail in results.kinds}}
    return {name: round(100 * run.mean_of(group).jf, 2) for name, group in groups.items()}
