"""Scores a model's masks on generated videos.

J, F and J&F by kind of sentence, in both modes, with the switch correction (CME) on and off; and
the control, in which each attribute sentence is swapped for one of another object in the video.

  samwise evaluate --model tabletop --data tabletop:test
  samwise evaluate --model runs/tabletop/model --videos 20 --mode online --json scores.json
"""

import argparse
import json
from pathlib import Path

from samwise_ros.engine.config import Mode
from samwise_ros.evaluation.runner import EvaluationConfig, evaluate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `samwise evaluate` takes."""
    parser.add_argument("--model", default="tabletop", help="a shipped model's name or a folder")
    parser.add_argument("--data", default="tabletop:test", help="tabletop:train, :val or :test")
    parser.add_argument("--videos", type=int, default=100, help="how many (100)")
    parser.add_argument("--frames", type=int, default=16, help="of each video (16)")
    parser.add_argument("--mode", choices=("online", "clip", "both"), default="both")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every score to this file")


def run(arguments: argparse.Namespace) -> int:
    """Evaluate and print the tables."""
    modes: tuple[Mode, ...] = ("online", "clip") if arguments.mode == "both" else (arguments.mode,)
    config = EvaluationConfig(arguments.data, arguments.videos, arguments.frames, modes)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
    results = evaluate(arguments.model, config)
    print(results.to_markdown())
    if arguments.json:
        arguments.json.write_text(json.dumps(results.to_json(), indent=1) + "\n")
    return 0
