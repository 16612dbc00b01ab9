"""The network that a training begins with."""

from collections import Counter

from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.data.tabletop import vocabulary
from samwise_ros.data.tabletop_dataset import TabletopDataset
from samwise_ros.network.checkpoint import load_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.tokenizer import SPECIAL_TOKENS, SentenceTokenizer, normalise
from samwise_ros.training.recipe import Recipe


def first_network(recipe: Recipe, data: str, init: str | None) -> tuple[Samwise, SentenceTokenizer]:
    """Load a model folder, or build a network that knows nothing but the words of the data.

    Args:
        recipe: whose preset is built where there is no folder.
        data: whose words are known then, ``FORMAT:DIR:SPLIT``.
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
    words = _words(data)[: config.vocabulary - len(SPECIAL_TOKENS)]
    return Samwise(config), SentenceTokenizer.of_words(words)


def _words(data: str) -> list[str]:
    """Return the words of a data set's sentences, the most frequent ones first."""
    dataset = open_dataset(data)
    if isinstance(dataset, TabletopDataset):
        return list(vocabulary())
    counts = Counter(
        word
        for index in range(len(dataset))
        for said in dataset.video(index).expressions
        for word in normalise(said.sentence).split()
    )
    return [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
