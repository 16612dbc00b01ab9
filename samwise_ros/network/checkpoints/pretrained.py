"""Loads the published weights of SAM 2 and of the text encoders, the frozen parts of training."""

import re
from pathlib import Path

from torch import Tensor

from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.model_folder import load_state_strict
from samwise_ros.network.checkpoints.tensor_files import read_tensors
from samwise_ros.network.samwise import Samwise

# Keys of SAM 2.1 that SAM 2 lacks.
_NEWER = ("no_obj_embed_spatial", "obj_ptr_tpos_proj.weight", "obj_ptr_tpos_proj.bias")

# Prefix of the text model's keys in a larger model, and keys that are not used.
_TEXT_PREFIX = {"roberta": "roberta.", "clip": "text_model."}
_UNUSED = {
    "roberta": re.compile(r"lm_head\..*|(.*\.)?pooler\..*|(.*\.)?embeddings\.position_ids"),
    "clip": re.compile(
        r"vision_model\..*|(visual|text)_projection\..*|logit_scale|(.*\.)?embeddings\.position_ids"
    ),
}


def load_sam2(network: Samwise, path: Path) -> None:
    """Load the weights of one of Meta's ``sam2_hiera_*.pt`` into the network.

    Raises:
        CheckpointError: the file is not such a checkpoint, is SAM 2.1, or is of another size.
    """
    state = read_tensors(path)
    newer = [key for key in _NEWER if key in state]
    if newer:
        raise CheckpointError(
            f"{path}: is SAM 2.1 (it has {', '.join(newer)}); SAMWISE builds on SAM 2, whose "
            "files are called sam2_hiera_*.pt: `samwise download --list`"
        )
    load_state_strict(network.sam, state, str(path))


def load_text_encoder(network: Samwise, path: Path) -> None:
    """Load RoBERTa's or CLIP's text weights, as ``transformers`` saves them, into the network.

    Args:
        network: its configuration names the text encoder.
        path: ``model.safetensors`` or ``pytorch_model.bin``, of the text model alone or of a
            larger model that has it; heads, poolers and the image model are left out.

    Raises:
        CheckpointError: the file is not such a checkpoint, or is of another model or size.
    """
    name = network.config.text_encoder
    state: dict[str, Tensor] = {
        key.removeprefix(_TEXT_PREFIX[name]): tensor
        for key, tensor in read_tensors(path).items()
        if not _UNUSED[name].fullmatch(key)
    }
    load_state_strict(network.text_encoder.get_submodule(name), state, str(path))
