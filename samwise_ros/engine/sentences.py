"""Which sentences can be commands; needs no network, so that the node can check before queueing."""

import unicodedata
from collections.abc import Iterable

from samwise_ros.engine.types import MAX_SENTENCE_CHARACTERS
from samwise_ros.words import split_words

_GRAMMATICAL = (
    "a an another and any are as at away be being but by can could do does for from he her "
    "his i in into is it its me my no not of off on one onto or our out over she some someone "
    "something than that the their them there these they this those to towards under up us "
    "was we were what where which who whose will with would you your"
)
_OF_REQUESTS = "find follow get give locate look pick please search see segment show track"
FUNCTION_WORDS = frozenset(_GRAMMATICAL.split() + _OF_REQUESTS.split())
"""English words that describe no object: articles, pronouns, prepositions and words of requests.

All other words are content words.
"""

_LISTED_WORDS, _LISTED_CHARACTERS = 10, 40


def sentence_fault(sentence: str) -> str | None:
    """Return why a sentence cannot be a command; ``None`` if it can.

    >>> sentence_fault("the red mug")
    >>> sentence_fault(" ?! ")
    "the sentence contains no word; describe an object, such as 'the red mug'"
    """
    if len(sentence) > MAX_SENTENCE_CHARACTERS:
        return (
            f"the sentence has {len(sentence)} characters, expected at most "
            f"{MAX_SENTENCE_CHARACTERS}; shorten it"
        )
    if not split_words(unicodedata.normalize("NFKC", sentence)):
        return "the sentence contains no word; describe an object, such as 'the red mug'"
    return None


def unknown_words_fault(known: Iterable[str], unknown: Iterable[str]) -> str | None:
    """Return why a network cannot find an object by a sentence; ``None`` if it can.

    Args:
        known: words that the network knows, normalised.
        unknown: words that it does not know.

    >>> unknown_words_fault(["the", "mug"], ["taza"])
    >>> unknown_words_fault(["a"], ["taza"])
    "unknown words: 'taza'; expected at least one word that the model knows, such as a noun"
    """
    unknown = list(unknown)
    if not unknown or not FUNCTION_WORDS.issuperset(known):
        return None
    return f"{_listed(unknown)}; expected at least one word that the model knows, such as a noun"


def unknown_words_note(unknown: Iterable[str]) -> str:
    """Return the consequence of unknown words in a sentence that has known words too.

    >>> unknown_words_note(["shiny", "kettle"])
    "unknown words: 'shiny', 'kettle'; the model may track another object"
    """
    return f"{_listed(unknown)}; the model may track another object"


def _listed(words: Iterable[str]) -> str:
    """Return the words, without repetitions and shortened to fit an event."""
    distinct = list(dict.fromkeys(words))
    shown = ", ".join(f"'{word[:_LISTED_CHARACTERS]}'" for word in distinct[:_LISTED_WORDS])
    more = len(distinct) - _LISTED_WORDS
    return f"unknown words: {shown}" + (f" and {more} more" if more > 0 else "")
