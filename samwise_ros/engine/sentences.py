"""Which sentences can be commands; needs no network, so that the node can check before queueing."""

import unicodedata

from samwise_ros.engine.types import MAX_SENTENCE_CHARACTERS


def sentence_fault(sentence: str) -> str | None:
    """Return why a sentence cannot be a command; ``None`` if it can.

    >>> sentence_fault("the red mug")
    >>> sentence_fault(" ?! ")
    "the sentence holds no word; describe an object, such as 'the red mug'"
    """
    if len(sentence) > MAX_SENTENCE_CHARACTERS:
        return (
            f"the sentence has {len(sentence)} characters, expected at most "
            f"{MAX_SENTENCE_CHARACTERS}; shorten it"
        )
    if not any(letter.isalnum() for letter in unicodedata.normalize("NFKC", sentence)):
        return "the sentence holds no word; describe an object, such as 'the red mug'"
    return None
