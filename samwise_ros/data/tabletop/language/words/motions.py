"""Words for clauses of present motion. A repeated wording is more frequent."""

from samwise_ros.data.tabletop.language.words.wordings import Wordings


def _to_side(side: str) -> Wordings:
    return Wordings(
        (),
        (f"moving to the {side}", f"moving {side}", f"going {side}"),
        (f"moves to the {side}", f"goes {side}", f"is moving {side}"),
    )


def _to_side_kept_out(side: str) -> Wordings:
    return Wordings((), (f"going to the {side}",), (f"is going to the {side}",))


MOTION: dict[str, Wordings] = {
    "moving": Wordings(
        ("moving",),
        ("moving", "in motion", "that is moving around"),
        ("moves", "is moving", "is in motion", "changes its place"),
        ("{agent} is moving", "{agent} moves"),
        ("is {agent} moving",),
    ),
    "pushed": Wordings(
        (),
        ("being pushed", "being pushed across the {place}", "pushed along the {place}"),
        ("is being pushed", "gets pushed", "is pushed"),
        ("{agent} is pushing", "{agent} pushes", "{agent} is shoving"),
        ("is {agent} pushing",),
    ),
    "lifted": Wordings(
        (),
        ("being lifted", "being picked up", "being raised", "going up"),
        ("is being lifted", "is lifted up", "gets picked up", "is being picked up", "rises"),
        ("{agent} is lifting", "{agent} picks up", "{agent} is picking up", "{agent} lifts up"),
        ("is {agent} lifting", "is {agent} picking up"),
    ),
    "carried": Wordings(
        (),
        ("being carried", "being carried through the air", "in transit"),
        ("is being carried", "is carried around", "is carried"),
        ("{agent} is carrying", "{agent} carries", "{agent} is moving through the air"),
        ("is {agent} carrying",),
    ),
    "put down": Wordings(
        (),
        ("being put down", "being set down", "being lowered", "going down"),
        ("is being put down", "is set down", "gets put down", "is being lowered"),
        ("{agent} is putting down", "{agent} puts down", "{agent} is setting down"),
        ("is {agent} putting down",),
    ),
    "handed over": Wordings(
        (),
        ("being handed over", "being passed on", "changing hands"),
        ("is being handed over", "is handed over", "changes hands"),
    ),
    "rolling": Wordings(
        ("rolling",),
        ("rolling", "rolling across the {place}", "rolling along", "rolling over the {place}"),
        ("rolls", "is rolling", "rolls across the {place}", "is rolling along the {place}"),
    ),
    "falling": Wordings(
        ("falling",),
        ("falling", "falling over", "falling down", "tipping over"),
        ("falls", "is falling", "falls over", "tips over", "drops"),
    ),
    "sliding": Wordings(
        ("sliding",),
        ("sliding", "sliding across the {place}", "sliding along"),
        ("slides", "is sliding", "slides across the {place}"),
    ),
    "left": _to_side("left"),
    "right": _to_side("right"),
    "closer": Wordings(
        (),
        ("coming closer", "moving towards the camera", "coming towards us"),
        ("comes closer", "moves towards the camera", "gets closer"),
    ),
    "farther": Wordings(
        (),
        ("moving away", "going away from the camera", "moving away from us"),
        ("moves away from the camera", "goes farther away", "gets farther away"),
    ),
    "held": Wordings(
        (),
        ("being held",),
        ("is being held", "is held"),
        ("{agent} is holding", "{agent} holds", "{agent} has hold of", "{agent} has got"),
        ("is {agent} holding",),
    ),
    "waiting": Wordings(
        ("resting",),
        ("not moving", "standing still", "at rest", "staying still"),
        ("is not moving", "does not move", "stays where it is", "stays still"),
    ),
    "arriving": Wordings(
        ("arriving",),
        ("coming in", "arriving", "entering the picture", "coming into view"),
        ("comes in", "arrives", "enters", "comes into view", "appears"),
        ("{agent} brings", "{agent} is bringing", "{agent} brings in"),
        ("is {agent} bringing",),
    ),
    "leaving": Wordings(
        ("leaving",),
        ("leaving", "going out of view", "going out of the picture", "disappearing from view"),
        ("leaves", "goes out of view", "disappears", "goes out of the picture"),
        ("{agent} takes away", "{agent} is taking away", "{agent} carries off"),
        ("is {agent} taking away",),
    ),
}
"""The wordings of every split, by the clause's name."""

KEPT_OUT_MOTION: dict[str, Wordings] = {
    "pushed": Wordings(
        (), ("pushed across the {place}",), ("gets pushed along",), ("{agent} is pushing along",)
    ),
    "lifted": Wordings((), ("being lifted up",), ("goes up",), ("{agent} is lifting up",)),
    "carried": Wordings((), ("being carried around",), (), ("{agent} is carrying around",)),
    "put down": Wordings((), (), ("goes down",), ("{agent} sets down",)),
    "rolling": Wordings((), ("rolling along the {place}",), ("is rolling over the {place}",)),
    "falling": Wordings((), (), ("is tipping over", "is falling down")),
    "sliding": Wordings((), ("sliding along the {place}",), ("is sliding over the {place}",)),
    "left": _to_side_kept_out("left"),
    "right": _to_side_kept_out("right"),
    "held": Wordings((), (), (), ("{agent} still holds",)),
    "waiting": Wordings((), ("staying where it is",), ("is standing still",)),
    "arriving": Wordings((), (), ("is coming in",)),
    "leaving": Wordings((), ("disappearing",), ("is leaving", "is going out of view")),
}
"""Further wordings, of known words, that the splits ``train`` and ``val`` never use."""
