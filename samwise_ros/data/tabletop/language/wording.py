"""Words meanings as sentences: lower-case words separated by single spaces."""

import random
from dataclasses import dataclass
from itertools import chain

from samwise_ros.data.tabletop.catalogue import COLOURS as NAMED_COLOURS
from samwise_ros.data.tabletop.language.meaning import Clause, Meaning, Phrase
from samwise_ros.data.tabletop.language.words.motions import KEPT_OUT_MOTION, MOTION
from samwise_ros.data.tabletop.language.words.nouns import (
    AGENTS,
    COLOURS,
    MATERIALS,
    NOUNS,
    PATTERNS,
    POSES,
    RANKS,
    TWO_COLOURS,
    plural,
    with_article,
)
from samwise_ros.data.tabletop.language.words.past import KEPT_OUT_PAST, PAST
from samwise_ros.data.tabletop.language.words.places import KEPT_OUT_PLACES, PLACES
from samwise_ros.data.tabletop.language.words.wordings import Wordings, Words

TRAINED = PLACES | MOTION | PAST
KEPT_OUT = KEPT_OUT_PLACES | KEPT_OUT_MOTION | KEPT_OUT_PAST
_LOOK = (
    *("",) * 20,
    *("find", "track", "follow", "show me", "look at", "where is") * 2,
    *("point at", "watch", "please find", "keep an eye on", "i am looking for", "search for"),
    *("can you see", "locate", "i mean"),
)
_GRASP = (
    *("pick up", "grab", "get me", "bring me", "hand me", "take", "i want", "i need"),
    *("could you get me", "go to"),
)
_TERSE = ("", "find", "track", "follow", "locate", "grab")
_QUESTIONS = ("is there", "do you see", "i see", "there is")
_KEPT_OUT_REQUESTS = ("can you find", "please show me", "could you look at", "please follow")
_KEPT_OUT_FRAMES = ("there is {} find it", "there is {} track it", "i see {} follow it")


@dataclass(frozen=True)
class _Parts:
    """A phrase in words: adjectives, noun, and words after the noun."""

    before: tuple[str, ...]
    noun: str
    after: tuple[str, ...]

    def text(self, *adjectives: str) -> str:
        return " ".join((*adjectives, *self.before, self.noun, *self.after))


def word(rng: random.Random, meaning: Meaning, place: str, kept_out: bool) -> str:
    """Word a meaning.

    Args:
        rng: source of randomness, for the choice of words.
        meaning: the meaning.
        place: kind of the place.
        kept_out: whether to use a wording that training never has.
    """
    parts = _phrase(rng, meaning.phrase, meaning.clause is not None)
    clause = meaning.clause
    if clause is None:
        return _frame(rng, parts.text(), kept_out, bool(meaning.phrase.rank), graspable=True)
    known = KEPT_OUT.get(clause.name, Wordings())
    usable = known.active if clause.agent else known.after + known.verb
    from_kept_out = kept_out and bool(usable) and rng.random() < 0.7
    wordings = known if from_kept_out else TRAINED[clause.name]
    fill = {
        "place": place,
        "agent": rng.choice(AGENTS[clause.agent]) if clause.agent else "",
        **{name: _anchor(rng, anchor) for name, anchor in zip("ab", clause.anchors, strict=False)},
    }
    text, framed, definite = _with_clause(rng, parts, clause, wordings)
    text = text.format(**fill)
    if not framed:
        definite = definite or clause.name in PAST
        graspable = clause.name not in MOTION  # a thing that moves is not to be picked up
        return _frame(rng, text, kept_out and not from_kept_out, definite, graspable)
    # A question takes no request before it: say it otherwise if the frame has to be kept out.
    return word(rng, meaning, place, kept_out) if kept_out and not from_kept_out else text


def _with_clause(
    rng: random.Random, parts: _Parts, clause: Clause, wordings: Wordings
) -> tuple[str, bool, bool]:
    """Return words, whether they are a whole sentence, and whether they need ``the``."""
    noun = parts.text()
    bare = not parts.before and not parts.after and parts.noun in NOUNS["thing"]
    forms: list[tuple[str, bool, bool]] = []
    if clause.agent:
        for active in wordings.active:
            forms += [(f"{noun} {active}", False, True), (f"{noun} that {active}", False, True)]
            forms += [(f"what {active}", True, True)] if bare else []
        if not parts.after:
            for ask in wordings.ask:
                forms.append((f"{'what' if bare else f'which {noun}'} {ask}", True, True))
        passive = [each for each in wordings.after if each.startswith("being ")]
        forms += [(f"{noun} {each} by {{agent}}", False, True) for each in passive * 2]
        return rng.choice(forms)
    order = not clause.anchors and clause.name in PLACES
    before = [(parts.text(each), False, True) for each in wordings.before * (4 if order else 1)]
    if order and parts.noun not in NOUNS["thing"]:
        several = " ".join((*parts.before, plural(parts.noun), *parts.after))
        before += [(f"{each} of the {several}", False, True) for each in wordings.before]
    after = [(f"{noun} {each}", False, order) for each in wordings.after]
    verb = [(f"{noun} that {each}", False, order) for each in wordings.verb]
    which = [
        (f"{'what' if bare and not order else f'which {noun}'} {each}", True, True)
        for each in wordings.verb
        if not parts.after
    ]
    pools = [(before, 3), (after, 4), (verb, 3), (which, 1)]
    pools = [(pool, weight) for pool, weight in pools if pool]
    (pool,) = rng.choices([pool for pool, _ in pools], [weight for _, weight in pools])
    return rng.choice(pool)


