"""Meanings that may identify a thing, drawn at random; they are judged afterwards."""

import random
from collections.abc import Sequence
from dataclasses import replace

from samwise_ros.data.tabletop.catalogue import COLOURS, KINDS
from samwise_ros.data.tabletop.description import Look, Thing
from samwise_ros.data.tabletop.language.criteria import motions, past
from samwise_ros.data.tabletop.language.criteria.attributes import GROUPS
from samwise_ros.data.tabletop.language.evidence import Evidence
from samwise_ros.data.tabletop.language.meaning import Clause, Phrase
from samwise_ros.data.tabletop.language.words.nouns import PATTERNS

_POSED = ("mug", "bottle", "can", "carton", "bowl", "jar")
_INSIDE = ("bowl", "mug")
_NAMED_MATERIALS = ("metal", "wood")
_ORDERS = (
    *("leftmost", "rightmost", "nearest", "farthest", "largest", "smallest") * 2,
    *("left one", "right one", "front one", "back one", "middle"),
    *("second from left", "second from right", "tallest", "shortest"),
    *("larger", "smaller", "taller", "shorter"),
)
_RANKS = ("small", "large", "tall", "short")


def phrase_of(rng: random.Random, thing: Thing, full: bool) -> Phrase:
    """Draw a phrase that fits a thing.

    Args:
        rng: source of randomness.
        thing: the thing.
        full: whether it is to identify the thing alone; otherwise it names fewer attributes.
    """
    head = _head(rng, thing)
    phrase = _looks(rng, Phrase(head), thing.look, full)
    if thing.kind in _POSED and head == thing.kind and rng.random() < 0.12:
        return replace(phrase, pose=rng.choice(("lying", "upright", "upside down")))
    if full and rng.random() < 0.2:
        return replace(phrase, rank=rng.choice(_RANKS))
    return phrase


def _head(rng: random.Random, thing: Thing) -> str:
    share = rng.random()
    groups = [group for group, kinds in GROUPS.items() if thing.kind in kinds]
    if share < 0.12:
        return "thing"
    return groups[0] if groups and share < 0.3 else thing.kind


def _looks(rng: random.Random, phrase: Phrase, look: Look, full: bool) -> Phrase:
    if rng.random() < (0.65 if full or phrase.head == "thing" else 0.3):
        # Bare metal is grey; no colour is named of other bare things.
        bare = "grey" if look.material == "metal" else ""
        phrase = replace(phrase, colour=bare if look.bare else look.colour)
    if look.material in _NAMED_MATERIALS and look.bare and rng.random() < 0.5:
        phrase = replace(phrase, material=look.material, colour="")
    # That a bare thing or a fruit has no pattern is not worth saying.
    dull = look.pattern == "plain" and (look.bare or look.material == "fruit")
    if look.pattern in PATTERNS and not dull and rng.random() < (0.35 if full else 0.12):
        second = look.secondary[0] if len(look.secondary) == 1 and rng.random() < 0.5 else ""
        phrase = replace(phrase, pattern=look.pattern, second=second)
    return phrase


def place_clauses(rng: random.Random, evidence: Evidence, target: int) -> list[Clause]:
    """Draw clauses of place with all other things as anchors."""
    clauses = [Clause(name) for name in _ORDERS]
    things = evidence.things
    others = [index for index in range(len(things)) if index != target]
    here = evidence.truth.support
    for other in others:
        anchor = _anchor(rng, things[other])
        names = ["beside", "beside", "left of", "right of", "behind", "in front of"]
        if (here[:, target] == other).any():
            names += ["in" if things[other].kind in _INSIDE else "on"] * 6
        if (here[:, other] == target).any():
            names += ["with in" if things[target].kind in _INSIDE else "with on"] * 4
        clauses += [Clause(name, anchors=(anchor,)) for name in names]
    if len(others) >= 2:
        for _ in range(4):
            pair = tuple(_anchor(rng, things[index]) for index in rng.sample(others, 2))
            clauses.append(Clause("between", anchors=pair))
    if things[target].kind in ("bowl", "plate"):
        clauses += [Clause("empty")] * 4
    return clauses


