"""Writes videos in the format of MeViS, with depth, poses and contacts, by several processes."""

import json
import multiprocessing
import os
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from samwise_ros.data.formats.write_files import write_jpeg
from samwise_ros.data.rle import encode
from samwise_ros.data.tabletop.description import Split
from samwise_ros.data.tabletop.simulation.scene import SceneRenderer
from samwise_ros.data.tabletop.video import TabletopVideo, make_video, video_name
from samwise_ros.files.atomic import is_part, write_atomically

_ENTRIES = "entries"


@dataclass(frozen=True)
class Output:
    """What is written where.

    Attributes:
        folder: the data set's folder.
        width: width of the images, pixels.
        height: height of the images, pixels.
        frames: frames of each video of ``train``; drawn from 8 to 96 by default.
        first: index of the first video of ``train``; other indices are other scenes.
        processes: number of processes.
    """

    folder: Path
    width: int
    height: int
    frames: int | None = None
    first: int = 0
    processes: int = 2

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.width < 32 or not 0.5 <= self.height / self.width <= 2:
            raise ValueError(
                "width, height: expected a width of at least 32 pixels and an aspect ratio from "
                f"1:2 to 2:1, got {self.width} x {self.height}"
            )
        if self.first < 0:
            raise ValueError(f"first: expected 0 or more, got {self.first}")
        if self.processes < 1:
            raise ValueError(f"processes: expected 1 or more, got {self.processes}")


def write_tabletop(output: Output, counts: Mapping[Split, int]) -> dict[str, str]:
    """Write videos; those that were written before are kept.

    The folder of a split holds, beside what MeViS has, ``truth/VIDEO.npz`` with the arrays of
    ``VideoTruth`` (depth as uint16 in millimetres) and the kind, colour (empty for bare material),
    pattern and material of each thing, and ``entries/VIDEO.json``, which marks a video as complete.

    Args:
        output: the folder and the size.
        counts: number of videos of each split.

    Returns:
        The versions of MuJoCo and the GL library.

    Raises:
        OSError: a file could not be written.
        RenderingError: there is no GL library.
    """
    settings = {"width": output.width, "height": output.height, "frames": output.frames}
    if output.first:
        settings["first"] = output.first
    versions = _check_settings(output, settings)
    indices = {split: _indices(output, split, count) for split, count in counts.items()}
    tasks = [(split, index) for split, numbers in indices.items() for index in numbers]
    missing = [task for task in tasks if not _entry_path(output, *task).exists()]
    with tqdm(
        total=len(tasks), initial=len(tasks) - len(missing), desc="tabletop", unit="video"
    ) as bar:
        for _ in _run(output, missing):
            bar.update()
    for split, numbers in indices.items():
        _join(output, split, numbers)
    return versions


def _indices(output: Output, split: Split, count: int) -> range:
    """Return the indices of a split's videos."""
    first = output.first if split == "train" else 0
    return range(first, first + count)


def _check_settings(output: Output, settings: dict[str, int | None]) -> dict[str, str]:
    """Write the settings and versions, or check that they are those of the folder."""
    renderer = SceneRenderer(output.width, output.height)  # fails here, not in a process
    versions = renderer.versions
    renderer.close()
    path = output.folder / "tabletop.json"
    facts = {"settings": settings, "versions": versions}
    if path.exists():
        found = json.loads(path.read_text("utf-8"))
        if found != facts:
            raise ValueError(f"{path}: expected {facts}, got {found}; choose a new folder")
        return versions
    if output.folder.exists() and any(not is_part(path) for path in output.folder.iterdir()):
        raise ValueError(f"{output.folder}: the folder is not empty; choose a new folder")
    output.folder.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(facts).encode())
    return versions


