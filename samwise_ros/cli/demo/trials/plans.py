"""Draws what is said in each trial: a sentence about the scene of a seed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from samwise_ros.data.tabletop.composition.geometry import intrinsics
from samwise_ros.data.tabletop.description import SceneDescription, Split
from samwise_ros.data.tabletop.language import Sentence, draw_sentences
from samwise_ros.data.tabletop.truth import PLACE, VideoTruth
from samwise_ros.sim.physics import Physics
from samwise_ros.sim.scene import FRAMES, Trial, draw_trial, to_tabletop
from samwise_ros.sim.view import View

WIDTH, HEIGHT = 160, 120
KINDS = ("attribute", "relation", "absent", "attribute")
"""Kinds of sentences, in turn: half of them are relations or about absent things."""


@dataclass(frozen=True)
class TrialPlan:
    """One trial.

    Attributes:
        split: split of the scene.
        seed: seed of the scene.
        sentence: what is said.
        kind: kind of the sentence.
        target: index of the thing that the sentence means; ``None`` if it is absent.
    """

    split: Split
    seed: int
    sentence: str
    kind: str
    target: int | None


def draw_plans(split: Split, seeds: Sequence[int]) -> Iterator[TrialPlan]:
    """Yield a trial for each seed.

    Raises:
        ArmModelError: the model of the arm is not installed.
        RenderingError: there is no GL library.
    """
    view = View(WIDTH, HEIGHT)
    try:
        for seed in seeds:
            trial = draw_trial(split, seed)
            rng = random.Random(f"robot/sentences/{split}/{seed}")
            drawn = draw_sentences(trial.description, _truth(view, trial.description), rng)
            chosen = _choose(drawn, KINDS[seed % len(KINDS)], trial, rng)
            yield TrialPlan(split, seed, chosen.text, chosen.kind, chosen.target)
    finally:
        view.close()


def _choose(drawn: list[Sentence], kind: str, trial: Trial, rng: random.Random) -> Sentence:
    """Return a sentence of a kind, if there is one: about the thing with a distractor."""
    of_kind = [one for one in drawn if one.kind == kind] or drawn
    about_target = [one for one in of_kind if one.target == trial.target]
    return rng.choice(about_target or of_kind)


def _truth(view: View, description: SceneDescription) -> VideoTruth:
    """Return the truth about a scene in which nothing moves."""
    physics = Physics(description.things)
    view.load(description)
    picture = view.render(view.snapshot(physics))
    centres, _ = physics.thing_poses()
    count = len(description.things)
    still = np.zeros((FRAMES, count), np.uint8)
    orientations = np.array([thing.orientation for thing in description.things], np.float32)
    return VideoTruth(
        labels=np.repeat(picture.labels[None], FRAMES, axis=0),
        depth_m=np.repeat(picture.depth_m[None], FRAMES, axis=0),
        camera_poses=description.camera.poses,
        intrinsics=intrinsics(description.camera.fov_y_deg, WIDTH, HEIGHT),
        positions_m=np.repeat(to_tabletop(centres)[None].astype(np.float32), FRAMES, axis=0),
        orientations=np.repeat(orientations[None], FRAMES, axis=0),
        in_view=np.ones((FRAMES, count), np.bool_),
        motion=still,
        contact=still,
        grasped=still,
        support=np.full((FRAMES, count), PLACE, np.int8),
    )
