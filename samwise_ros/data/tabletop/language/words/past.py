"""Words for clauses of the past. A repeated wording is more frequent."""

from samwise_ros.data.tabletop.language.words.wordings import Wordings


def _was_outermost(side: str) -> Wordings:
    return Wordings(
        (),
        (f"on the {side} at the start", f"farthest to the {side} at first"),
        (
            f"was {side}most at first",
            f"was on the far {side} at the start",
            f"used to be {side}most",
        ),
    )


PAST: dict[str, Wordings] = {
    "moved": Wordings((), (), ("moved earlier", "has moved", "changed its place")),
    "was moved": Wordings(
        (),
        (),
        ("was moved", "has been moved", "was moved before"),
        ("{agent} moved", "{agent} has moved", "{agent} moved earlier", "{agent} moved before"),
        ("did {agent} move",),
    ),
    "was pushed": Wordings(
        (),
        ("pushed earlier", "pushed before"),
        ("was pushed", "has been pushed", "was pushed earlier", "got pushed"),
        ("{agent} pushed", "{agent} has pushed", "{agent} pushed earlier", "{agent} shoved"),
        ("did {agent} push",),
    ),
    "was lifted": Wordings(
        (),
        ("lifted earlier", "picked up before"),
        ("was lifted", "was picked up", "was in the air before", "has been lifted"),
        ("{agent} lifted", "{agent} picked up", "{agent} picked up before"),
        ("did {agent} lift", "did {agent} pick up"),
    ),
    "was carried": Wordings(
        (),
        ("carried earlier",),
        ("was carried", "was carried around", "has been carried"),
        ("{agent} carried", "{agent} has carried", "{agent} held before"),
        ("did {agent} carry",),
    ),
    "was put down": Wordings(
        (),
        ("put down earlier",),
        ("was put down", "was set down", "has been put down"),
        ("{agent} put down", "{agent} has put down", "{agent} set down"),
        ("did {agent} put down",),
    ),
    "was handed over": Wordings((), (), ("was handed over", "changed hands", "was passed on")),
    "rolled": Wordings(
        (),
        ("rolling earlier",),
        ("rolled", "was rolling", "rolled across the {place}", "has rolled", "rolled before"),
    ),
    "fell": Wordings(
        ("fallen",), (), ("fell", "fell over", "has fallen", "fell down", "has tipped over")
    ),
    "just moved": Wordings((), (), ("just moved", "has just moved", "moved a moment ago")),
    "was just moved": Wordings(
        (),
        ("moved just now", "moved a moment ago"),
        ("was just moved", "has just been moved"),
        ("{agent} just moved", "{agent} has just moved", "{agent} moved a moment ago"),
        ("did {agent} just move",),
    ),
    "was just pushed": Wordings(
        (),
        ("pushed just now",),
        ("was just pushed", "has just been pushed", "was pushed a moment ago"),
        ("{agent} just pushed", "{agent} has just pushed"),
        ("did {agent} just push",),
    ),
    "was just put down": Wordings(
        (),
        ("put down just now",),
        ("was just put down", "has just been put down", "was just set down"),
        ("{agent} just put down", "{agent} has just put down", "{agent} let go of"),
        ("did {agent} just put down",),
    ),
    "just rolled": Wordings(
        (), (), ("just rolled", "was just rolling", "was rolling a moment ago")
    ),
    "moved last": Wordings(
        (),
        ("moved last",),
        ("was moved last", "moved last", "was the last to move", "was moved most recently"),
    ),
    "moved first": Wordings(
        (), ("moved first",), ("was moved first", "moved first", "was the first to move")
    ),
    "untouched": Wordings(
        ("untouched",),
        ("left untouched", "left alone"),
        ("was not moved", "has not moved", "was left alone", "never moved", "stayed where it was"),
    ),
    "was leftmost": _was_outermost("left"),
    "was rightmost": _was_outermost("right"),
    "was on": Wordings(
        (), (), ("was on {a}", "was on {a} before", "used to be on {a}", "stood on {a} at first")
    ),
    "was in": Wordings((), (), ("was in {a}", "was in {a} before", "used to be in {a}")),
    "was put on": Wordings(
        (),
        (),
        ("was put on {a}", "has been put on {a}", "was placed on {a}"),
        ("{agent} put on {a}", "{agent} placed on {a}"),
    ),
    "was put in": Wordings(
        (),
        (),
        ("was put into {a}", "was put in {a}", "was placed in {a}"),
        ("{agent} put into {a}", "{agent} put in {a}", "{agent} placed in {a}"),
    ),
    "returned": Wordings(
        ("returned",),
        (),
        (
            "is back again",
            "came back",
            "has come back",
            "was gone and came back",
            "left and came back",
        ),
    ),
    "was hidden": Wordings(
        (),
        ("hidden before", "out of sight before"),
        ("was hidden", "was hidden for a while", "was covered before", "was out of sight"),
    ),
    "arrived": Wordings(
        ("new",),
        ("new in the picture", "added later"),
        ("was not there at first", "came in later", "has arrived", "was added", "arrived later"),
    ),
}
"""The wordings of every split, by the clause's name."""

KEPT_OUT_PAST: dict[str, Wordings] = {
    "moved": Wordings((), (), ("has changed its place",)),
    "was moved": Wordings((), (), ("was moved earlier",), ("{agent} has moved before",)),
    "was pushed": Wordings((), (), ("was pushed before",), ("{agent} pushed before",)),
    "was lifted": Wordings((), (), ("was lifted before",), ("{agent} has picked up",)),
    "rolled": Wordings((), (), ("was rolling before", "rolled over the {place}")),
    "fell": Wordings((), (), ("has fallen over", "tipped over")),
    "just moved": Wordings((), (), ("has moved just now",)),
    "was just moved": Wordings((), (), ("was moved just now",), ("{agent} moved just now",)),
    "was just pushed": Wordings((), (), ("was pushed just now",), ("{agent} pushed just now",)),
    "was just put down": Wordings((), (), ("was put down a moment ago",)),
    "just rolled": Wordings((), (), ("rolled a moment ago", "has just rolled")),
    "moved last": Wordings((), (), ("was the last one to move", "has moved last")),
    "moved first": Wordings((), (), ("was the first one to move", "has moved first")),
    "untouched": Wordings((), (), ("has not been moved", "did not move", "was left untouched")),
    "returned": Wordings((), (), ("was gone for a while", "has come back again")),
    "was hidden": Wordings((), (), ("was hidden before", "was out of sight for a while")),
    "arrived": Wordings((), (), ("came in later on", "was added later")),
}
"""Further wordings, of known words, that the splits ``train`` and ``val`` never use."""
