"""Words for things, looks, poses and agents. A repeated word is more frequent."""

Words = tuple[str, ...]

NOUNS: dict[str, Words] = {
    "mug": ("mug", "mug", "cup", "cup", "coffee mug", "coffee cup"),
    "bowl": ("bowl",),
    "plate": ("plate",),
    "bottle": ("bottle",),
    "can": ("can", "can", "can", "tin", "tin", "tin can"),
    "carton": ("carton", "carton", "carton", "drink carton"),
    "box": ("box", "box", "box", "box", "package"),
    "book": ("book",),
    "ball": ("ball",),
    "banana": ("banana",),
    "apple": ("apple",),
    "pear": ("pear",),
    "lemon": ("lemon",),
    "spoon": ("spoon",),
    "screwdriver": ("screwdriver",),
    "hammer": ("hammer",),
    "block": ("block", "block", "toy block", "building block"),
    "teapot": ("teapot", "teapot", "tea pot"),
    "jug": ("jug", "jug", "pitcher"),
    "jar": ("jar",),
    "fruit": ("fruit", "fruit", "piece of fruit"),
    "tool": ("tool",),
    "thing": ("one", "one", "thing", "object", "item"),
}
_PLURALS = {"box": "boxes", "piece of fruit": "pieces of fruit", "fruit": "fruit"}

COLOURS: dict[str, Words] = {
    "purple": ("purple", "purple", "violet"),
    "grey": ("grey", "grey", "silver", "gray"),
}
RANKS: dict[str, Words] = {
    "small": ("small", "small", "little"),
    "large": ("large", "big", "big"),
    "tall": ("tall",),
    "short": ("short",),
}
MATERIALS: dict[str, tuple[Words, Words]] = {
    "metal": (("metal", "metal", "steel"), ("made of metal",)),
    "wood": (("wooden",), ("made of wood",)),
}
"""Adjectives, and words after the noun."""
POSES: dict[str, tuple[Words, Words]] = {
    "lying": ((), ("lying on its side", "that lies on its side", "lying down")),
    "upright": (("upright", "standing"), ("standing upright", "that stands up", "standing up")),
    "upside down": (("upside down",), ("turned upside down", "that is upside down")),
}
"""Adjectives, and words after the noun."""
PATTERNS: dict[str, tuple[Words, Words, Words]] = {
    "plain": (
        ("plain",),
        ("without a pattern", "without any pattern"),
        (),
    ),
    "striped": (
        ("striped", "striped", "stripy"),
        ("with stripes", "that has stripes"),
        ("with {second} stripes", "that has {second} stripes"),
    ),
    "dotted": (
        ("dotted", "spotted"),
        ("with dots", "with spots", "that has dots"),
        ("with {second} dots", "with {second} spots", "that has {second} dots on it"),
    ),
    "checked": (
        ("checked", "checkered"),
        ("with checks", "with a checked pattern", "with squares on it"),
        ("with {second} squares", "with {second} checks"),
    ),
    "labelled": (
        (),
        ("with a label", "with a label on it", "that has a label"),
        ("with a {second} label", "with the {second} label", "that has a {second} label on it"),
    ),
    "printed": (
        ("printed",),
        ("with a print", "with a print on it", "that has a picture on it"),
        ("with a {second} print", "with a {second} picture on it"),
    ),
    "rimmed": (
        (),
        ("with a coloured rim",),
        ("with a {second} rim", "with a {second} edge", "that has a {second} rim"),
    ),
}
"""Adjectives, and words after the noun without and with the pattern's colour."""
TWO_COLOURS = ("striped", "dotted", "checked")
"""Patterns of which a person names both colours: the red and white striped mug."""

AGENTS: dict[str, Words] = {
    "arm": ("the arm", "the arm", "the robot", "the robot arm", "the gripper"),
    "hand": ("the hand", "the hand", "someone", "a person", "the person", "a hand"),
}


def plural(noun: str) -> str:
    """Return the plural of a word of ``NOUNS``.

    >>> plural("box"), plural("tin can")
    ('boxes', 'tin cans')
    """
    return _PLURALS.get(noun, f"{noun}s")


def with_article(phrase: str) -> str:
    """Put the indefinite article before a phrase.

    >>> with_article("orange mug"), with_article("one that rolls")
    ('an orange mug', 'one that rolls')
    """
    if phrase.split(maxsplit=1)[0] == "one":
        return phrase
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"
