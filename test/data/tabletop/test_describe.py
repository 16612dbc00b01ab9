"""Descriptions: the same everywhere, without overlap, and as the splits promise."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from samwise_ros.data.tabletop.composition.describe import describe
from samwise_ros.data.tabletop.composition.geometry import project
from samwise_ros.data.tabletop.composition.things import radius
from samwise_ros.data.tabletop.description import SceneDescription
from samwise_ros.data.tabletop.stored import sentence_digest


@pytest.fixture(scope="module")
def descriptions() -> list[SceneDescription]:
    return [describe("train", index) for index in range(24)]


def test_the_same_seed_describes_the_same_scene(descriptions: list[SceneDescription]) -> None:
    for description in descriptions[:5]:
        again = describe("train", description.index)
        assert sentence_digest(again) == sentence_digest(description)
        assert repr(again.lights) == repr(description.lights)
        assert (again.camera.poses == description.camera.poses).all()
    assert len({sentence_digest(description) for description in descriptions}) == len(descriptions)


def test_numbers_are_those_of_python_whose_text_no_version_of_numpy_changes(
    descriptions: list[SceneDescription],
) -> None:
    for description in descriptions:
        facts = (description.things, description.script, description.bases)
        assert "np." not in repr(facts)


def test_a_checksum_does_not_depend_on_types_of_numbers(
    descriptions: list[SceneDescription],
) -> None:
    description = descriptions[0]
    things = tuple(
        replace(thing, position_m=tuple(map(np.float64, thing.position_m)))
        for thing in description.things
    )
    assert sentence_digest(replace(description, things=things)) == sentence_digest(description)
    moved = replace(things[0], position_m=(0.0, 0.0, 0.0))
    other = replace(description, things=(moved, *things[1:]))
    assert sentence_digest(other) != sentence_digest(description)


def test_nothing_of_a_description_needs_mujoco() -> None:
    program = (
        "import sys; from samwise_ros.data.tabletop.composition.describe import describe; "
        "describe('test', 3); from samwise_ros.data import open_dataset; "
        "import samwise_ros.cli.data.subcommand; assert 'mujoco' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_things_stand_apart_and_in_view(descriptions: list[SceneDescription]) -> None:
    for description in descriptions:
        standing = [t for t in description.things if t.on < 0 and not t.starts_away]
        for number, first in enumerate(standing):
            for second in standing[number + 1 :]:
                apart = np.hypot(*np.subtract(first.position_m, second.position_m)[:2])
                assert apart > radius(first) + radius(second)
        if description.camera.mount == "fixed":
            place = project(
                [t.position_m for t in standing],
                description.camera.poses[0],
                description.camera.fov_y_deg,
            )
            assert (np.abs(place[:, :2]) < 1).all()


def test_cameras_look_down_30_to_70_degrees(descriptions: list[SceneDescription]) -> None:
    for description in descriptions:
        down = np.degrees(np.arcsin(-description.camera.poses[:, 2, 2]))
        assert ((down > 25) & (down < 75)).all()


def test_scenes_are_of_many_kinds(descriptions: list[SceneDescription]) -> None:
    things = [thing for description in descriptions for thing in description.things]
    assert len({thing.kind for thing in things}) >= 14
    assert len({thing.look.colour for thing in things}) == 10
    assert {d.place.kind for d in descriptions} == {"table", "floor", "shelf"}
    assert {d.camera.mount for d in descriptions} == {"fixed", "drifting", "base", "wrist"}
    assert len({d.scenario for d in descriptions}) > 6
    assert all(1 <= len(d.lights) <= 3 for d in descriptions)


@pytest.mark.parametrize("arguments", [("none", 0), ("train", -1), ("train", 0, 7)])
def test_invalid_arguments_are_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        describe(*arguments)  # type: ignore[arg-type]
