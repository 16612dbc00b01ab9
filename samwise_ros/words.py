"""Words in text of any script; the tokenizer, the engine and the node split text alike."""

import unicodedata

_MARKS = frozenset({"Mn", "Mc"})


def split_words(text: str, extra: str = "") -> list[str]:
    """Split text into words of letters, digits and the marks that follow them.

    Scripts such as Thai and Devanagari write vowels and tones as marks (Unicode categories Mn and
    Mc), which are no letters.

    Args:
        text: any text.
        extra: further characters that are part of words.

    >>> split_words("the red-hot mug!", extra="-")
    ['the', 'red-hot', 'mug']
    """
    kept = []
    follows_letter = False
    for char in text:
        is_mark = follows_letter and unicodedata.category(char) in _MARKS
        follows_letter = is_mark or char.isalnum()
        kept.append(char if follows_letter or char in extra else " ")
    return "".join(kept).split()
