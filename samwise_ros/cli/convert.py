"""Make a model folder from published weights.

`samwise download samwise_mevis` downloads and converts a released model in one step. This command
converts a SAMWISE checkpoint that is already on disk, or the frozen parts for training: Meta's
SAM 2 and the text weights of RoBERTa or CLIP as `transformers` saves them. The adapters are then
untrained.

Tensors are read without executing anything in a file. An error message lists all keys that are
missing, unexpected or of another shape.

Examples:
  samwise convert released final_model_mevis.pth --tokenizer tokenizer.json --out mevis
  samwise convert parts --sam2 sam2_hiera_base_plus.pt --text model.safetensors \
      --tokenizer vocab.json --out start
"""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from samwise_ros.cli.download.catalogue import trained_frames
from samwise_ros.files.complete_folder import check_new_folder
from samwise_ros.network.checkpoints.config_file import MAX_TRAINED_FRAMES
from samwise_ros.network.checkpoints.errors import CheckpointError
from samwise_ros.network.checkpoints.model_folder import (
    check_tokenizer,
    load_state,
    load_tokenizer,
    save_new_model,
)
from samwise_ros.network.checkpoints.pretrained import load_sam2, load_text_encoder
from samwise_ros.network.checkpoints.tensor_files import read_tensors
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.presets import PRESETS, preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.tokenizer import SentenceTokenizer
from samwise_ros.network.text.verbs import VerbTagger

_MOTION_KEY = "project_motion_prompts"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise convert`."""
    sources = parser.add_subparsers(dest="source", required=True, metavar="released|parts")
    released = sources.add_parser("released", help="a released SAMWISE checkpoint")
    released.add_argument(
        "file", type=Path, metavar="RELEASED.pth", help="the checkpoint file of the authors"
    )
    released.add_argument(
        "--trained-frames",
        type=int,
        metavar="N",
        help="number of frames of the training clips, 1 for images (default: by the file name)",
    )
    parts = sources.add_parser(
        "parts", help="SAM 2 and a text encoder, as an initial model for training"
    )
    parts.add_argument(
        "--sam2", type=Path, required=True, metavar="FILE", help="checkpoint of SAM 2"
    )
    parts.add_argument(
        "--text",
        type=Path,
        required=True,
        metavar="FILE",
        help="weights of the text encoder, RoBERTa or CLIP",
    )
    for source in (released, parts):
        source.add_argument(
            "--preset", choices=PRESETS, default="base_plus", help="network (default: base_plus)"
        )
        source.add_argument(
            "--tokenizer",
            type=Path,
            required=True,
            metavar="FILE",
            help="tokenizer.json; for RoBERTa also vocab.json, with merges.txt beside it",
        )
        source.add_argument(
            "--out", type=Path, required=True, metavar="FOLDER", help="new model folder"
        )
        verbs = source.add_mutually_exclusive_group()
        verbs.add_argument(
            "--verbs",
            nargs="+",
            default=[],
            metavar="WORD",
            help="with the motion prompt: words that are verbs",
        )
        verbs.add_argument(
            "--verb-tagger",
            default="words",
            metavar="NAME-VERSION",
            help="with the motion prompt: spaCy model for verbs, such as en_core_web_sm-3.8.0",
        )


def run(arguments: argparse.Namespace) -> int:
    """Convert the weights."""
    for file in _input_files(arguments):
        if not file.is_file():
            raise ValueError(f"{file}: no such file")
    check_new_folder(arguments.out)
    config = replace(
        preset(arguments.preset),
        verbs=tuple(arguments.verbs),
        verb_tagger=arguments.verb_tagger,
        motion_prompt=bool(arguments.verbs) or arguments.verb_tagger != "words",
    )
    tokenizer = _tokenizer(arguments.tokenizer, config)
    VerbTagger(config, tokenizer)
    network = (
        released_network(arguments.file, config, _frames(arguments))
        if arguments.source == "released"
        else _fresh(arguments, config)
    )
    save_new_model(arguments.out, network, tokenizer)
    print(f"wrote {arguments.out}")
    return 0


def released_network(file: Path, config: SamwiseConfig, frames: int) -> Samwise:
    """Return a network with the weights of a released checkpoint.

    Args:
        file: the checkpoint.
        config: the network's shape; a motion prompt is added if the checkpoint has one.
        frames: frames of the clips it was trained on.

    Raises:
        CheckpointError: the file cannot be read or does not fit the network.
    """
    state = read_tensors(file)
    if any(_MOTION_KEY in key for key in state):
        if not config.motion_prompt:
            print("the checkpoint has a motion prompt: unused without --verbs or --verb-tagger")
        config = replace(config, motion_prompt=True)
    elif config.motion_prompt:
        raise CheckpointError(f"{file}: has no motion prompt, so it cannot use verbs")
    network = Samwise(config)
    load_state(network, state, str(file))
    network.trained_frames = frames
    return network


def _input_files(arguments: argparse.Namespace) -> list[Path]:
    weights = (
        [arguments.file] if arguments.source == "released" else [arguments.sam2, arguments.text]
    )
    return [*weights, arguments.tokenizer]


def _frames(arguments: argparse.Namespace) -> int:
    frames: int | None = arguments.trained_frames
    if frames is None:
        frames = trained_frames(arguments.file.name)
    elif not 1 <= frames <= MAX_TRAINED_FRAMES:
        raise ValueError(f"--trained-frames: expected 1 to {MAX_TRAINED_FRAMES}, got {frames}")
    if frames is None:
        raise ValueError(
            f"{arguments.file}: this is not the name of a released checkpoint; add the number of "
            "frames of its training clips: --trained-frames 8, or 1 for images"
        )
    return frames


def _tokenizer(file: Path, config: SamwiseConfig) -> SentenceTokenizer:
    if file.name != "vocab.json":
        return load_tokenizer(file, config)
    if config.text_encoder != "roberta":
        raise ValueError(f"{file}: for {config.text_encoder}, expected its tokenizer.json")
    tokenizer = SentenceTokenizer.from_bpe_files(file, file.with_name("merges.txt"))
    return check_tokenizer(tokenizer, config, file)


def _fresh(arguments: argparse.Namespace, config: SamwiseConfig) -> Samwise:
    torch.manual_seed(0)  # the same files give the same folder
    network = Samwise(config)
    load_sam2(network, arguments.sam2)
    load_text_encoder(network, arguments.text)
    return network
