"""Score a model's masks on a data set.

Prints J, F and J&F by kind of sentence, as MeViS, Ref-YouTube-VOS and Ref-DAVIS17 define them, and
the measures of RefCOCO for images. On generated data, a control swaps each attribute sentence for
a sentence about another object of the video. Modes, CME variants and memories are compared on the
same sentences, with confidence intervals. `samwise data --help` describes the data folders.

Examples:
  samwise evaluate --model tabletop --data painted:test
  samwise evaluate --data painted:test --mode online --cme learned never always --json scores.json
  samwise evaluate --data tabletop:past --mode online --memory paper none
  samwise evaluate --data tabletop:test --mode online --worst worst
  samwise evaluate --model samwise_mevis --data mevis:data/mevis:valid_u --mode clip --out runs/u
  samwise evaluate --model samwise_mevis --data mevis:data/mevis:valid --mode clip --predictions out
  samwise evaluate --events --data painted:scenes --videos 1200 --out runs/events
  samwise evaluate --events --planted 300
  torchrun --nproc-per-node 4 -m samwise_ros.cli.main evaluate --data ref_davis17:data/davis:val

With --events, the node's events are compared with the true masks instead: precision, recall and
delay of each kind, and presence frame by frame. `samwise_ros/evaluation/events` defines them. The
data set must have the masks of all objects.

With --out, the same command resumes an interrupted evaluation. The folder of --predictions has the
format of the MeViS server (zip its contents), the Ref-YouTube-VOS server (zip its `Annotations`)
and the DAVIS evaluation program.
"""

import argparse
import os
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, get_args

from samwise_ros.cli.evaluate_events import check_event_arguments, run_events
from samwise_ros.cli.threads import add_threads_argument
from samwise_ros.data.dataset import Dataset
from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.engine.backend.device import use_threads
from samwise_ros.engine.backend.find_model import DEFAULT_MODEL
from samwise_ros.engine.config import EngineConfig, MemoryPolicyName, Mode, SwitchCorrection
from samwise_ros.evaluation.distributed import EVALUATION_TIMEOUT, ProcessGroup, local_device
from samwise_ros.evaluation.records import Records, VideoRecord
from samwise_ros.evaluation.result_writers.overlays import OverlayWriter
from samwise_ros.evaluation.result_writers.predictions import PredictionWriter
from samwise_ros.evaluation.result_writers.result_writer import ResultWriter
from samwise_ros.evaluation.result_writers.worst import WorstWriter
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.evaluation.runner import EvaluationConfig, evaluate
from samwise_ros.files.documents import write_json
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.checkpoints.model_folder import load_model

