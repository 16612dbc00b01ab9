"""Reads sentences as a person would, without the words and criteria of the package.

The grammar here is written by hand, so that a sentence whose words say something else than its
meaning is found.
"""

import re
from dataclasses import dataclass, field

from english import (
    CLAUSES,
    COLOUR_WORDS,
    KINDS,
    LOOKS,
    MATERIALS,
    NOUNS,
    ORDERS,
    PATTERN_NOUNS,
    PATTERN_WORDS,
    RANKS,
    REQUESTS,
)


@dataclass
class Reading:
    """What a person understands.

    Attributes:
        kinds: kinds of things that the noun may mean.
        looks: colour, pattern, second colour, material, pose and rank, where said.
        clause: name of the clause; empty for none.
        agent: ``arm``, ``hand`` or empty.
        verb: what just happened, in a clause ``just``.
        anchors: other things.
    """

    kinds: set[str]
    looks: dict[str, str] = field(default_factory=dict)
    clause: str = ""
    agent: str = ""
    verb: str = ""
    anchors: list["Reading"] = field(default_factory=list)


def read(sentence: str) -> Reading:
    """Read a whole sentence.

    Raises:
        ValueError: it says something that this grammar does not know, or is ambiguous.
    """
    text = re.sub(r" (?:find it|track it|follow it)$", "", sentence)
    text = re.sub(rf"^(?:{REQUESTS}) (?=the |a |an |what |which |\w)", "", text)
    return _read(re.sub(r"^(?:which|the|a|an) ", "", text))


def _read(text: str) -> Reading:
    if text.startswith("what "):
        reading, rest = Reading(set(KINDS)), text.removeprefix("what ")
    else:
        found = [
            (match.start(1), -len(noun), noun)
            for noun in NOUNS
            for match in [re.search(rf"(?:^| )({noun})(?= |$)", text)]
            if match
        ]
        if not found:
            raise ValueError(f"no noun: {text}")
        start, _, noun = min(found)
        reading, rest = Reading(NOUNS[noun]), text[start + len(noun) :].strip()
        _read_adjectives(reading, text[:start].split())
    _read_rest(reading, rest)
    return reading


def _read_adjectives(reading: Reading, words: list[str]) -> None:
    text = " ".join(words).replace("of the", "").replace("left hand", "left")
    text = text.replace("right hand", "right")
    if "upside down" in text:
        reading.looks["pose"] = "upside down"
        text = text.replace("upside down", "")
    words = text.split()
    while words:
        word = words.pop(0)
        if word in COLOUR_WORDS and "colour" not in reading.looks:
            reading.looks["colour"] = COLOUR_WORDS[word]
            if words[:1] == ["and"]:
                reading.looks["second"] = COLOUR_WORDS[words[1]]
                words = words[2:]
        elif word in PATTERN_WORDS:
            reading.looks["pattern"] = PATTERN_WORDS[word]
        elif word in MATERIALS:
            reading.looks["material"] = MATERIALS[word]
        elif word in RANKS:
            reading.looks["rank"] = RANKS[word]
        elif word in ("upright", "standing"):
            reading.looks["pose"] = "upright"
        elif word in ORDERS and not reading.clause:
            reading.clause = ORDERS[word]
        else:
            raise ValueError(f"unknown adjective {word!r}")


def _read_rest(reading: Reading, rest: str) -> None:
    for pattern, said in LOOKS * 2:
        match = re.match(rf"{pattern}(?: |$)", rest)
        if match and match.groupdict().get("colour", "red") in COLOUR_WORDS:
            reading.looks |= said
            _read_look(reading, match.groupdict())
            rest = rest[match.end() :]
    rest = re.sub(r"^that ", "", rest.strip())
    if not rest:
        return
    _read_clause(reading, rest)


def _read_clause(reading: Reading, rest: str) -> None:
    matches = {
        name: match
        for name, pattern in CLAUSES.items()
        if (match := re.fullmatch(_numbered(pattern), rest))
    }
    if len(matches) != 1 or reading.clause:
        raise ValueError(f"{rest!r} has the readings {sorted(matches)}")
    ((name, match),) = matches.items()
    reading.clause = name.strip()
    for key, value in match.groupdict().items():
        if value and key.startswith(("arm", "hand")):
            reading.agent = re.sub(r"\d", "", key)
        elif value and key.startswith("verb"):
            reading.verb = value
        elif value:
            reading.anchors.append(_read(re.sub(r"^(?:the|a|an) ", "", value)))


def _read_look(reading: Reading, groups: dict[str, str | None]) -> None:
    colour, noun, second = (groups.get(name) for name in ("colour", "noun", "second"))
    if colour:
        reading.looks["colour"] = COLOUR_WORDS[colour]
    if noun:
        reading.looks["pattern"] = PATTERN_NOUNS[noun]
    if second and second != "coloured":
        reading.looks["second"] = COLOUR_WORDS[second]
    if groups.get("material"):
        reading.looks["material"] = groups["material"] or ""


def _numbered(pattern: str) -> str:
    """Make the names of repeated groups unique."""
    count = iter(range(100))
    return re.sub(r"\?P<(arm|hand)>", lambda match: f"?P<{match[1]}{next(count)}>", pattern)
