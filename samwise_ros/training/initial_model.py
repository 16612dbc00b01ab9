"""The model that training starts from."""

from collections import Counter

from samwise_ros.data.concat import open_datasets
from samwise_ros.data.dataset import Dataset
from samwise_ros.data.painted.dataset import PaintedDataset
from samwise_ros.data.painted.video import vocabulary
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.presets import preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import (
    MIN_BYTE_LEVEL_TOKENS,
    SPECIAL_TOKENS,
    SentenceTokenizer,
    normalise,
)
from samwise_ros.training.recipe import Recipe


def load_initial_model(recipe: Recipe, init: str | None) -> tuple[Samwise, SentenceTokenizer]:
    """Load a model, or build an untrained one whose vocabulary comes from the data.

    Args:
        recipe: recipe with the preset and data for an untrained model.
        init: name of a shipped or installed model, or path of a model folder;
            ``None`` to build the preset.

    Raises:
        ValueError: there is neither a model nor a preset, or the model cannot be loaded.
    """
    if init is not None:
        return load_model(init)
    if recipe.preset is None:
        raise ValueError(
            "preset: the recipe has none, so it needs a model to start from; pass a folder made by "
            "`samwise convert` with --init"
        )
    config = preset(recipe.preset)
    return Samwise(config), _tokenizer(open_datasets(recipe.data), config.vocabulary)


def _tokenizer(dataset: Dataset, size: int) -> SentenceTokenizer:
    """Return a byte-level tokenizer if the size has room for all bytes, else one of whole words."""
    if isinstance(dataset, PaintedDataset):
        return SentenceTokenizer.from_words(vocabulary())
    sentences = [
        expression.sentence
        for index in range(len(dataset))
        for expression in dataset.video(index).expressions
    ]
    if size >= MIN_BYTE_LEVEL_TOKENS:
        return SentenceTokenizer.from_sentences(sentences, size)
    counts = Counter(word for sentence in sentences for word in normalise(sentence).split())
    words = [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    return SentenceTokenizer.from_words(words[: size - len(SPECIAL_TOKENS)])
