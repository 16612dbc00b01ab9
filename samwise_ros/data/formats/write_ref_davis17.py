"""Writes tabletop videos as a folder of the Ref-DAVIS17 data set."""

import random
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from samwise_ros.data.formats.ref_davis17 import TEXTS
from samwise_ros.data.formats.write_files import tabletop_videos, write_frames, write_labels
from samwise_ros.data.tabletop.language import sentence
from samwise_ros.data.tabletop.meaning import attribute_meaning, motion_meaning
from samwise_ros.data.tabletop.objects import MOTION_FRAMES
from samwise_ros.data.tabletop.video import Split, TabletopConfig, TabletopVideo


def write_ref_davis17(folder: Path, counts: Mapping[Split, int], config: TabletopConfig) -> None:
    """Write videos as the splits ``train`` and ``val``, each object described by all annotators.

    Args:
        folder: made where it is missing; files of the same names are replaced.
        counts: how many videos of each split, from index 0 on.
        config: what they are like.

    Raises:
        ValueError: the test split is asked for, which this data set does not have.
        OSError: something could not be written.
    """
    if "test" in counts:
        raise ValueError("split: Ref-DAVIS17 has train and val only, got test")
    davis = folder / "DAVIS"
    names: dict[Split, list[str]] = defaultdict(list)
    lines: dict[str, list[str]] = defaultdict(list)
    for split, name, video in tabletop_videos(counts, config):
        write_frames(davis / "JPEGImages" / "480p" / name, video)
        write_labels(davis / "Annotations_unsupervised" / "480p" / name, video)
        names[split].append(name)
        for file, _, kind in TEXTS:
            rng = random.Random(f"{file}/{name}")
            for number, said in _described(rng, video, motions=kind == "full_video").items():
                lines[file].append(f'{name} {number + 1} "{said}"')
    _write_texts(davis / "ImageSets" / "2017", {f"{split}.txt": names[split] for split in names})
    _write_texts(folder / "davis_text_annotations", lines)


def _described(rng: random.Random, video: TabletopVideo, motions: bool) -> dict[int, str]:
    """What an annotator says of each object that the video's own sentences tell from the others."""
    cast = list(video.objects)
    said = {item.objects[0]: item.sentence for item in video.expressions}
    for index in said:
        meaning = None
        if motions and len(video.frames) >= MOTION_FRAMES:
            meaning = motion_meaning(rng, cast, index)
        meaning = meaning or attribute_meaning(rng, cast, index)
        if meaning is not None:
            said[index] = sentence(rng, meaning)
    return said


def _write_texts(folder: Path, texts: Mapping[str, list[str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in texts.items():
        (folder / name).write_text("\n".join(lines) + "\n", "ascii")