def _run(output: Output, tasks: list[tuple[Split, int]]) -> Iterator[None]:
    """Write videos in processes; yield after each."""
    if not tasks:
        return
    context = multiprocessing.get_context("spawn")  # a GL context does not survive a fork
    workers = min(output.processes, len(tasks))
    waiting = iter(tasks)
    with ProcessPoolExecutor(workers, context, _start, (output,)) as pool:
        running: set[Future[None]] = set()
        try:
            while True:
                # A short queue: an interruption does not wait for the rest.
                for task in islice(waiting, 2 * workers - len(running)):
                    running.add(pool.submit(_write_video, *task))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                    yield
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_STATE: dict[str, Any] = {}
"""The output and the renderer of a process."""


def _start(output: Output) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    _STATE["output"] = output
    _STATE["renderer"] = SceneRenderer(output.width, output.height)


def _end_with_parent() -> None:
    """End this process if its parent is killed, instead of waiting for tasks forever."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _write_video(split: Split, index: int) -> None:
    output: Output = _STATE["output"]
    video = make_video(
        _STATE["renderer"], split, index, output.frames if split == "train" else None
    )
    folder, name = output.folder / split, video_name(split, index)
    frames = folder / "JPEGImages" / name
    frames.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(video.frames):
        write_jpeg(frames / f"{number:05d}.jpg", frame)
    _write_truth(folder / "truth" / f"{name}.npz", video)
    path = _entry_path(output, split, index)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(_entry(video)).encode())


def _write_truth(path: Path, video: TabletopVideo) -> None:
    truth, things = video.truth, video.description.things
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = BytesIO()
    np.savez_compressed(
        arrays,
        allow_pickle=False,
        labels=truth.labels,
        depth_mm=np.round(truth.depth_m * 1000).astype(np.uint16),
        camera_poses=truth.camera_poses.astype(np.float32),
        intrinsics=truth.intrinsics,
        positions_m=truth.positions_m,
        orientations=truth.orientations,
        in_view=truth.in_view,
        kinds=np.array([thing.kind for thing in things]),
        colours=np.array(["" if thing.look.bare else thing.look.colour for thing in things]),
        patterns=np.array([thing.look.pattern for thing in things]),
        materials=np.array([thing.look.material for thing in things]),
        **truth.states,
    )
    write_atomically(path, arrays.getvalue())


def _entry(video: TabletopVideo) -> dict[str, Any]:
    """Return the expressions and masks of a video.

    Masks are numbered within the video: those of the things, then the empty ones of what is absent.
    """
    things = video.truth.things
    masks: list[list[dict[str, object] | None]] = [
        [encode(mask) if mask.any() else None for mask in video.truth.labels == number]
        for number in range(1, things + 1)
    ]
    masks.append([None] * len(video.frames))
    expressions = {
        str(number): {
            "exp": sentence.text,
            "obj_id": [] if sentence.target is None else [sentence.target],
            "anno_id": [things if sentence.target is None else sentence.target],
            "kind": sentence.kind,
            "detail": sentence.detail,
            "start": sentence.start,
            "stop": sentence.stop,
        }
        for number, sentence in enumerate(video.sentences)
    }
    frames = [f"{number:05d}" for number in range(len(video.frames))]
    scenario = video.description.scenario
    return {"frames": frames, "scenario": scenario, "expressions": expressions, "masks": masks}


def _entry_path(output: Output, split: Split, index: int) -> Path:
    return output.folder / split / _ENTRIES / f"{video_name(split, index)}.json"


def _join(output: Output, split: Split, indices: range) -> None:
    """Write the lists of a split from the entries of its videos."""
    videos: dict[str, Any] = {}
    masks: dict[str, Any] = {}
    for index in indices:
        entry = json.loads(_entry_path(output, split, index).read_text("utf-8"))
        first = len(masks)
        masks.update({str(first + number): mask for number, mask in enumerate(entry.pop("masks"))})
        for expression in entry["expressions"].values():
            expression["anno_id"] = [first + number for number in expression["anno_id"]]
        if entry["expressions"]:
            videos[video_name(split, index)] = entry
    folder = output.folder / split
    write_atomically(folder / "mask_dict.json", json.dumps(masks).encode())
    write_atomically(folder / "meta_expressions.json", json.dumps({"videos": videos}).encode())
