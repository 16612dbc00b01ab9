"""Opening of data sets by their specification on the command line."""

from pathlib import Path

import numpy as np
import pytest
from write_ref_youtube_vos import write_ref_youtube_vos

from samwise_ros.data.dataset import DatasetError
from samwise_ros.data.formats.write_mevis import write_mevis
from samwise_ros.data.open_dataset import detect_format, open_dataset
from samwise_ros.data.painted.dataset import PaintedDataset
from samwise_ros.data.painted.video import PaintedConfig, absent_sentence, make_video

TINY = PaintedConfig(frames=2, width=64, height=48)


def test_painted_equals_generated_videos() -> None:
    dataset = open_dataset("painted:val", frames=5)
    assert (len(dataset), dataset.name) == (1 << 40, "painted:val")
    made = make_video("val", 7, PaintedConfig(5, 320, 240))
    video = dataset.video(7)
    assert (video.name, video.frames[-1]) == ("val000007", "00004")
    assert video.expressions == made.expressions
    np.testing.assert_array_equal(dataset.images(7, [4, 0, 4]), made.frames[[4, 0, 4]])
    np.testing.assert_array_equal(dataset.masks(7, [1, 0], [3]), made.masks[[1, 0]][:, [3]])
    assert open_dataset("painted:test").images(0, [0]).shape == (1, 240, 320, 3)
    assert len(open_dataset("painted:test").video(0).frames) == 16


MOTIONS = ("left", "right", "towards", "away", "lifted", "behind", "moving", "still")


@pytest.mark.parametrize(
    ("subset", "kept"),
    [
        ("late", {("late", "enters"), ("late", "starts")}),
        ("motion", {("motion", motion) for motion in MOTIONS}),
    ],
)
def test_subset_has_separate_videos_and_a_selection_of_sentences(
    subset: str, kept: set[tuple[str, str]]
) -> None:
    dataset, test = open_dataset(f"painted:{subset}"), open_dataset("painted:test")
    expressions = [each for index in range(60) for each in dataset.video(index).expressions]
    assert {(each.kind, each.detail) for each in expressions} == kept
    assert (dataset.images(0, [0]) != test.images(0, [0])).any()


def test_painted_generates_absent_sentences() -> None:
    dataset = PaintedDataset("train", TINY)
    expected = absent_sentence(make_video("train", 3, TINY), np.random.default_rng(0))
    assert dataset.absent_sentence(3, np.random.default_rng(0)) == expected


def test_split_is_optional_if_there_is_one(tmp_path: Path) -> None:
    write_mevis(tmp_path, {"train": 1}, TINY)
    assert open_dataset(f"mevis:{tmp_path}").name == f"mevis:{tmp_path}:train"
    write_mevis(tmp_path, {"val": 1}, TINY)
    choices = rf"expected one of mevis:{tmp_path}:train, mevis:{tmp_path}:valid_u"
    for spec in (f"mevis:{tmp_path}", f"mevis:{tmp_path}:val"):
        with pytest.raises(DatasetError, match=choices):
            open_dataset(spec)


def test_folder_name_may_contain_a_colon(tmp_path: Path) -> None:
    folder = tmp_path / "a:b"
    write_mevis(folder, {"train": 1, "val": 1}, TINY)
    assert len(open_dataset(f"mevis:{folder}:train")) == 1


def test_format_is_detected_from_files(tmp_path: Path) -> None:
    write_ref_youtube_vos(tmp_path / "a", {"val": 1}, TINY)
    assert detect_format(tmp_path / "a") == "ref_youtube_vos"
    with pytest.raises(DatasetError, match="expected a data set of format mevis, ref_youtube"):
        detect_format(tmp_path)


def test_invalid_entry_raises_on_opening(tmp_path: Path) -> None:
    write_mevis(tmp_path, {"train": 2}, TINY)
    file = tmp_path / "train" / "meta_expressions.json"
    file.write_text(file.read_text().replace('"frames"', '"Frames"'))
    with pytest.raises(DatasetError, match=r"videos/train000000: no 'frames' in this entry"):
        open_dataset(f"mevis:{tmp_path}:train")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("", "expected one of mevis:DIR:SPLIT, .*painted:test"),
        ("painted", "expected one of painted:train, painted:val, painted:test"),
        ("painted:valid", "expected one of painted:train, painted:val, painted:test"),
        ("mevis", "expected mevis:DIR:SPLIT, got no folder"),
        ("mevis:", "expected mevis:DIR:SPLIT, got no folder"),
        ("mevis:/none", "'/none' is not a folder"),
        ("mevis:/none:train", "'/none' is not a folder"),
        ("coco:/none:train", "expected one of mevis:DIR:SPLIT"),
    ],
)
def test_invalid_specification_raises(spec: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        open_dataset(spec)


def test_number_of_frames_is_for_generated_videos_only(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="got 8; omit frames"):
        open_dataset(f"mevis:{tmp_path}:train", frames=8)
    with pytest.raises(ValueError, match="frames: expected 1 or more, got 0"):
        open_dataset("painted:train", frames=0)
