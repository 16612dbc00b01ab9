"""The public Python API: `Engine.track` and `Engine.run`."""

import numpy as np
import pytest

from samwise_ros import Command, CommandRejectedError, EventKind, SamwiseError
from samwise_ros.vision.image_writer import write_image
from samwise_ros.vision.video_frame import VideoError
from samwise_ros.vision.video_writer import VideoWriter


def test_track_generates_ids_and_adds_to_active_commands(make_engine):
    engine = make_engine()
    engine.add(Command("2", "the small ball"))
    commands = engine.track("the red mug", "the blue ball", "the red mug")
    assert [command.id for command in commands] == ["1", "3", "1"]
    assert engine.track("the red mug") == commands[:1]
    assert engine.track("the red mug", cameras=["front"])[0].id == "4"
    assert [(s.command.id, s.command.cameras) for s in engine.commands] == [
        ("2", ()),
        ("1", ()),
        ("3", ()),
        ("4", ("front",)),
    ]


@pytest.mark.parametrize(
    ("sentences", "reason"),
    [
        (("the red mug", "?!"), r"'\?!': the sentence contains no word"),
        (("the " * 500,), "2000 characters, expected at most 1000"),
        (("mug", "ball", "left"), r"at most 2 active commands \(max_commands\)"),
    ],
)
def test_track_raises_and_changes_nothing(make_engine, sentences, reason):
    engine = make_engine(max_commands=2)
    with pytest.raises(CommandRejectedError, match=reason) as error:
        engine.track(*sentences)
    assert isinstance(error.value, SamwiseError)
    assert isinstance(error.value, ValueError)
    assert engine.commands == ()


@pytest.mark.parametrize("mode", ["online", "clip"])
def test_run_returns_every_frame_in_order(make_engine, images, mode):
    engine = make_engine(mode=mode)
    engine.track("the red mug")
    read = []

    def source():
        for index, image in enumerate(images[:11]):
            read.append(index)
            yield image

    results = []
    for result in engine.run(source(), camera="front"):
        results.append(result)
        if mode == "online":  # lazily: no frame is read ahead
            assert len(read) == len(results)
    assert [result.frame.stamp_ns for result in results] == sorted(
        result.frame.stamp_ns for result in results
    )
    assert len(results) == 11
    for result, image in zip(results, images, strict=False):
        assert np.array_equal(result.frame.image, image)
        (target,) = result.targets
        assert (target.sentence, target.label) == ("the red mug", 1)
        assert target.mask.shape == image.shape[:2]


def test_run_reads_videos_and_folders(make_engine, images, tmp_path):
    with VideoWriter(tmp_path / "video.mp4", 20) as video:
        for index, image in enumerate(images[:3]):
            video.write(image)
            write_image(tmp_path / "folder" / f"{index}.png", image)
    engine = make_engine()
    engine.track("the red mug")
    results = list(engine.run(tmp_path / "video.mp4"))
    assert [result.frame.stamp_ns for result in results] == [0, 50_000_000, 100_000_000]

    results = list(engine.run(str(tmp_path / "folder")))
    assert [np.array_equal(r.frame.image, i) for r, i in zip(results, images, strict=False)] == [
        True
    ] * 3
    # The stamps of the second source start at 0, so its memory starts empty.
    assert [event.kind for event in results[0].events] == [EventKind.RESET]


def test_run_of_missing_video_raises(make_engine, tmp_path):
    with pytest.raises(VideoError, match="no such video") as error:
        list(make_engine().run(tmp_path / "missing.mp4"))
    assert isinstance(error.value, SamwiseError)
