"""Words in text of any script; the tokenizer, the engine and the node split text alike."""

import unicodedata

_MARKS = frozenset({"Mn", "Mc"})
# Invisible characters that separate no words: soft hyphen, word joiner, byte order mark. Copied
# text contains them.
_INVISIBLE = str.maketrans("", "", "\u00ad\u2060\ufeff")
_JOINERS = "\u200c\u200d"  # inside words of Persian and Indic scripts


def split_words(text: str, extra: str = "") -> list[str]:
    """Split text into words of letters, digits and the marks that follow them.

    Scripts such as Thai and Devanagari write vowels and tones as marks (Unicode categories Mn and
    Mc), which are no letters. Zero-width joiners between letters belong to the word as well.

    Args:
        text: any text.
        extra: further characters that are part of words.

    >>> split_words("the red-hot mug!", extra="-")
    ['the', 'red-hot', 'mug']
    >>> split_words("")
    []
    """
    kept = []
    follows_letter = False
    text = text.translate(_INVISIBLE)
    for char, following in zip(text, f"{text[1:]} ", strict=False):
        is_joiner = char in _JOINERS and following.isalnum()
        is_mark = follows_letter and (is_joiner or unicodedata.category(char) in _MARKS)
        follows_letter = is_mark or char.isalnum()
        kept.append(char if follows_letter or char in extra else " ")
    return "".join(kept).split()
