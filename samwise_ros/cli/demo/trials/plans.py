"""Draws what is said in each trial, and what moves: from the seed of the scene."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.composition.geometry import intrinsics
from samwise_ros.data.tabletop.composition.things import radius
from samwise_ros.data.tabletop.description import RATE_HZ, SceneDescription, Split
from samwise_ros.data.tabletop.language import Sentence, draw_sentences
from samwise_ros.data.tabletop.truth import PLACE, Motion, VideoTruth
from samwise_ros.sim.physics import Physics
from samwise_ros.sim.scene import AREA_M, SCALE, Trial, draw_trial, to_tabletop
from samwise_ros.sim.view import View

WIDTH, HEIGHT = 160, 120
KINDS = (
    *("attribute", "relation", "attribute", "motion"),
    *("attribute", "absent", "attribute", "past"),
)
"""Kinds of sentences, in turn: half of them need more than the look of one thing."""
MOVED = ("motion", "past")

SLIDE_S, SPEED_M_S = 1.2, 0.045
_FRAMES, _START = 40, 8  # of the video on which the sentences are judged
_DIRECTIONS = 24
_GAP_M = 0.008


@dataclass(frozen=True)
class Slide:
    """A thing that slides by itself.

    Attributes:
        thing: its index.
        velocity: along x and y, metres of the robot per second, for `SLIDE_S`.
    """

    thing: int
    velocity: tuple[float, float]


@dataclass(frozen=True)
class TrialPlan:
    """One trial.

    Attributes:
        split: split of the scene.
        seed: seed of the scene.
        sentence: what is said.
        kind: kind of the sentence.
        target: index of the thing that the sentence means; ``None`` if it is absent.
        slide: what moves after the sentence was said; ``None`` if nothing does.
        other_sentence: names another thing by its attributes; empty if no sentence does.
        other: index of that thing.
    """

    split: Split
    seed: int
    sentence: str
    kind: str
    target: int | None
    slide: Slide | None = None
    other_sentence: str = ""
    other: int | None = None


def draw_plans(split: Split, seeds: Sequence[int]) -> Iterator[TrialPlan]:
    """Yield a trial for each seed.

    Raises:
        ArmModelError: the model of the arm is not installed.
        RenderingError: there is no GL library.
    """
    view = View(WIDTH, HEIGHT)
    try:
        for seed in seeds:
            yield _draw_plan(view, split, seed)
    finally:
        view.close()


def _draw_plan(view: View, split: Split, seed: int) -> TrialPlan:
    trial, kind = draw_trial(split, seed), KINDS[seed % len(KINDS)]
    rng = random.Random(f"robot/sentences/{split}/{seed}")
    slide = _draw_slide(trial, rng) if kind in MOVED else None
    description, truth = _watch(view, trial.description, slide)
    drawn = draw_sentences(description, truth, rng)
    chosen = _choose(drawn, kind, trial, rng)
    plan = TrialPlan(split, seed, chosen.text, chosen.kind, chosen.target, slide)
    others = [
        sentence
        for sentence in drawn
        if sentence.kind == "attribute" and sentence.target not in (chosen.target, trial.target)
    ]
    if not others:
        return plan
    other = rng.choice(others)
    return replace(plan, other_sentence=other.text, other=other.target)


def _choose(drawn: list[Sentence], kind: str, trial: Trial, rng: random.Random) -> Sentence:
    """Return a sentence of a kind, if there is one: about the thing with a distractor."""
    # A motion may be named with or without attributes.
    of_kind = [sentence for sentence in drawn if sentence.kind.startswith(kind)]
    attributes = [sentence for sentence in drawn if sentence.kind == "attribute"]
    of_kind = of_kind or attributes or drawn
    about_target = [sentence for sentence in of_kind if sentence.target == trial.target]
    return rng.choice(about_target or of_kind)


def _draw_slide(trial: Trial, rng: random.Random) -> Slide | None:
    """Return a slide of the target past nothing else, or ``None`` if there is no room."""
    things, index = trial.description.things, trial.target
    places = SCALE * np.array([thing.position_m[:2] for thing in things])
    reaches = np.array([radius(thing) * SCALE for thing in things])
    others = np.arange(len(things)) != index
    for number in rng.sample(range(_DIRECTIONS), _DIRECTIONS):
        angle = 2 * np.pi * number / _DIRECTIONS
        velocity = SPEED_M_S * np.array([np.cos(angle), np.sin(angle)])
        path = places[index] + np.linspace(0, SLIDE_S, 12)[:, None] * velocity
        apart = np.linalg.norm(path[:, None] - places[others], axis=-1) - reaches[others]
        if apart.min() > reaches[index] + _GAP_M and (np.abs(path[-1]) < AREA_M).all():
            return Slide(index, (round(float(velocity[0]), 4), round(float(velocity[1]), 4)))
    return None


def _watch(
    view: View, description: SceneDescription, slide: Slide | None
) -> tuple[SceneDescription, VideoTruth]:
    """Return the description and the truth of a video of the scene."""
    physics, count = Physics(description.things), len(description.things)
    view.load(description)
    motion = np.zeros((_FRAMES, count), np.uint8)
    labels: list[NDArray[np.uint8]] = []
    positions, orientations = [], []
    for frame in range(_FRAMES):
        if slide is not None and frame == _START:
            physics.slide(slide.thing, slide.velocity, SLIDE_S)
            motion[frame + 1 : frame + 1 + round(SLIDE_S * RATE_HZ), slide.thing] = Motion.SLIDING
        if slide is not None or not labels:
            seen = view.render(view.snapshot(physics), colour=False).labels
        labels.append(seen)
        positions.append(to_tabletop(physics.thing_poses()[0]))
        orientations.append(physics.quaternions())
        physics.advance(1.0 / RATE_HZ)
    poses = np.repeat(description.camera.poses[:1], _FRAMES, axis=0)
    camera = replace(description.camera, poses=poses, exposure=np.ones(_FRAMES))
    nothing = np.zeros((_FRAMES, count), np.uint8)
    truth = VideoTruth(
        labels=np.stack(labels),
        depth_m=np.zeros((_FRAMES, HEIGHT, WIDTH), np.float32),
        camera_poses=poses,
        intrinsics=intrinsics(camera.fov_y_deg, WIDTH, HEIGHT),
        positions_m=np.array(positions, np.float32),
        orientations=np.array(orientations, np.float32),
        in_view=np.ones((_FRAMES, count), np.bool_),
        motion=motion,
        contact=nothing,
        grasped=nothing,
        support=np.full((_FRAMES, count), PLACE, np.int8),
    )
    return replace(description, frames=_FRAMES, camera=camera), truth
