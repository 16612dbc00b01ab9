"""`samwise evaluate --events`: scores the node's events."""

import argparse

from samwise_ros.data.dataset import Dataset
from samwise_ros.engine.backend.samwise_backend import SamwiseBackend
from samwise_ros.engine.config import EngineConfig
from samwise_ros.engine.engine import Engine
from samwise_ros.evaluation.distributed import EVALUATION_TIMEOUT, ProcessGroup, local_device
from samwise_ros.evaluation.events.planted import planted_records
from samwise_ros.evaluation.events.record import EventRecord
from samwise_ros.evaluation.events.report import EventReport
from samwise_ros.evaluation.events.runner import record_events
from samwise_ros.evaluation.events.timeline import draw_timeline
from samwise_ros.evaluation.events.true_events import Hysteresis
from samwise_ros.evaluation.events.true_masks import record_true_masks
from samwise_ros.evaluation.records import Records
from samwise_ros.files.documents import write_json
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.masks import MAX_LABEL

_ONLY_WITH_EVENTS = ("planted", "true_masks", "timelines")
_NEVER_WITH_EVENTS = ("predictions", "save_overlays", "mode", "cme")


def check_event_arguments(arguments: argparse.Namespace) -> None:
    """Refuse arguments that would have no effect, and numbers that are too small.

    Raises:
        ValueError: naming the argument.
    """
    for name in _NEVER_WITH_EVENTS if arguments.events else _ONLY_WITH_EVENTS:
        if getattr(arguments, name) not in (None, False):
            option = f"--{name.replace('_', '-')}"
            raise ValueError(f"{option}: expected {'no ' * arguments.events}--events with it")
    for names in (("planted", "true_masks"), ("planted", "out"), ("true_masks", "out")):
        if all(getattr(arguments, name) not in (None, False) for name in names):
            first, second = (f"--{name.replace('_', '-')}" for name in names)
            raise ValueError(f"{first}: expected no {second} with it")
    for name in ("videos", "planted"):
        number = getattr(arguments, name)
        if number is not None and number < 1:
            raise ValueError(f"--{name}: expected 1 or more, got {number}")
    if arguments.events and len(arguments.memory) > 1:
        raise ValueError(f"--memory: expected one with --events, got {' '.join(arguments.memory)}")
    if arguments.rate <= 0:
        raise ValueError(f"--rate: expected a number above 0, got {arguments.rate}")


def run_events(arguments: argparse.Namespace, dataset: Dataset, videos: int | None) -> int:
    """Score events and print the tables.

    Args:
        arguments: as `check_event_arguments` accepts them.
        dataset: with the masks of all objects.
        videos: number of videos; ``None`` for all.
    """
    config = EngineConfig(
        max_commands=MAX_LABEL, memory_policy=arguments.memory[0], reject_unknown_words=False
    )
    hysteresis = Hysteresis(
        config.min_mask_area, config.lost_after_frames, config.recover_after_frames
    )
    processes = ProcessGroup.join(timeout=EVALUATION_TIMEOUT)
    name, source = arguments.model, dataset.name
    if arguments.planted is not None:
        name, source = "event logic", "planted changes"
        found = planted_records(arguments.planted, config, processes)
    elif arguments.true_masks:
        name, found = "true masks", record_true_masks(dataset, videos, config, processes)
    else:
        found = _track(arguments, dataset, videos, config, processes)
    if processes.rank == 0:
        report = EventReport(name, source, found, hysteresis, arguments.rate)
        _write_event_report(arguments, report)
    processes.close()
    return 0


def _track(
    arguments: argparse.Namespace,
    dataset: Dataset,
    videos: int | None,
    config: EngineConfig,
    processes: ProcessGroup,
) -> list[EventRecord]:
    """Run the model."""
    backend = SamwiseBackend.from_model(
        arguments.model, device=local_device(arguments.device), precision=arguments.precision
    )
    records = None
    if arguments.out:
        settings = {
            "events": arguments.data,
            "memory": arguments.memory[0],
            "frames": arguments.frames,
            "precision": arguments.precision,
            "weights": backend.fingerprint,
        }
        records = Records(EventRecord.from_line, arguments.out, settings, processes.rank)
        processes.barrier()  # rank 0 creates the folder
    return record_events(
        Engine(backend, config),
        dataset,
        videos,
        batch=arguments.batch,
        records=records,
        processes=processes,
    )


def _write_event_report(arguments: argparse.Namespace, report: EventReport) -> None:
    print(report.to_markdown())
    if arguments.json:
        write_json(arguments.json, report.to_json())
    for record in report.records if arguments.timelines else ():
        picture = draw_timeline(record, report.hysteresis)
        write_image(arguments.timelines / f"{record.video}.png", picture)
