"""Check a model folder: print its properties, and run the model on a short generated clip.

The numbers are compared with the reference values of the model, if any are recorded. The exit code
is 1 if a number differs, and 2 if the folder cannot be loaded, for example because a weight is NaN.

Examples:
  samwise verify tabletop
  samwise download samwise_mevis && samwise verify samwise_mevis
"""

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from samwise_ros.cli.threads import add_threads_argument
from samwise_ros.cli.verify.reference import REFERENCES, SIMILARITY_TOLERANCE, Reference
from samwise_ros.data.painted.video import PaintedConfig, make_video
from samwise_ros.engine.backend.device import use_threads
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.engine.types import Command, EventKind, Frame
from samwise_ros.evaluation.metrics import region_similarity
from samwise_ros.network.checkpoints.fingerprint import fingerprint
from samwise_ros.network.checkpoints.model_folder import load_model
from samwise_ros.network.checkpoints.model_home import RELEASED_MODELS, find_model
from samwise_ros.network.config import SamwiseConfig
from samwise_ros.network.presets import PRESETS
from samwise_ros.network.samwise import Samwise

# Short, since a frame of a released model can take half a minute on a busy processor.
_CLIP = PaintedConfig(frames=4, width=160, height=120)
_CLIP_INDEX = 1
_PERIOD_NS = 100_000_000


@dataclass(frozen=True)
class ClipResult:
    """Score and speed of a model on the clip.

    Attributes:
        similarity: mean region similarity J over the frames, 0 to 1.
        frame_s: mean time for a frame, seconds.
    """

    similarity: float
    frame_s: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `samwise verify`."""
    parser.add_argument("model", help="name of a model, or path of a model folder")
    parser.add_argument(
        "--device", default="auto", help="auto, cpu, cuda or cuda:N (default: auto)"
    )
    add_threads_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the properties of the model, run it on the clip, and compare the numbers."""
    use_threads(arguments.threads)
    folder = find_model(arguments.model)
    network, tokenizer = load_model(arguments.model)
    found = Reference(sum(one.numel() for one in network.parameters()), fingerprint(network))
    _print_facts(folder, network, found)
    backend = SamwiseBackend(network, tokenizer, device=arguments.device, precision="float32")
    # A model of another vocabulary runs, too, although it does not know the words.
    result = _run_clip(Engine(backend, EngineConfig(reject_unknown_words=False)))
    found = replace(found, similarity=result.similarity)
    _print("clip", f"{_CLIP.frames} generated frames")
    _print("region similarity J", f"{result.similarity:.4f}")
    _print("time for a frame", f"{result.frame_s * 1e3:.0f} ms")
    expected = REFERENCES.get(arguments.model)
    problems: list[str] = []
    if expected is not None:
        problems = differences(found, expected)
    for problem in problems:
        print(f"PROBLEM: {problem}")
    print(_conclusion(arguments.model, expected, problems))
    return 1 if problems else 0


def differences(found: Reference, expected: Reference) -> list[str]:
    """Return one line for each number that differs from its reference value.

    >>> differences(Reference(5, "ab", 0.9), Reference(5, "cd"))
    ['fingerprint: expected cd, got ab']
    """
    lines = []
    for name in ("parameters", "fingerprint"):
        wanted, got = getattr(expected, name), getattr(found, name)
        if wanted is not None and got != wanted:
            lines.append(f"{name}: expected {wanted}, got {got}")
    wanted, got = expected.similarity, found.similarity
    if wanted is not None and got is not None and abs(got - wanted) > SIMILARITY_TOLERANCE:
        lines.append(
            f"region similarity J: expected {wanted:.4f} within {SIMILARITY_TOLERANCE}, "
            f"got {got:.4f}"
        )
    return lines


def _conclusion(model: str, expected: Reference | None, problems: list[str]) -> str:
    if problems:
        advice = f"delete its folder, run `samwise download {model}` again, and "
        return (
            "The model is not as expected: "
            f"{advice if model in RELEASED_MODELS else ''}open an issue with this output if the "
            "problem remains."
        )
    if expected is None:
        return "The model runs. No reference values are recorded for this model."
    if None in (expected.parameters, expected.fingerprint, expected.similarity):
        return (
            f"The model runs. No reference values are recorded for {model}: please open an issue "
            "with this output. It helps to record them."
        )
    return "The model matches the reference values."


def _run_clip(engine: Engine) -> ClipResult:
    video = make_video("val", _CLIP_INDEX, _CLIP)
    expression = video.expressions[0]
    for event in engine.set_commands([Command("1", expression.sentence)]):
        if event.kind is EventKind.REJECTED:
            raise ValueError(f"the model cannot take {expression.sentence!r}: {event.reason}")
    masks = []
    begin = time.perf_counter()
    for moment, image in enumerate(tqdm(video.frames, desc="clip", unit="frame")):
        (result,) = engine.step(Frame(image, stamp_ns=moment * _PERIOD_NS))
        masks.append(result.targets[0].mask)
    duration = time.perf_counter() - begin
    truth = np.logical_or.reduce([video.masks[index] for index in expression.objects])
    similarity = region_similarity(np.array(masks), truth).mean()
    return ClipResult(float(similarity), duration / len(masks))


def _print_facts(folder: Path, network: Samwise, found: Reference) -> None:
    config = network.config
    size = sum(file.stat().st_size for file in folder.iterdir())
    trained = {None: "unknown", 1: "images"}.get(
        network.trained_frames, f"clips of {network.trained_frames} frames"
    )
    _print("folder", str(folder))
    _print("size", f"{size / 1e6:.1f} MB")
    _print("preset", _preset_name(config))
    _print("image size", f"{config.image_size} pixels")
    _print("text encoder", f"{config.text_encoder}, {config.vocabulary} tokens")
    _print("motion prompt", "yes" if config.motion_prompt else "no")
    _print("trained on", trained)
    _print("parameters", f"{found.parameters}")
    _print("fingerprint", f"{found.fingerprint}")


def _preset_name(config: SamwiseConfig) -> str:
    """Return the name of the preset with this shape; verbs do not matter."""
    shape = replace(config, motion_prompt=False, verb_tagger="words", verbs=())
    return next((name for name, known in PRESETS.items() if known == shape), "none")


def _print(name: str, value: str) -> None:
    print(f"{name:20} {value}")
