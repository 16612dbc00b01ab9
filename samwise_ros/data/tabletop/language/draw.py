"""Draws the sentences of a video."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from samwise_ros.data.tabletop.description import SceneDescription
from samwise_ros.data.tabletop.language.certainty import MAYBE, NO, YES, Judgement, runs
from samwise_ros.data.tabletop.language.evidence import Evidence
from samwise_ros.data.tabletop.language.meaning import (
    Clause,
    Meaning,
    Phrase,
    fits_only,
    index_of,
    judge_meaning,
    judge_phrase,
)
from samwise_ros.data.tabletop.language.proposals import (
    absent_phrase,
    motion_clauses,
    past_clauses,
    phrase_of,
    place_clauses,
)
from samwise_ros.data.tabletop.language.wording import word
from samwise_ros.data.tabletop.truth import VideoTruth

SentenceKind = Literal[
    "attribute", "relation", "motion", "motion with attributes", "past", "absent"
]

_TRIES = {"attribute": 8, "relation": 40, "motion": 10, "past": 16}
_LEAST_FRAMES = {"attribute": 8, "relation": 6, "motion": 3, "past": 6}
_SEEN_SHARE = 0.6
_KEPT_OUT_SHARE = 0.5


@dataclass(frozen=True)
class Sentence:
    """A sentence about one video.

    From the first frame to ``stop`` no other thing ever fits the sentence. Before ``start`` it
    may refer to nothing yet, and after ``stop`` it may no longer be true.

    Attributes:
        text: lower-case words separated by single spaces.
        kind: what the sentence names. ``motion`` sentences name no kind and no look.
        target: index of the thing that the sentence refers to; ``None`` for none.
        start: first frame on which the sentence holds.
        stop: frame after the last one on which it holds.
        detail: the clause, such as ``leftmost``, or the named attributes, such as ``colour head``.
        kept_out: whether the wording is kept out of the splits ``train`` and ``val``.
    """

    text: str
    kind: SentenceKind
    target: int | None
    start: int
    stop: int
    detail: str
    kept_out: bool = False


def draw_sentences(
    description: SceneDescription, truth: VideoTruth, rng: random.Random
) -> list[Sentence]:
    """Draw true and unambiguous sentences about a video.

    Args:
        description: the scene.
        truth: the truth about the video.
        rng: source of randomness.

    Returns:
        Up to two sentences of each kind for each thing, and some that refer to nothing. No two
        have the same text. Splits other than ``train`` and ``val`` have kept-out wordings in half
        of their sentences.
    """
    writer = _Writer(Evidence(description, truth), rng)
    for target in range(len(description.things)):
        writer.attributes(target)
        writer.clauses(target, "relation", 2)
        writer.clauses(target, "motion", 2)
        writer.clauses(target, "past", 2)
    writer.absent(1 + len(description.things) // 3)
    return writer.sentences


class _Writer:
    def __init__(self, evidence: Evidence, rng: random.Random) -> None:
        self.sentences: list[Sentence] = []
        self._evidence, self._rng = evidence, rng
        self._texts: set[str] = set()
        self._kept_out = evidence.description.split not in ("train", "val")

    def attributes(self, target: int) -> None:
        """Add up to two sentences that name attributes."""
        wanted = 1 + (self._rng.random() < 0.5)
        for _ in range(_TRIES["attribute"]):
            meaning = Meaning(phrase_of(self._rng, self._evidence.things[target], full=True))
            span = self._span(meaning, target, "attribute")
            if span and self._contrasts(meaning.phrase, target, span):
                wanted -= self._add(meaning, "attribute", target, span)
            if not wanted:
                return

    def clauses(self, target: int, kind: Literal["relation", "motion", "past"], count: int) -> None:
        """Add up to ``count`` sentences with a clause."""
        added = 0
        for meaning in self._proposals(target, kind):
            span = self._span(meaning, target, kind)
            if span is None or not self._needed(meaning, target, span):
                continue
            if not self._contrasts(meaning.phrase, target, span):
                continue
            named: SentenceKind = kind
            if kind == "motion" and meaning.phrase != Phrase():
                named = "motion with attributes"
            added += self._add(meaning, named, target, span)
            if added == count:
                return

    def _proposals(
        self, target: int, kind: Literal["relation", "motion", "past"]
    ) -> Iterator[Meaning]:
        evidence, rng = self._evidence, self._rng
        clauses = {"relation": place_clauses, "motion": motion_clauses, "past": past_clauses}[kind]
        found = clauses(rng, evidence, target)
        rng.shuffle(found)
        for clause in found[: _TRIES[kind]]:
            alone = rng.random() < {"relation": 0.1, "motion": 0.4, "past": 0.2}[kind]
            phrase = Phrase() if alone else phrase_of(rng, evidence.things[target], full=False)
            yield Meaning(phrase, clause)

    def _span(self, meaning: Meaning, target: int, kind: str) -> tuple[int, int] | None:
        """Return the longest run of frames on which the target fits and nothing else may fit."""
        evidence = self._evidence
        judgement = judge_meaning(evidence, meaning)
        if not (judgement[:, target] == YES).any():
            return None
        fits = fits_only(judgement, evidence.known, target)
        first, stop = max(runs(fits), key=lambda run: run[1] - run[0], default=(0, 0))
        seen = evidence.seen[:, target]
        if meaning.clause is not None:  # it is said of a thing that is in the picture
            visible = np.flatnonzero(seen[first:stop])
            first = first + int(visible[0]) if len(visible) else stop
            if stop > first and seen[first:stop].mean() < _SEEN_SHARE:
                return None
        if stop - first < min(_LEAST_FRAMES[kind], evidence.shape[0]):
            return None
        if evidence.recognisable[first:stop, target].sum() < 3:
            return None
        others = np.where(evidence.known, judgement, NO)[:stop]
        others[:, target] = NO
        return None if (others == YES).any() else (first, stop)

    def _needed(self, meaning: Meaning, target: int, span: tuple[int, int]) -> bool:
        """Return whether the phrase alone does not identify the target; rarely true if it does."""
        judgement: Judgement = judge_phrase(self._evidence, meaning.phrase)
        fits = fits_only(judgement, self._evidence.known, target)[span[0]]
        share = 0.4 if meaning.clause and meaning.clause.anchors else 0.15
        return not fits or self._rng.random() < share

    def _contrasts(self, phrase: Phrase, target: int, span: tuple[int, int]) -> bool:
        """Return whether a pose or the lack of a pattern is worth saying: another thing differs."""
        general = replace(phrase, pose="", rank="")
        if phrase.pattern == "plain":
            general = replace(general, pattern="")
        if general == replace(phrase, rank=""):
            return True
        known = self._evidence.known
        wide, narrow = (judge_phrase(self._evidence, each) for each in (general, phrase))
        others = known & (wide == YES) & (narrow == NO)
        return bool(np.delete(others, target, axis=1)[span[0] : span[1]].any())

    def absent(self, count: int) -> None:
        """Add sentences that nothing in the video fits, by one attribute or by the motion."""
        evidence, rng = self._evidence, self._rng
        added = 0
        for _ in range(12 * count):
            thing = rng.choice(evidence.things)
            phrase = replace(phrase_of(rng, thing, full=True), rank="", pose="")
            meaning = Meaning(absent_phrase(rng, phrase, evidence.things))
            share = rng.random()
            if share < 0.3:
                target = evidence.things.index(thing)
                clauses = place_clauses(rng, evidence, target)
                clauses = [clause for clause in clauses if clause.anchors]
                clauses += [Clause(name) for name in ("rolling", "lifted", "falling", "pushed")]
                phrase = replace(phrase_of(rng, thing, full=False), pose="", pattern="", second="")
                meaning = Meaning(phrase, rng.choice(clauses))
            judgement = np.where(evidence.known, judge_meaning(evidence, meaning), NO)
            anchors = meaning.clause.anchors if meaning.clause else ()
            if any((index_of(evidence, anchor) < 0).any() for anchor in anchors):
                continue
            if (judgement >= MAYBE).any():
                continue
            added += self._add(meaning, "absent", None, (0, evidence.shape[0]))
            if added == count:
                return

    def _add(
        self, meaning: Meaning, kind: SentenceKind, target: int | None, span: tuple[int, int]
    ) -> bool:
        detail = meaning.clause.name if meaning.clause else meaning.phrase.named
        if not detail:  # "the one" says nothing, even if there is a single thing
            return False
        kept_out = self._kept_out and self._rng.random() < _KEPT_OUT_SHARE
        text = word(self._rng, meaning, self._evidence.description.place.kind, kept_out)
        if text in self._texts:
            return False
        self._texts.add(text)
        self.sentences.append(Sentence(text, kind, target, *span, detail, kept_out))
        return True
