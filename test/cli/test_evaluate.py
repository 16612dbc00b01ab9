"""`samwise evaluate`: scores of each format, output folders, resuming, several processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from write_ref_davis17 import write_ref_davis17
from write_ref_youtube_vos import write_ref_youtube_vos
from write_refcoco import write_refcoco

from samwise_ros.cli.main import main
from samwise_ros.data.dataset import Dataset
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.data.painted.video import PaintedConfig

WRITE = {
    "mevis": write_mevis,
    "ref_youtube_vos": write_ref_youtube_vos,
    "ref_davis17": write_ref_davis17,
    "refcoco": write_refcoco,
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two small videos, or four images, in each format."""
    root = tmp_path_factory.mktemp("formats")
    for name, write in WRITE.items():
        frames, count = (1, 4) if name == "refcoco" else (3, 2)
        write(root / name, {"train": count}, PaintedConfig(frames, 64, 48))
    return {name: root / name for name in WRITE}


def _evaluate(model: str, data: str, file: Path, *more: object, mode: str = "online") -> dict:
    argv = ["evaluate", "--model", model, "--data", data, "--mode", mode, "--json", str(file)]
    assert main([*argv, *map(str, more)]) == 0
    return json.loads(file.read_text())


def _unions(dataset: Dataset, index: int) -> dict[str, np.ndarray]:
    """Return the ground truth masks of each sentence of a video, (T, H, W)."""
    video = dataset.video(index)
    frame_indices = range(len(video.frames))
    return {
        one.id: dataset.masks(index, one.objects, frame_indices).any(axis=0)
        for one in video.expressions
    }


