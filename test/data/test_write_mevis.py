"""The written folder is read back with the data set's own means: json, OpenCV and pycocotools."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco

from samwise_ros.data.write_mevis import write_mevis
from samwise_ros.data.tabletop import TabletopConfig, make_video

CONFIG = TabletopConfig(frames=6, width=96, height=72)
COUNT = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mevis") / "val"
    write_mevis(path, "val", COUNT, CONFIG)
    return path


def test_reads_back(folder: Path) -> None:
    videos = json.loads((folder / "meta_expressions.json").read_text())["videos"]
    masks = json.loads((folder / "mask_dict.json").read_text())
    assert len(videos) == COUNT
    for index, (name, entry) in enumerate(videos.items()):
        video = make_video("val", index, CONFIG)
        assert entry["frames"] == [
            path.stem for path in sorted((folder / "JPEGImages" / name).iterdir())
        ]
        assert len(entry["expressions"]) == len(video.expressions)
        for written, made in zip(entry["expressions"].values(), video.expressions, strict=True):
            assert written["exp"] == made.sentence
            assert written["obj_id"] == list(made.objects)
            (annotation,) = written["anno_id"]
            for code, truth in zip(
                masks[str(annotation)], video.masks[made.objects[0]], strict=True
            ):
                assert (code is None) == (not truth.any())
                if code is not None:
                    np.testing.assert_array_equal(coco.decode(code), truth)


def test_each_object_has_its_own_annotation(folder: Path) -> None:
    masks = json.loads((folder / "mask_dict.json").read_text())
    assert len(masks) == sum(len(make_video("val", k, CONFIG).objects) for k in range(COUNT))


def test_images_show_the_frames(folder: Path) -> None:
    picture = cv2.imread(str(folder / "JPEGImages" / "val000002" / "00003.jpg"))
    frame = make_video("val", 2, CONFIG).frames[3]
    assert np.abs(picture[:, :, ::-1].astype(int) - frame).mean() < 6
