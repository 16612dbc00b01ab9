"""Loads weights into a network, and reads and writes model folders."""

import errno
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor, nn

from samwise_ros.files.atomic import write_atomically
from samwise_ros.files.complete_folder import complete_folder
from samwise_ros.files.documents import write_json
from samwise_ros.network.checkpoints.config_file import read_config
from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.key_translation import translate_key
from samwise_ros.network.checkpoints.model_home import find_model
from samwise_ros.network.checkpoints.tensor_files import read_tensors
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.size import parameter_bound
from samwise_ros.network.text.tokenizer import SentenceTokenizer

# The bound of a network's size exceeds its size by at most an eighth.
_SIZE_MARGIN = 1.25

# Released checkpoints have no token types; the text encoder's only one is zero.
_NOT_RELEASED = frozenset({"text_encoder.roberta.embeddings.token_type_embeddings.weight"})


def load_state(network: Samwise, state: Mapping[str, Tensor], source: str = "checkpoint") -> None:
    """Load a state dict with released or own keys; change nothing if any key does not fit.

    Args:
        network: takes the weights.
        state: from key to tensor; keys may begin with ``module.``.
        source: the file's name for the message.

    Raises:
        CheckpointError: naming every missing, unexpected and differently shaped key.
    """
    translated = {translate_key(key): tensor for key, tensor in state.items()}
    ours = {key: tensor for key, tensor in translated.items() if key is not None}
    load_state_strict(network, ours, source, _NOT_RELEASED)


def load_state_strict(
    module: nn.Module,
    state: Mapping[str, Tensor],
    source: str,
    optional: frozenset[str] = frozenset(),
) -> None:
    """Load a state dict into a module; change nothing if any key does not fit.

    Args:
        module: takes the weights.
        state: from key to tensor.
        source: the file's name for the message.
        optional: keys that keep the module's values where the state has none.

    Raises:
        CheckpointError: naming every missing, unexpected and differently shaped key, or every key
            with NaN or infinite values.
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
    try:
        fitting = {key: tensor.to(expected[key].dtype) for key, tensor in state.items()}
    except RuntimeError as error:
        raise CheckpointError(f"{source}: cannot convert the weights: {error}") from error
    _check_finite(fitting, source)
    module.load_state_dict({**expected, **fitting})


def _check_finite(state: Mapping[str, Tensor], source: str) -> None:
    """Refuse weights with NaN or infinite values: all masks and scores would be wrong."""
    names = [key for key, tensor in sorted(state.items()) if not bool(tensor.isfinite().all())]
    if names:
        raise CheckpointError(
            f"{source}: expected finite weights, got NaN or infinite values in {', '.join(names)}; "
            "get the file again"
        )


def load_tokenizer(path: Path, config: SamwiseConfig) -> SentenceTokenizer:
    """Read a ``tokenizer.json`` for a network.

    Raises:
        CheckpointError: the file cannot be read, or its tokens do not fit the network.
    """
    try:
        tokenizer = SentenceTokenizer.load(path)
    except ValueError as error:
        raise CheckpointError(str(error)) from error
    return check_tokenizer(tokenizer, config, path)


def check_tokenizer(
    tokenizer: SentenceTokenizer, config: SamwiseConfig, path: Path
) -> SentenceTokenizer:
    """Return the tokenizer if it fits the network.

    Raises:
        CheckpointError: it has too many tokens or another padding token; ``path`` names the file.
    """
    if tokenizer.size > config.vocabulary or tokenizer.pad_id != config.pad_id:
        raise CheckpointError(
            f"{path}: {tokenizer.size} tokens, filled up with token {tokenizer.pad_id}; expected "
            f"at most {config.vocabulary}, filled up with {config.pad_id}: take the tokenizer "
            f"that the {config.text_encoder} text encoder was trained with"
        )
    if tokenizer.highest_id >= config.vocabulary:
        raise CheckpointError(
            f"{path}: token {tokenizer.highest_id}, but config.json has a vocabulary of "
            f"{config.vocabulary}; take the tokenizer that the model was trained with"
        )
    return tokenizer


def save_model(folder: Path, network: Samwise, tokenizer: SentenceTokenizer) -> None:
    """Write a model folder: ``config.json``, ``model.safetensors``, ``tokenizer.json``.

    Raises:
        OSError: the files cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"format": 1, "trained_frames": network.trained_frames}
    config = {**facts, **network.config.to_dict()}
    write_json(folder / "config.json", config)
    tensors = {key: value.contiguous() for key, value in network.state_dict().items()}
    # Not `save_file`: its own temporary file stays if the process is killed.
    write_atomically(folder / "model.safetensors", save(tensors))
    tokenizer.save(folder / "tokenizer.json")


def save_new_model(folder: Path, network: Samwise, tokenizer: SentenceTokenizer) -> None:
    """Write a model folder that is either complete or absent.

    Args:
        folder: does not exist, or is an empty folder.
        network: the weights.
        tokenizer: the tokenizer of its text encoder.

    Raises:
        ValueError: the folder has files, or cannot be replaced.
        OSError: the files cannot be written; no folder is left behind.
    """
    with complete_folder(folder) as part:
        needed = sum(value.nbytes for value in network.state_dict().values())
        free = shutil.disk_usage(part).free
        if needed > free:
            raise OSError(
                errno.ENOSPC,
                f"{folder}: needs {needed / 1e6:.0f} MB of disk space, {free / 1e6:.0f} MB are "
                "free",
            )
        save_model(part, network, tokenizer)


def load_model(model: str) -> tuple[Samwise, SentenceTokenizer]:
    """Load a shipped or installed model by name, or a model folder by path.

    Args:
        model: ``tabletop``, the name of an installed model such as ``samwise_mevis``, or the path
            of a folder.

    Returns:
        The network in evaluation mode on the CPU, and its tokenizer.

    Raises:
        CheckpointError: naming the folder or file and what is wrong with it.
    """
    folder = find_model(model)
    config, trained_frames = read_config(folder / "config.json")
    tokenizer = load_tokenizer(folder / "tokenizer.json", config)
    weights = folder / "model.safetensors"
    state = read_tensors(weights)
    _check_size(folder, config, state.values())
    try:
        network = Samwise(config)
    except torch.OutOfMemoryError as error:
        raise CheckpointError(
            f"{folder}: no GPU memory is left to build the network: {error}; for the CPU, set "
            "CUDA_VISIBLE_DEVICES= (sam2 uses a GPU that it finds)"
        ) from error
    except (ArithmeticError, AssertionError, RuntimeError, ValueError) as error:
        raise CheckpointError(
            f"{folder / 'config.json'}: no network can be built from it: {error}"
        ) from error
    network.trained_frames = trained_frames
    load_state_strict(network, state, str(weights))
    return network.eval(), tokenizer


def _check_size(folder: Path, config: SamwiseConfig, tensors: Iterable[Tensor]) -> None:
    """Refuse to build a network that is much larger than the weights for it."""
    described = parameter_bound(config)
    # A tensor can repeat a single stored value.
    stored = (folder / "model.safetensors").stat().st_size
    held = min(sum(tensor.numel() for tensor in tensors), stored)
    if described > _SIZE_MARGIN * held:
        raise CheckpointError(
            f"{folder / 'config.json'}: describes about {described} weights, but "
            f"model.safetensors has {held}; take both files from one model"
        )
