"""Weights on disk: files of tensors, and the model folder that this project reads."""

import json
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from samwise_ros.errors import SamwiseError
from samwise_ros.network.checkpoints.key_translation import our_key
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer

SHIPPED = Path(__file__).parents[2] / "models"
"""Where the models that come with the package stand."""

# Released checkpoints have no token types; the text encoder's only one is zero.
_NOT_RELEASED = frozenset({"text_encoder.roberta.embeddings.token_type_embeddings.weight"})

# What torch's reader raises for files that are damaged or hold more than tensors.
_UNREADABLE = (
    SafetensorError,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


class CheckpointError(SamwiseError, ValueError):
    """A checkpoint or model folder that cannot be used; the message says which and why."""


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a ``.safetensors`` file, or one of torch's without executing anything in it.

    Args:
        path: torch's files (``.pth``, ``.pt``, ``.bin``) hold a dict of tensors, or one under
            ``"model"``.

    Raises:
        CheckpointError: for a file that is missing, damaged, or holds more than tensors.
    """
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except _UNREADABLE as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CheckpointError(f"{path}: not a file of plain tensors: {reason}") from error
    state = content.get("model", content) if isinstance(content, dict) else None
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise CheckpointError(f'{path}: expected a dict of tensors, or one under "model"')
    return state


def load_state(network: Samwise, state: Mapping[str, Tensor], source: str = "checkpoint") -> None:
    """Put a state dict with released or own keys into the network, all of it or nothing.

    Args:
        network: takes the weights.
        state: from key to tensor; keys may begin with ``module.``.
        source: the file's name for the message.

    Raises:
        CheckpointError: naming every missing, unexpected and differently shaped key.
    """
    translated = {our_key(key): tensor for key, tensor in state.items()}
    ours = {key: tensor for key, tensor in translated.items() if key is not None}
    fit(network, ours, source, _NOT_RELEASED)


def fit(
    module: nn.Module,
    state: Mapping[str, Tensor],
    source: str,
    optional: frozenset[str] = frozenset(),
) -> None:
    """Put a state dict with a module's own keys into it, all of it or nothing.

    Args:
        module: takes the weights.
        state: from key to tensor.
        source: the file's name for the message.
        optional: keys that keep the module's values where the state has none.

    Raises:
        CheckpointError: naming every missing, unexpected and differently shaped key.
    """
    expected = module.state_dict()
    reshaped = [
        f"{key}: expected {tuple(expected[key].shape)}, got {tuple(tensor.shape)}"
        for key, tensor in sorted(state.items())
        if key in expected and tensor.shape != expected[key].shape
    ]
    problems = [
        f"{len(keys)} {name}: {', '.join(keys)}"
        for name, keys in (
            ("missing", sorted(set(expected) - set(state) - optional)),
            ("unexpected", sorted(set(state) - set(expected))),
            ("of another shape", reshaped),
        )
        if keys
    ]
    if problems:
        raise CheckpointError(f"{source} does not fit the network; " + "; ".join(problems))
    module.load_state_dict({**expected, **state})


def load_tokenizer(path: Path, config: SamwiseConfig) -> SentenceTokenizer:
    """Read a ``tokenizer.json`` for a network.

    Raises:
        CheckpointError: for one that cannot be read, or whose tokens are not the network's.
    """
    try:
        tokenizer = SentenceTokenizer.load(path)
    except ValueError as error:
        raise CheckpointError(str(error)) from error
    if tokenizer.size > config.vocabulary or tokenizer.pad_id != config.pad_id:
        raise CheckpointError(
            f"{path}: {tokenizer.size} tokens, filled up with token {tokenizer.pad_id}; expected "
            f"at most {config.vocabulary}, filled up with {config.pad_id}: take the tokenizer "
            f"that the {config.text_encoder} text encoder was trained with"
        )
    return tokenizer


def save_model(folder: Path, network: Samwise, tokenizer: SentenceTokenizer) -> None:
    """Write a model folder: ``config.json``, ``model.safetensors``, ``tokenizer.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"format": 1, "trained_frames": network.trained_frames}
    config = {**facts, **network.config.to_dict()}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    tensors = {key: value.contiguous() for key, value in network.state_dict().items()}
    save_file(tensors, folder / "model.safetensors")
    tokenizer.save(folder / "tokenizer.json")


def load_model(model: str) -> tuple[Samwise, SentenceTokenizer]:
    """Load a shipped model by name, or a model folder by path.

    Args:
        model: ``tabletop``, or the path of a folder.

    Returns:
        The network in evaluation mode on the CPU, and its tokenizer.

    Raises:
        CheckpointError: naming the folder or file and what is wrong with it.
    """
    folder = SHIPPED / model if (SHIPPED / model).is_dir() else Path(model)
    if not folder.is_dir():
        hint = ""
        if model in PRESETS:
            hint = (
                "; it is a preset whose weights do not come with the package: "
                "make a folder of them with `samwise convert`"
            )
        shipped = ", ".join(sorted(path.name for path in SHIPPED.glob("*/")))
        raise CheckpointError(f"{model}: no such model folder (shipped: {shipped}){hint}")
    config, trained_frames = _read_config(folder / "config.json")
    network = Samwise(config)
    network.trained_frames = trained_frames
    weights = folder / "model.safetensors"
    fit(network, read_tensors(weights), str(weights))
    tokenizer = load_tokenizer(folder / "tokenizer.json", config)
    return network.eval(), tokenizer


def _read_config(path: Path) -> tuple[SamwiseConfig, int | None]:
    """Return the network's shape, and what ``Samwise.trained_frames`` tells."""
    try:
        data: Any = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: {error}") from error
    if not isinstance(data, dict) or data.pop("format", None) != 1:
        raise CheckpointError(f'{path}: expected an object with "format": 1')
    frames = data.pop("trained_frames", None)
    if not (frames is None or (isinstance(frames, int) and frames >= 1)):
        raise CheckpointError(f"{path}: trained_frames: expected 1 or more, got {frames!r}")
    try:
        return SamwiseConfig.from_dict(data), frames
    except (TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: {error}") from error
