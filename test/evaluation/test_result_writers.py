"""Written masks and overlays: names, values and sizes."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from squares import SquaresDataset, expression

from samwise_ros.evaluation.result_writers.overlays import OverlayWriter
from samwise_ros.evaluation.result_writers.predictions import PredictionWriter
from samwise_ros.evaluation.result_writers.result_writer import FrameResults
from samwise_ros.evaluation.result_writers.worst import WorstWriter
from samwise_ros.evaluation.run_config import RunConfig
from samwise_ros.vision.video_reader import VideoReader

DATASET = SquaresDataset(
    [[expression("first", 0), expression("second", 1), expression("third", 1, annotator=1)]],
    frames=5,
)


def _write(writer, dataset=DATASET, numbers=(0, 1, 2)) -> None:
    """Write all frames, three at a time."""
    video = dataset.video(0)
    expressions = [video.expressions[number] for number in numbers]
    for first in range(0, len(video.frames), 3):
        frame_indices = range(len(video.frames))[first : first + 3]
        images = dataset.images(0, frame_indices)
        masks = np.concatenate(
            [dataset.masks(0, each.objects, frame_indices) for each in expressions]
        )
        results = FrameResults(video, expressions, frame_indices, images, masks, list(masks))
        writer.write(RunConfig(), results)


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))


@pytest.mark.parametrize(
    ("data_format", "parent"), [("mevis", ""), ("ref_youtube_vos", "Annotations/"), ("drawn", "")]
)
def test_masks_have_the_layout_of_the_servers(
    tmp_path: Path, data_format: str, parent: str
) -> None:
    _write(PredictionWriter(tmp_path, data_format, separate_runs=False))
    names = ("first", "second", "third")
    assert _files(tmp_path) == [f"{parent}video0/{n}/{t:05d}.png" for n in names for t in range(5)]
    written = cv2.imread(str(tmp_path / f"{parent}video0/second/00003.png"), cv2.IMREAD_UNCHANGED)
    assert written.dtype == np.uint8
    np.testing.assert_array_equal(written, 255 * DATASET.masks(0, [1], [3])[0, 0])


def test_label_maps_of_each_annotator(tmp_path: Path) -> None:
    dataset = SquaresDataset(
        [[expression("one", 1), expression("two", 2), expression("other", 2, annotator=1)]],
        frames=5,
    )
    _write(PredictionWriter(tmp_path, "ref_davis17", separate_runs=False), dataset, numbers=(0, 1))
    _write(PredictionWriter(tmp_path, "ref_davis17", separate_runs=False), dataset, numbers=(2,))
    assert _files(tmp_path) == [f"anno_{a}/video0/{t:05d}.png" for a in range(2) for t in range(5)]
    one, two = dataset.masks(0, [1, 2], [4])[:, 0]
    for annotator, labels in ((0, one + 2 * two), (1, 2 * two)):
        with Image.open(tmp_path / f"anno_{annotator}/video0/00004.png") as image:
            assert image.mode == "P"
            np.testing.assert_array_equal(np.asarray(image), labels)


def test_runs_are_written_to_separate_folders(tmp_path: Path) -> None:
    _write(PredictionWriter(tmp_path / "masks", "mevis", separate_runs=True))
    _write(OverlayWriter(tmp_path / "videos", separate_runs=True))
    assert (tmp_path / "masks/online_learned/video0/first/00000.png").exists()
    assert (tmp_path / "videos/online_learned/video0/first.mp4").exists()


def test_overlay_video_shows_the_mask(tmp_path: Path) -> None:
    _write(OverlayWriter(tmp_path, separate_runs=False))
    assert _files(tmp_path) == [f"video0/{name}.mp4" for name in ("first", "second", "third")]
    frames = list(VideoReader(tmp_path / "video0/second.mp4"))
    assert len(frames) == 5
    assert frames[0].shape == (32, 48, 3)
    coloured = frames[0].astype(int).max(axis=2) - frames[0].min(axis=2) > 15  # a light tint
    assert coloured[10:15, 13:19].mean() > 0.8
    assert coloured[20:, 24:].mean() < 0.1


def test_overlay_of_an_image_is_an_image(tmp_path: Path) -> None:
    _write(
        OverlayWriter(tmp_path, separate_runs=False),
        SquaresDataset([[expression("first", 0)]], frames=1),
        numbers=(0,),
    )
    assert _files(tmp_path) == ["video0/first.png"]
    assert cv2.imread(str(tmp_path / "video0/first.png")).shape == (32, 48, 3)


@pytest.mark.parametrize("name", ["../../../x", "/tmp/x", "a\0b", "a\\b"])
@pytest.mark.parametrize("frames", [1, 5])
def test_an_id_that_leaves_the_folder_is_not_written(
    tmp_path: Path, name: str, frames: int
) -> None:
    dataset = SquaresDataset([[expression(name, 0)]], frames=frames)
    out = tmp_path / "a" / "b" / "c"
    for writer in (
        PredictionWriter(out, "mevis", separate_runs=False),
        PredictionWriter(out, "ref_youtube_vos", separate_runs=False),
        OverlayWriter(out, separate_runs=False),
    ):
        with pytest.raises(ValueError, match="expected a file name, got"):
            _write(writer, dataset, numbers=(0,))
    assert _files(tmp_path) == []


def test_worst_sentences_are_drawn_by_kind_in_order(tmp_path: Path) -> None:
    """Of three sentences the first is right, the second half right and the third wrong."""
    names = ("first", "second", "third")
    kinds = [expression(name, place, kind="motion") for place, name in enumerate(names)]
    dataset = SquaresDataset([kinds], frames=5)
    video, writer = dataset.video(0), WorstWriter(tmp_path, 2, separate_runs=False)
    for frame_indices in (range(3), range(3, 5)):
        images = dataset.images(0, frame_indices)
        truths = [dataset.masks(0, each.objects, frame_indices)[0] for each in kinds]
        half = truths[1].copy()
        half[:, ::2] = False
        masks = np.stack([truths[0], half, np.zeros_like(truths[2])])
        results = FrameResults(video, kinds, frame_indices, images, masks, truths)
        writer.write(RunConfig(), results)
    writer.close()
    assert _files(tmp_path) == ["motion.png"]
    sheet = cv2.cvtColor(cv2.imread(str(tmp_path / "motion.png")), cv2.COLOR_BGR2RGB)
    assert sheet.shape == (240, 2 * 320, 3)
    for tile, target in ((sheet[:, :320], 2), (sheet[:, 320:], 1)):
        (truth,) = dataset.masks(0, [target], [0])[0]
        square = cv2.resize(truth.astype(np.float32), (320, 240)) > 0.5
        outline = square & (cv2.erode(square.astype(np.uint8), np.ones((3, 3))) == 0)
        white = (tile == 255).all(-1)
        assert white[60:][outline[60:]].mean() > 0.9
        assert white[60:].sum() <= outline.sum() + 50, "no other outline is white"