def _frame(rng: random.Random, text: str, kept_out: bool, definite: bool, graspable: bool) -> str:
    """Put article and request before words."""
    indefinite = not definite and not text.startswith(("one ", "which "))
    if kept_out:
        if indefinite and rng.random() < 0.4:
            return rng.choice(_KEPT_OUT_FRAMES).format(with_article(text))
        return f"{rng.choice(_KEPT_OUT_REQUESTS)} the {text}"
    if indefinite and rng.random() < 0.08:
        return f"{rng.choice(_QUESTIONS)} {with_article(text)}"
    request = rng.choice(_LOOK + _GRASP if graspable else _LOOK)
    share = rng.random()
    if share < 0.12 and indefinite and request in _TERSE:
        return f"{request} {text}".strip()
    if share < 0.17 and indefinite:
        return f"{request} {with_article(text)}".strip()
    return f"{request} the {text}".strip()


def _anchor(rng: random.Random, phrase: Phrase) -> str:
    text = _phrase(rng, phrase, plain=True).text()
    return with_article(text) if rng.random() < 0.12 else f"the {text}"


def _phrase(rng: random.Random, phrase: Phrase, plain: bool) -> _Parts:
    """Word a phrase; a plain one has few words after the noun."""
    noun = rng.choice(NOUNS[phrase.head])
    before: list[str] = []
    after: list[str] = []
    if phrase.rank:
        before.append(rng.choice(RANKS[phrase.rank]))
    if phrase.pose:
        _add(rng, POSES[phrase.pose], before, after, plain)
    looks = [rng.choice(COLOURS.get(phrase.colour, (phrase.colour,)))] if phrase.colour else []
    if phrase.pattern:
        adjectives, plain_after, coloured_after = PATTERNS[phrase.pattern]
        if phrase.second and phrase.colour and phrase.pattern in TWO_COLOURS and rng.random() < 0.6:
            looks = [looks[0], "and", phrase.second, rng.choice(adjectives)]
        elif phrase.second:
            after.append(_short(rng, coloured_after, plain).format(second=phrase.second))
        elif adjectives and (plain or after or rng.random() < 0.6):
            place = rng.randrange(len(looks) + 1) if phrase.pattern != "plain" else 0
            looks.insert(place, rng.choice(adjectives))
        else:
            after.append(_short(rng, plain_after, plain))
    if phrase.colour and len(looks) == 1 and not plain and not after and rng.random() < 0.1:
        after.append(f"that is {looks.pop()}")
    before += looks
    if phrase.material:
        _add(rng, MATERIALS[phrase.material], before, after, plain)
    return _Parts(tuple(before), noun, tuple(after))


def _add(
    rng: random.Random, words: tuple[Words, Words], before: list[str], after: list[str], plain: bool
) -> None:
    adjectives, later = words
    if adjectives and (plain or after or rng.random() < 0.6):
        before.append(rng.choice(adjectives))
    else:
        after.append(_short(rng, later, plain))


def _short(rng: random.Random, words: Words, plain: bool) -> str:
    """Choose words; plain ones have no verb, so that a clause may follow."""
    return rng.choice([each for each in words if not (plain and each.startswith("that "))])


def vocabulary() -> tuple[str, ...]:
    """Return every word that a sentence of training can contain, sorted."""
    phrases = [
        *NAMED_COLOURS,
        *_LOOK,
        *_GRASP,
        *_QUESTIONS,
        "the a an and that which what of by is",
    ]
    phrases += ["table floor shelf"]
    for noun in chain.from_iterable(NOUNS.values()):
        phrases += [noun, plural(noun)]
    for words in (*COLOURS.values(), *RANKS.values(), *AGENTS.values()):
        phrases.extend(words)
    for groups in (*MATERIALS.values(), *POSES.values(), *PATTERNS.values()):
        phrases.extend(chain.from_iterable(groups))
    for wordings in TRAINED.values():
        for group in (
            wordings.before,
            wordings.after,
            wordings.verb,
            wordings.active,
            wordings.ask,
        ):
            phrases.extend(group)
    found = {each for phrase in phrases for each in phrase.split()}
    return tuple(sorted(each for each in found if "{" not in each))
