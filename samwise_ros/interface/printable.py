"""Text from messages, made safe for logs, diagnostics and terminals."""


def printable(text: str, max_characters: int | None = None) -> str:
    r"""Replace control characters and line breaks by question marks, and limit the length.

    >>> printable("red\x1b[2J\nmug")
    'red?[2J?mug'
    >>> printable("the red mug", 7)
    'the r..'
    """
    if max_characters is not None and len(text) > max_characters:
        text = f"{text[: max_characters - 2]}.."
    return "".join(character if character.isprintable() else "?" for character in text)
