"""The network that a training begins with."""

from collections import Counter

from samwise_ros.data.concat import open_datasets
from samwise_ros.data.dataset import Dataset
from samwise_ros.data.tabletop.dataset import TabletopDataset
from samwise_ros.data.tabletop.video import vocabulary
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SPECIAL_TOKENS, SentenceTokenizer, normalise
from samwise_ros.training.recipe import Recipe


def first_network(recipe: Recipe, init: str | None) -> tuple[Samwise, SentenceTokenizer]:
    """Load a model folder, or build a network that knows nothing but the words of the data.

    Args:
        recipe: whose preset is built where there is no folder, with the words of its data.
        init: a shipped model's name, or a model folder.

    Raises:
        ValueError: there is neither a folder nor a preset, or the folder cannot be used.
    """
    if init is not None:
        return load_model(init)
    if recipe.preset is None:
        raise ValueError(
            "the recipe names no preset, so it starts from a model folder: "
            "give one with --init, as `samwise convert` makes it"
        )
    config = preset(recipe.preset)
    words = _words(open_datasets(recipe.data))[: config.vocabulary - len(SPECIAL_TOKENS)]
    return Samwise(config), SentenceTokenizer.from_words(words)


def _words(dataset: Dataset) -> list[str]:
    """Return the words of a data set's sentences, the most frequent ones first."""
    if isinstance(dataset, TabletopDataset):
        return list(vocabulary())
    counts = Counter(
        word
        for index in range(len(dataset))
        for said in dataset.video(index).expressions
        for word in normalise(said.sentence).split()
    )
    return [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