_PAINTED_VIDEOS = 100
_WORST = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise evaluate`."""
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="name of a model, or path of a model folder (default: %(default)s)",
    )
    parser.add_argument(
        "--data",
        default="painted:test",
        help="FORMAT:DIR[:SPLIT], painted:SPLIT, or tabletop:SPLIT with val, test, unseen, events "
        "or past (default: painted:test)",
    )
    parser.add_argument(
        "--videos", type=int, help="number of videos (default: all; 100 of painted:SPLIT)"
    )
    parser.add_argument(
        "--frames", type=int, help="frames in each video of painted:SPLIT (default: 16)"
    )
    parser.add_argument(
        "--mode",
        choices=("online", "clip", "both"),
        help="online: frame by frame; clip: 8 frames together (default: both)",
    )
    parser.add_argument(
        "--cme",
        nargs="+",
        choices=get_args(SwitchCorrection),
        help="rule of the conditional memory encoder (CME); one or more (default: learned)",
    )
    parser.add_argument("--batch", type=int, default=8, help="sentences in a batch (default: 8)")
    parser.add_argument(
        "--device", default="auto", help="auto, cpu, cuda or cuda:N (default: auto)"
    )
    add_threads_argument(parser)
    parser.add_argument(
        "--precision", default="auto", help="auto, float32, bfloat16 or float16 (default: auto)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="save finished videos in this folder; the same command then resumes",
    )
    parser.add_argument(
        "--events", action="store_true", help="score the node's events instead of the masks"
    )
    parser.add_argument(
        "--planted",
        type=int,
        metavar="CLIPS",
        help="with --events: score the event logic alone, on true masks with planted changes; "
        "number of clips of each change",
    )
    parser.add_argument(
        "--true-masks",
        action="store_true",
        help="with --events: score the event logic on the true masks of the data set",
    )
    parser.add_argument(
        "--memory",
        nargs="+",
        choices=get_args(MemoryPolicyName),
        default=[EngineConfig.memory_policy],
        help="what the memory holds in online mode; one or more (default: paper)",
    )
    parser.add_argument(
        "--rate",
        type=float,
        default=10.0,
        metavar="HZ",
        help="with --events: frames per second, for events per hour (default: 10)",
    )
    parser.add_argument(
        "--timelines", type=Path, metavar="FOLDER", help="with --events: draw a picture per video"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all scores to this file")
    masks = "write the masks to this folder"
    parser.add_argument("--predictions", type=Path, metavar="FOLDER", help=masks)
    overlays = "write videos with masks to this folder"
    parser.add_argument("--save-overlays", type=Path, metavar="FOLDER", help=overlays)
    worst = f"draw the {_WORST} sentences of each kind with the lowest J in this folder"
    parser.add_argument("--worst", type=Path, metavar="FOLDER", help=worst)


def run(arguments: argparse.Namespace) -> int:
    """Evaluate and print the tables."""
    use_threads(arguments.threads)
    if arguments.worst and (arguments.out or arguments.events or "RANK" in os.environ):
        raise ValueError("--worst: expected one process, without --out and --events")
    check_event_arguments(arguments)
    dataset = open_dataset(arguments.data, arguments.frames)
    if arguments.events:
        return run_events(arguments, dataset, _videos(arguments))
    config = _config(arguments)
    writers = _writers(arguments, separate_runs=len(config.run_configs) > 1)
    if (arguments.worst or not writers) and not _has_ground_truth(dataset):
        raise ValueError(
            f"{arguments.data}: the data set has no ground truth to score; write the masks with "
            "--predictions FOLDER"
        )
    network, tokenizer = load_model(arguments.model)
    processes = ProcessGroup.join(timeout=EVALUATION_TIMEOUT)
    records = None
    if arguments.out:
        settings = _settings(arguments, config) | {"weights": fingerprint(network)}
        records = Records(VideoRecord.from_line, arguments.out, settings, processes.rank)
        processes.barrier()  # rank 0 creates the folder
    results = evaluate(
        network, tokenizer, dataset, config, writers=writers, records=records, processes=processes
    )
    for writer in writers:
        writer.close()
    if processes.rank == 0:
        results = replace(results, model=arguments.model)
        print(results.to_markdown())
        if arguments.json:
            write_json(arguments.json, results.to_json())
    processes.close()
    return 0


def _videos(arguments: argparse.Namespace) -> int | None:
    if arguments.videos is None and arguments.data.startswith("painted:"):
        return _PAINTED_VIDEOS
    return arguments.videos if arguments.videos is None else int(arguments.videos)


def _config(arguments: argparse.Namespace) -> EvaluationConfig:
    both: tuple[Mode, ...] = ("online", "clip")
    modes = both if arguments.mode in (None, "both") else (arguments.mode,)
    corrections = arguments.cme or [RunConfig.correction]
    return EvaluationConfig(
        tuple(RunConfig(*way) for way in product(modes, corrections, arguments.memory)),
        _videos(arguments),
        arguments.batch,
        local_device(arguments.device),
        arguments.precision,
    )


def _writers(arguments: argparse.Namespace, separate_runs: bool) -> list[ResultWriter]:
    writers: list[ResultWriter] = []
    if arguments.predictions:
        data_format = arguments.data.partition(":")[0]
        writers.append(PredictionWriter(arguments.predictions, data_format, separate_runs))
    if arguments.save_overlays:
        writers.append(OverlayWriter(arguments.save_overlays, separate_runs))
    if arguments.worst:
        writers.append(WorstWriter(arguments.worst, _WORST, separate_runs))
    return writers


def _settings(arguments: argparse.Namespace, config: EvaluationConfig) -> dict[str, Any]:
    """Return the settings that must not change when an evaluation resumes."""
    return {
        "data": arguments.data,
        "frames": arguments.frames,
        "ways": [run_config.folder for run_config in config.run_configs],
        "precision": arguments.precision,
        "predictions": arguments.predictions and str(arguments.predictions),
        "save_overlays": arguments.save_overlays and str(arguments.save_overlays),
    }


def _has_ground_truth(dataset: Dataset) -> bool:
    """Return whether a data set has ground truth; all videos are like the first one."""
    expressions = dataset.video(0).expressions if len(dataset) else ()
    return not expressions or any(expression.objects for expression in expressions)
