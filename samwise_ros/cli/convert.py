"""Makes a model folder from a released checkpoint.

The checkpoint's tensors are read without executing anything in the file. Keys that are missing,
unexpected or of another shape are all named. The tokenizer is RoBERTa's `tokenizer.json`.

  samwise convert final_model_mevis.pth --preset base_plus --tokenizer tokenizer.json --out mevis
"""

import argparse
from dataclasses import replace
from pathlib import Path

from samwise_ros.network.checkpoint import CheckpointError, load_released, load_state, save_model
from samwise_ros.network.presets import PRESETS, preset
from samwise_ros.network.samwise import Samwise
from samwise_ros.network.tokenizer import SentenceTokenizer

_MOTION_KEY = "project_motion_prompts"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise convert` takes."""
    parser.add_argument("released", type=Path, metavar="RELEASED.pth")
    parser.add_argument("--preset", choices=PRESETS, default="base_plus", help="(base_plus)")
    parser.add_argument("--tokenizer", type=Path, required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument(
        "--verbs",
        nargs="+",
        default=[],
        metavar="WORD",
        help="words that the motion prompt takes for verbs; only for a checkpoint that has one",
    )


def run(arguments: argparse.Namespace) -> int:
    """Convert the checkpoint."""
    if arguments.out.exists() and any(arguments.out.iterdir()):
        raise ValueError(f"{arguments.out}: is not empty; name a new folder with --out")
    config = preset(arguments.preset)
    tokenizer = SentenceTokenizer.load(arguments.tokenizer)
    if tokenizer.size > config.vocabulary:
        raise CheckpointError(
            f"{arguments.tokenizer}: {tokenizer.size} tokens, but the preset "
            f"{arguments.preset} has {config.vocabulary}; take the tokenizer it was trained with"
        )
    state = load_released(arguments.released)
    if any(_MOTION_KEY in key for key in state):
        config = replace(config, motion_prompt=True, verbs=tuple(arguments.verbs))
        words = f"for {len(arguments.verbs)} verbs" if arguments.verbs else "unused without --verbs"
        print(f"the checkpoint has a motion prompt, {words}")
    elif arguments.verbs:
        raise ValueError(f"{arguments.released}: has no motion prompt, so --verbs mean nothing")
    network = Samwise(config)
    load_state(network, state, str(arguments.released))
    save_model(arguments.out, network, tokenizer)
    print(f"wrote {arguments.out}; use it with --model {arguments.out}")
    return 0
