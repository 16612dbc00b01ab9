"""What a sentence means, before it is worded."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from samwise_ros.data.tabletop.language.certainty import MAYBE, NO, YES, Judgement, Mask
from samwise_ros.data.tabletop.language.criteria.attributes import (
    fits_head,
    fits_look,
    fits_pose,
    fits_rank,
)
from samwise_ros.data.tabletop.language.criteria.motions import MOTIONS
from samwise_ros.data.tabletop.language.criteria.past import PAST
from samwise_ros.data.tabletop.language.criteria.relations import RELATIONS
from samwise_ros.data.tabletop.language.evidence import Evidence


@dataclass(frozen=True)
class Phrase:
    """A noun with adjectives; an empty string names nothing.

    Attributes:
        head: a kind of ``catalogue.KINDS``, ``fruit``, ``tool`` or ``thing``.
        colour: the dominant colour, or ``grey`` for bare metal.
        pattern: what is on the surface.
        second: the colour of the pattern.
        material: ``metal`` or ``wood``.
        pose: ``upright``, ``lying`` or ``upside down``.
        rank: ``small``, ``large``, ``short`` or ``tall``, in comparison with the others.
    """

    head: str = "thing"
    colour: str = ""
    pattern: str = ""
    second: str = ""
    material: str = ""
    pose: str = ""
    rank: str = ""

    @property
    def named(self) -> str:
        """The named attributes, such as ``colour head``."""
        names = ("rank", "pose", "colour", "pattern", "second", "material")
        named = [name for name in names if getattr(self, name)]
        return " ".join(named if self.head == "thing" else [*named, "head"])


@dataclass(frozen=True)
class Clause:
    """What a sentence says of the thing besides its phrase.

    Attributes:
        name: a criterion of ``RELATIONS``, ``MOTIONS`` or ``PAST``.
        agent: ``arm`` or ``hand`` if the sentence names who acts, else empty.
        anchors: other things that the clause mentions.
    """

    name: str
    agent: str = ""
    anchors: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class Meaning:
    """A phrase, and at most one clause."""

    phrase: Phrase
    clause: Clause | None = None


@lru_cache(maxsize=256)
def judge_phrase(evidence: Evidence, phrase: Phrase) -> Judgement:
    """Judge which things fit a phrase; (T, N); not to be changed in place."""
    group = fits_head(evidence, phrase.head)
    looks = (phrase.colour, phrase.pattern, phrase.second, phrase.material)
    group = np.minimum(group, fits_look(evidence, *looks))
    if phrase.pose:
        group = np.minimum(group, fits_pose(evidence, phrase.pose))
    if phrase.rank:
        known = np.where(evidence.known, group, NO).astype(np.uint8)
        group = np.minimum(group, fits_rank(evidence, known, phrase.rank))
    return group


def judge_meaning(evidence: Evidence, meaning: Meaning) -> Judgement:
    """Judge which things fit a meaning; (T, N)."""
    group = judge_phrase(evidence, meaning.phrase)
    clause = meaning.clause
    if clause is None:
        return group
    here = np.where(evidence.present, group, NO).astype(np.uint8)
    if clause.name in MOTIONS:
        return np.minimum(here, MOTIONS[clause.name](evidence, clause.agent))
    anchors = tuple(index_of(evidence, anchor) for anchor in clause.anchors)
    if clause.name in PAST:
        return np.minimum(group, PAST[clause.name](evidence, group, clause.agent, anchors))
    return np.minimum(here, RELATIONS[clause.name](evidence, here, anchors))


@lru_cache(maxsize=256)
def index_of(evidence: Evidence, phrase: Phrase) -> np.ndarray:
    """Return for each frame the only thing in the picture that fits; -1 for none; (T,) int."""
    group = np.where(evidence.known, judge_phrase(evidence, phrase), NO)
    unique = (group >= MAYBE).sum(-1) == 1
    index = group.argmax(-1)
    rows = np.arange(len(group))
    found = unique & (group[rows, index] == YES) & evidence.present[rows, index]
    return np.where(found, index, -1)


def fits_only(judgement: Judgement, known: Mask, target: int) -> Mask:
    """Return on which frames the target fits for certain and no other known thing may fit; (T,)."""
    others = np.where(known, judgement, NO)
    others[:, target] = NO
    fits: Mask = (judgement[:, target] == YES) & (others.max(-1, initial=NO) == NO)
    return fits
