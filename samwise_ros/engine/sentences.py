"""Which sentences can be commands; needs no network, so that the node can check before queueing."""

import unicodedata

from samwise_ros.engine.types import MAX_SENTENCE_CHARACTERS


def sentence_fault(sentence: str) -> str | None:
    """Return why a sentence cannot be a command; ``None`` if it can.

    >>> sentence_fault("the red mug")
    >>> sentence_fault(" ?! ")
    'the sentence holds no word'
    """
    if len(sentence) > MAX_SENTENCE_CHARACTERS:
        return (
            f"the sentence has {len(sentence)} characters; "
            f"at most {MAX_SENTENCE_CHARACTERS} are taken"
        )
    if not any(one.isalnum() for one in unicodedata.normalize("NFKC", sentence)):
        return "the sentence holds no word"
    return None
