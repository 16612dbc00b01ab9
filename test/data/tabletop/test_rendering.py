"""Rendered videos and their truth. Images are never compared with stored ones."""

import numpy as np
import pytest

from samwise_ros.data.open_dataset import open_dataset
from samwise_ros.data.tabletop.composition.describe import describe
from samwise_ros.data.tabletop.composition.geometry import matrix
from samwise_ros.data.tabletop.simulation import scene
from samwise_ros.data.tabletop.simulation.physics import simulate
from samwise_ros.data.tabletop.simulation.scene import SceneRenderer
from samwise_ros.data.tabletop.truth import AGENT_LABEL
from samwise_ros.data.tabletop.video import TabletopVideo, make_video

pytestmark = pytest.mark.gl


def test_a_video_repeats_bit_for_bit(renderer: SceneRenderer, videos: list[TabletopVideo]) -> None:
    again = make_video(renderer, "train", 2, 16)
    assert (again.frames == videos[2].frames).all()
    assert (again.truth.labels == videos[2].truth.labels).all()
    assert (again.truth.depth_m == videos[2].truth.depth_m).all()
    assert again.sentences == videos[2].sentences
    alone = renderer.truth(again.description, simulate(again.description))  # without images
    assert (alone.labels == again.truth.labels).all()
    assert (alone.depth_m == again.truth.depth_m).all()


def test_the_depth_of_a_things_pixels_lies_on_the_thing(videos: list[TabletopVideo]) -> None:
    """Masks, depth, poses and intrinsics agree: pixels become points inside the bounding box."""
    checked = 0
    for video in videos:
        truth = video.truth
        rotations = matrix(truth.orientations)
        inverse = np.linalg.inv(truth.intrinsics)
        for frame in (0, 7, 15):
            for index, thing in enumerate(video.description.things):
                rows, columns = np.nonzero(truth.labels[frame] == index + 1)
                if len(rows) < 30:
                    continue
                pixels = np.stack([columns, rows, np.ones_like(rows)], 1)
                camera = pixels @ inverse.T * truth.depth_m[frame, rows, columns, None]
                pose = truth.camera_poses[frame]
                world = camera @ pose[:3, :3].T + pose[:3, 3]
                local = (world - truth.positions_m[frame, index]) @ rotations[frame, index]
                inside = (np.abs(local) < np.array(thing.dimensions_m) / 2 + 0.006).all(axis=1)
                assert inside.mean() > 0.95, (video.description.index, frame, thing.kind)
                checked += 1
    assert checked > 20


def test_labels_name_things_and_agents_only(videos: list[TabletopVideo]) -> None:
    for video in videos:
        known = {0, AGENT_LABEL, *range(1, len(video.description.things) + 1)}
        assert set(np.unique(video.truth.labels)) <= known
        assert video.truth.masks.shape[:2] == (16, len(video.description.things))
        assert (video.truth.masks.sum(axis=(2, 3)) == video.truth.areas).all()


def test_images_are_lit_and_not_flat(videos: list[TabletopVideo]) -> None:
    for video in videos:
        assert 20 < video.frames.mean() < 235
        assert video.frames.std() > 12
        # Neighbouring frames differ at least by the noise of the sensor.
        assert (video.frames[1:] != video.frames[:-1]).any(axis=(1, 2, 3)).all()


def test_things_are_visible_while_sentences_about_them_hold(videos: list[TabletopVideo]) -> None:
    sentences = [(video, sentence) for video in videos for sentence in video.sentences]
    assert len(sentences) > 20
    for video, sentence in sentences:
        assert 0 <= sentence.start < sentence.stop <= len(video.frames)
        if sentence.target is not None:
            assert video.truth.areas[sentence.start : sentence.stop, sentence.target].any()


def test_a_fixed_split_is_a_data_set_with_complete_masks() -> None:
    """Masks do not end where a sentence starts or ceases to hold."""
    dataset = open_dataset("tabletop:past")
    assert len(dataset) == 150
    video = dataset.video(4)
    frames = range(len(video.frames))
    assert dataset.images(4, [0, 3]).shape == (2, 96, 128, 3)
    masks = dataset.masks(4, video.objects, frames)
    assert masks.shape == (len(video.objects), len(frames), 96, 128)
    assert (masks.sum(axis=0) <= 1).all()
    late = [each for each in video.expressions if each.start > 0]
    assert {each.kind for each in late} >= {"past"}
    for each in video.expressions:
        (number,) = each.objects
        assert masks[number, each.start : each.stop].any() == (each.kind != "absent")
        assert masks[number, : each.start].any() or each not in late


def test_glass_lets_light_through_and_has_a_mask(
    renderer: SceneRenderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    description = describe("train", 44, 8)
    glass = [k for k, thing in enumerate(description.things) if thing.look.material == "glass"]
    motion = simulate(description)
    frames, truth = renderer.video(description, motion)
    monkeypatch.setattr(scene, "_GLASS_OPACITY", 1.0)
    opaque, same = renderer.video(description, motion)
    assert (truth.labels == same.labels).all()
    assert (truth.depth_m == same.depth_m).all()
    change = np.abs(frames.astype(int) - opaque).max(axis=-1)
    on_glass = np.isin(truth.labels, np.add(glass, 1))
    assert change[on_glass].mean() > 10 * change[~on_glass].mean()


def test_wide_images_show_the_same_scene(videos: list[TabletopVideo]) -> None:
    """Masks at twice the size cover the same parts of the image."""
    wide = SceneRenderer(256, 192)
    video = make_video(wide, "train", 2, 16)
    small = videos[2].truth.areas / (96 * 128)
    large = video.truth.areas / (192 * 256)
    assert np.abs(small - large).max() < 0.01
    wide.close()