def _anchor(rng: random.Random, thing: Thing) -> Phrase:
    phrase = Phrase(thing.kind)
    if rng.random() < 0.35:
        look = phrase_of(rng, thing, full=True)
        phrase = replace(phrase, colour=look.colour, material=look.material)
    return phrase


def motion_clauses(rng: random.Random, evidence: Evidence, target: int) -> list[Clause]:
    """Draw clauses of present motion; none if the thing never moves."""
    if not evidence.moving[:, target].any() and not evidence.moving.any():
        return []
    names = list(motions.MOTIONS) if evidence.moving[:, target].any() else ["waiting"]
    clauses = [Clause(name) for name in names]
    agents = _agents(evidence, target)
    clauses += [Clause(name, agent) for name in motions.WITH_AGENT for agent in agents]
    return clauses if len(names) > 1 else clauses[:1]


def past_clauses(rng: random.Random, evidence: Evidence, target: int) -> list[Clause]:
    """Draw clauses of the past; none if nothing has happened."""
    if not evidence.moving.any() and evidence.present.all():
        return []
    with_anchor = ("was on", "was in", "was put on", "was put in")
    clauses = [Clause(name) for name in past.PAST if name not in with_anchor]
    agents = _agents(evidence, target)
    clauses += [
        Clause(name, agent)
        for name in past.WITH_AGENT
        for agent in agents
        if name not in with_anchor
    ]
    support = evidence.truth.support[:, target]
    for other in sorted({int(index) for index in support if index >= 0}):
        thing = evidence.things[other]
        word = "in" if thing.kind in _INSIDE else "on"
        anchor = (_anchor(rng, thing),)
        clauses += [Clause(f"was {word}", anchors=anchor)] * 4
        clauses += [Clause(f"was put {word}", agent, anchor) for agent in ("", "", *agents)]
    return clauses


def _agents(evidence: Evidence, target: int) -> list[str]:
    runs = {run.agent for run in evidence.runs if run.thing == target}
    return [name for name, holder in motions.AGENTS.items() if holder in runs]


def absent_phrase(rng: random.Random, phrase: Phrase, things: Sequence[Thing]) -> Phrase:
    """Change one attribute of a phrase, often to that of another thing of the video."""
    other = rng.choice(things)
    borrow = rng.random() < 0.6
    changed = []
    if phrase.head in KINDS:
        head = other.kind if borrow else rng.choice(list(KINDS))
        changed.append(_plausible(replace(phrase, head=head)))
    if phrase.colour or not changed:
        colour = other.look.colour if borrow else rng.choice(list(COLOURS))
        changed += [_plausible(replace(phrase, colour=colour, material=""))] * 3
    if phrase.pattern:
        patterns = [pattern for pattern in PATTERNS if pattern != "plain"]
        changed.append(_plausible(replace(phrase, pattern=rng.choice(patterns), second="")))
    if phrase.second:
        changed.append(_plausible(replace(phrase, second=rng.choice(list(COLOURS)))))
    chosen = rng.choice(changed)
    return replace(chosen, pattern="") if chosen.pattern == "plain" else chosen


def _plausible(phrase: Phrase) -> Phrase:
    """Omit what no thing of the kind has, such as the stripes of a banana."""
    kinds = GROUPS.get(phrase.head, (phrase.head,))
    found = [KINDS[kind] for kind in kinds if kind in KINDS]
    if not found:
        return phrase
    colours = {"grey", ""}.union(*(kind.colours for kind in found))
    materials = {""}.union(*(kind.bare for kind in found))
    patterns = {""}.union(*(kind.patterns for kind in found))
    pattern = phrase.pattern if phrase.pattern in patterns else ""
    return replace(
        phrase,
        colour=phrase.colour if phrase.colour in colours else "",
        material=phrase.material if phrase.material in materials else "",
        pattern=pattern,
        second=phrase.second if pattern and phrase.second != phrase.colour else "",
    )