def _iou(masks: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean over frames in percent."""
    both, either = (masks & truth).sum(axis=(1, 2)), (masks | truth).sum(axis=(1, 2))
    return 100 * float(np.where(either > 0, both / np.maximum(either, 1), 1.0).mean())


@pytest.mark.parametrize("name", ["mevis", "ref_youtube_vos"])
def test_scores_match_written_masks(
    name: str, model: str, folders: dict[str, Path], tmp_path: Path
) -> None:
    data = f"{name}:{folders[name]}:train"
    found = _evaluate(model, data, tmp_path / "s.json", "--predictions", tmp_path / "masks")
    above = tmp_path / "masks" / ("Annotations" if name == "ref_youtube_vos" else "")
    dataset, scores = open_dataset(data), iter(found["runs"][0]["sentences"])
    assert found["sentences"] == sum(len(dataset.video(i).expressions) for i in range(2)) > 4
    for index in range(2):
        video = dataset.video(index)
        for key, truth in _unions(dataset, index).items():
            files = [above / video.name / key / f"{frame}.png" for frame in video.frames]
            masks = np.stack([cv2.imread(str(file), cv2.IMREAD_UNCHANGED) for file in files])
            assert set(np.unique(masks)) <= {0, 255}
            score = next(scores)
            assert (score["video"], score["expression"]) == (video.name, key)
            assert score["j"] == pytest.approx(_iou(masks > 0, truth), abs=0.01)


def test_ref_davis17_is_scored_by_label_maps_and_annotators(
    model: str, folders: dict[str, Path], tmp_path: Path
) -> None:
    """The label map of an annotator has one label for each object."""
    data = f"ref_davis17:{folders['ref_davis17']}:train"
    found = _evaluate(model, data, tmp_path / "s.json", "--predictions", tmp_path / "masks")
    dataset, scores = open_dataset(data), found["runs"][0]["sentences"]
    assert {score["kind"] for score in scores} == {"first_frame", "full_video"}
    means = []
    for annotator in range(4):
        ours = [score for score in scores if score["annotator"] == annotator]
        means.append(np.mean([score["jf"] for score in ours]))
        for index in range(2):
            video = dataset.video(index)
            files = sorted((tmp_path / f"masks/anno_{annotator}/{video.name}").glob("*.png"))
            assert [file.stem for file in files] == list(video.frames)
            labels = np.stack([np.asarray(Image.open(file)) for file in files])
            described = [one for one in video.expressions if one.annotator == annotator]
            assert set(np.unique(labels)) <= {0, *(one.objects[0] for one in described)}
            unions = _unions(dataset, index)
            for one in described:
                score = next(
                    s for s in ours if (s["video"], s["expression"]) == (video.name, one.id)
                )
                possible = [_iou(labels == label.objects[0], unions[one.id]) for label in described]
                assert min(abs(score["j"] - value) for value in possible) < 0.01
    assert found["runs"][0]["all"]["jf"] == pytest.approx(np.mean(means), abs=0.01)


def test_refcoco_has_separate_measures(
    model: str, folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = f"refcoco:{folders['refcoco']}:train"
    found = _evaluate(model, data, tmp_path / "s.json", "--save-overlays", tmp_path / "overlays")
    measures = found["runs"][0]["images"]
    table = capsys.readouterr().out
    assert f"| overall IoU | {measures['oiou']:.1f} |" in table
    assert "| precision at 0.9 |" in table
    ious = np.array([score["j"] for score in found["runs"][0]["sentences"]])
    assert measures["miou"] == pytest.approx(ious.mean(), abs=0.01)
    assert measures["precision"]["0.5"] == pytest.approx(100 * (ious >= 50).mean(), abs=0.01)
    assert len(list((tmp_path / "overlays").rglob("*.png"))) == found["sentences"]


def test_modes_and_variants_are_compared_on_tabletop(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ways = ("--cme", "learned", "always", "--videos", 2, "--frames", 7)
    found = _evaluate(model, "painted:test", tmp_path / "new" / "s.json", *ways, mode="both")
    table = capsys.readouterr().out
    assert "| online, CME learned | online, CME always | clip, CME learned |" in table
    assert "| swapped, the original object |" in table
    assert "| videos | online: CME learned less always | CME learned: online less clip |" in table
    assert [run["switch_correction"] for run in found["runs"]] == ["learned", "always"] * 2
    assert [len(run["sentences"]) for run in found["runs"]] == [found["sentences"]] * 4


def test_split_without_ground_truth_has_predictions_only(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_ref_youtube_vos(tmp_path / "data", {"val": 1}, PaintedConfig(3, 64, 48))
    data = f"ref_youtube_vos:{tmp_path / 'data'}:valid"
    argv = ["evaluate", "--model", model, "--data", data, "--mode", "online"]
    assert main(argv) == 2
    assert "has no ground truth to score; write the masks with --pred" in capsys.readouterr().err
    assert main([*argv, "--predictions", str(tmp_path / "masks")]) == 0
    assert "nothing to score" in capsys.readouterr().out
    sentences = len(open_dataset(data).video(0).expressions)
    assert len(list((tmp_path / "masks" / "Annotations").rglob("*.png"))) == 3 * sentences > 0


def test_two_processes_share_the_work(model: str, tmp_path: Path) -> None:
    whole, shared = (tmp_path / name for name in ("whole.json", "shared.json"))
    more = ("--videos", 3, "--frames", 2, "--out", tmp_path / "records")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command = [*torchrun, "--nproc-per-node", "2", "-m", "samwise_ros.cli.main", "evaluate"]
    options = ["--model", model, "--data", "painted:test", "--mode", "online"]
    ran = subprocess.run(
        [*command, *options, "--json", str(shared), *map(str, more)],
        capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("| all |") == 1
    found = _evaluate(model, "painted:test", whole, *more[:4])
    assert found == json.loads(shared.read_text())
    lines = [(tmp_path / f"records/scores-{rank}.jsonl").read_text() for rank in (0, 1)]
    assert [line.count("\n") for line in lines] == [2, 1]


def test_same_command_resumes_and_other_settings_are_rejected(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ("--out", tmp_path / "records", "--frames", 2)
    first = _evaluate(model, "painted:test", tmp_path / "a.json", *out, "--videos", 1)
    more = _evaluate(model, "painted:test", tmp_path / "b.json", *out, "--videos", 2)
    assert more["runs"][0]["sentences"][: first["sentences"]] == first["runs"][0]["sentences"]
    assert (tmp_path / "records" / "scores-0.jsonl").read_text().count("\n") == 2
    capsys.readouterr()
    argv = ["evaluate", "--data", "painted:test", "--mode", "online", *map(str, out)]
    for changed, word in (
        (["--model", model, "--cme", "never"], "ways was"),
        (["--model", "tabletop"], "weights was"),
    ):
        assert main([*argv, *changed]) == 2
        assert word in capsys.readouterr().err


def test_invalid_arguments_are_rejected(
    model: str, folders: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for options, message in (
        (["--data", "moon:test"], "expected one of mevis:DIR:SPLIT"),
        (["--data", f"mevis:{folders['mevis']}:train", "--frames", "4"], "omit frames"),
        (["--batch", "0"], "batch: expected 1 to 254, got 0"),
        (["--videos", "0"], "videos: expected 1 or more, got 0"),
        (["--model", "/nowhere"], "/nowhere: no such model folder"),
        (["--precision", "float8"], "precision: expected auto"),
    ):
        assert main(["evaluate", "--model", model, *options]) == 2
        assert message in capsys.readouterr().err
