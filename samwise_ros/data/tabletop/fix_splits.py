"""Makes the fixed splits: renders their videos, and stores motion and sentences.

Stored motion is simulated again only if the description has changed.
"""

from itertools import count
from pathlib import Path

from tqdm import tqdm

from samwise_ros.data.dataset import DatasetError
from samwise_ros.data.tabletop.composition.describe import describe
from samwise_ros.data.tabletop.description import SceneDescription, Split
from samwise_ros.data.tabletop.language import Sentence
from samwise_ros.data.tabletop.simulation.physics import simulate
from samwise_ros.data.tabletop.simulation.scene import SceneRenderer
from samwise_ros.data.tabletop.stored import VIDEOS, read_trajectory, write_stored
from samwise_ros.data.tabletop.trajectory import Trajectory
from samwise_ros.data.tabletop.video import sentences_of

_REST_FRAMES = 24
"""Frames for which both twins of a video of ``past`` rest at the end."""


def fix_split(renderer: SceneRenderer, split: Split, folder: Path) -> None:
    """Make a fixed split and store it.

    Args:
        renderer: its size decides what is visible to the sentences.
        split: one of `VIDEOS`.
        folder: folder to write to.

    Raises:
        OSError: a file could not be written.
    """
    videos: dict[int, tuple[SceneDescription, Trajectory, list[Sentence]]] = {}
    with tqdm(total=VIDEOS[split], desc=split, unit="video") as bar:
        for number in count():
            if len(videos) == VIDEOS[split]:
                break
            description = describe(split, number)
            motion = _motion(description)
            truth = renderer.truth(description, motion)
            sentences = sentences_of(description, truth)
            if split != "past" or _names_moved_twin(description, motion, sentences):
                videos[number] = description, motion, sentences
                bar.update()
    write_stored(folder, split, videos)


def _motion(description: SceneDescription) -> Trajectory:
    try:
        return read_trajectory(description)
    except DatasetError:
        return simulate(description)


def _names_moved_twin(
    description: SceneDescription, motion: Trajectory, sentences: list[Sentence]
) -> bool:
    """Return whether a sentence about the past names a twin that moved, and rests at the end."""
    for index, thing in enumerate(description.things):
        if thing.twin_of < 0:
            continue
        moved = [twin for twin in (thing.twin_of, index) if motion.motion[:, twin].any()]
        rests = not motion.motion[-_REST_FRAMES:, (thing.twin_of, index)].any()
        named = {sentence.target for sentence in sentences if sentence.kind == "past"}
        if len(moved) == 1 and rests and moved[0] in named:
            return True
    return False
