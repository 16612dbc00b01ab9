"""Makes a model folder from the weights that others publish.

Either from a released SAMWISE checkpoint, or from its frozen parts: Meta's SAM 2 and the text
weights of RoBERTa or CLIP as `transformers` saves them, with adapters that have learned nothing,
for training. `samwise download --list` says where all of these are.

Tensors are read without executing anything in a file. Keys that are missing, unexpected or of
another shape are all named.

  samwise convert released final_model_mevis.pth --tokenizer tokenizer.json --out mevis
  samwise convert parts --sam2 sam2_hiera_base_plus.pt --text model.safetensors
      --tokenizer tokenizer.json --out start
"""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from samwise_ros.cli.download.catalogue import trained_frames
from samwise_ros.network.checkpoints.model_folder import (
    load_state,
    load_tokenizer,
    read_tensors,
    save_model,
)
from samwise_ros.network.checkpoints.pretrained import load_sam2, load_text_encoder
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.presets import PRESETS, preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.text.verbs import Verbs

_MOTION_KEY = "project_motion_prompts"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise convert` takes."""
    sources = parser.add_subparsers(dest="source", required=True, metavar="released|parts")
    released = sources.add_parser("released", help="a released SAMWISE checkpoint")
    released.add_argument("file", type=Path, metavar="RELEASED.pth")
    released.add_argument(
        "--trained-frames",
        type=int,
        metavar="N",
        help="frames of the clips it was trained on, 1 for images; known for the released names",
    )
    parts = sources.add_parser("parts", help="SAM 2 and a text encoder, to train from")
    parts.add_argument("--sam2", type=Path, required=True, metavar="FILE")
    parts.add_argument("--text", type=Path, required=True, metavar="FILE")
    for source in (released, parts):
        source.add_argument("--preset", choices=PRESETS, default="base_plus", help="(base_plus)")
        source.add_argument("--tokenizer", type=Path, required=True, metavar="FILE")
        source.add_argument("--out", type=Path, required=True, metavar="FOLDER")
        verbs = source.add_mutually_exclusive_group()
        verbs.add_argument(
            "--verbs",
            nargs="+",
            default=[],
            metavar="WORD",
            help="with the motion prompt: these words are the verbs",
        )
        verbs.add_argument(
            "--verb-tagger",
            default="words",
            metavar="NAME-VERSION",
            help="with the motion prompt: spaCy finds the verbs, say by en_core_web_sm-3.8.0",
        )


def run(arguments: argparse.Namespace) -> int:
    """Convert the weights."""
    if arguments.out.exists() and any(arguments.out.iterdir()):
        raise ValueError(f"{arguments.out}: is not empty; name a new folder with --out")
    config = replace(
        preset(arguments.preset),
        verbs=tuple(arguments.verbs),
        verb_tagger=arguments.verb_tagger,
        motion_prompt=bool(arguments.verbs) or arguments.verb_tagger != "words",
    )
    tokenizer = load_tokenizer(arguments.tokenizer, config)
    Verbs(config, tokenizer)
    network = (
        _from_released(arguments, config) if "file" in arguments else _fresh(arguments, config)
    )
    save_model(arguments.out, network, tokenizer)
    print(f"wrote {arguments.out}")
    return 0


def _from_released(arguments: argparse.Namespace, config: SamwiseConfig) -> Samwise:
    frames = arguments.trained_frames or trained_frames(arguments.file.name)
    if frames is None:
        raise ValueError(
            f"{arguments.file}: is not known by this name; say how many frames the clips had that "
            "it was trained on: --trained-frames 8, or 1 if these were images"
        )
    state = read_tensors(arguments.file)
    if any(_MOTION_KEY in key for key in state):
        if not config.motion_prompt:
            print("the checkpoint has a motion prompt: unused without --verbs or --verb-tagger")
        config = replace(config, motion_prompt=True)
    elif config.motion_prompt:
        raise ValueError(f"{arguments.file}: has no motion prompt, so verbs mean nothing to it")
    network = Samwise(config)
    load_state(network, state, str(arguments.file))
    network.trained_frames = frames
    return network


def _fresh(arguments: argparse.Namespace, config: SamwiseConfig) -> Samwise:
    torch.manual_seed(0)  # the same files give the same folder
    network = Samwise(config)
    load_sam2(network, arguments.sam2)
    load_text_encoder(network, arguments.text)
    return network
