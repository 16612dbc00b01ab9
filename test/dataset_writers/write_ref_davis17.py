"""Writes generated tabletop videos in the format of Ref-DAVIS17."""

import random
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from write_labels import write_labels

from samwise_ros.data.formats.ref_davis17 import TEXTS
from samwise_ros.data.formats.write_files import painted_videos, write_frames
from samwise_ros.data.painted.description import describe_by_attributes, describe_by_motion
from samwise_ros.data.painted.language import sentence
from samwise_ros.data.painted.objects import MOTION_FRAMES
from samwise_ros.data.painted.video import PaintedConfig, PaintedVideo, Split


def write_ref_davis17(folder: Path, counts: Mapping[Split, int], config: PaintedConfig) -> None:
    """Write videos as the splits ``train`` and ``val``, each object described by all annotators.

    Args:
        folder: created if missing; files of the same names are replaced.
        counts: number of videos of each split, from index 0 on.
        config: properties of the videos.
    """
    assert "test" not in counts, "Ref-DAVIS17 has no test split"
    davis = folder / "DAVIS"
    names: dict[Split, list[str]] = defaultdict(list)
    lines: dict[str, list[str]] = defaultdict(list)
    for split, name, video in painted_videos(counts, config):
        write_frames(davis / "JPEGImages" / "480p" / name, video)
        write_labels(davis / "Annotations_unsupervised" / "480p" / name, video)
        names[split].append(name)
        for file, _, kind in TEXTS:
            rng = random.Random(f"{file}/{name}")
            sentences = _sentences(rng, video, motions=kind == "full_video")
            for number, words in sentences.items():
                lines[file].append(f'{name} {number + 1} "{words}"')
    _write_texts(davis / "ImageSets" / "2017", {f"{split}.txt": names[split] for split in names})
    _write_texts(folder / "davis_text_annotations", lines)


def _sentences(rng: random.Random, video: PaintedVideo, motions: bool) -> dict[int, str]:
    """Return one annotator's sentence for each object that has an expression in the video."""
    objects = list(video.objects)
    sentences = {item.objects[0]: item.sentence for item in video.expressions}
    for index in sentences:
        description = None
        if motions and len(video.frames) >= MOTION_FRAMES:
            description = describe_by_motion(rng, objects, index)
        description = description or describe_by_attributes(rng, objects, index)
        if description is not None:
            sentences[index] = sentence(rng, description)
    return sentences


def _write_texts(folder: Path, texts: Mapping[str, list[str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in texts.items():
        (folder / name).write_text("\n".join(lines) + "\n", "ascii")
