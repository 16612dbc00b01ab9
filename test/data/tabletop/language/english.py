"""Words and wordings that a person knows, written without those of the package."""

KINDS = (
    *("mug", "bowl", "plate", "bottle", "can", "carton", "box", "book", "ball", "banana", "apple"),
    *("pear", "lemon", "spoon", "screwdriver", "hammer", "block", "teapot", "jug", "jar"),
)
NOUNS = {kind: {kind} for kind in KINDS}
NOUNS |= {word: {"mug"} for word in ("cup", "coffee mug", "coffee cup")}
NOUNS |= {word: {"can"} for word in ("tin", "tin can")}
NOUNS |= {word: {"block"} for word in ("toy block", "building block")}
NOUNS |= {"drink carton": {"carton"}, "package": {"box"}, "packet": {"box"}}
NOUNS |= {"tea pot": {"teapot"}, "pitcher": {"jug"}, "tool": {"hammer", "screwdriver"}}
NOUNS |= {word: {"banana", "apple", "pear", "lemon"} for word in ("fruit", "piece of fruit")}
NOUNS |= {word: set(KINDS) for word in ("one", "thing", "object", "item")}
NOUNS |= {f"{noun}s": kinds for noun, kinds in NOUNS.items() if noun != "box"}
NOUNS |= {"boxes": {"box"}, "pieces of fruit": NOUNS["fruit"]}
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white")
COLOUR_WORDS = {colour: colour for colour in (*COLOURS, "grey")}
COLOUR_WORDS |= {"violet": "purple", "silver": "grey", "gray": "grey"}
PATTERN_WORDS = {
    "plain": "plain",
    "striped": "striped",
    "stripy": "striped",
    "dotted": "dotted",
    "spotted": "dotted",
    "checked": "checked",
    "checkered": "checked",
    "printed": "printed",
}
PATTERN_NOUNS = {
    "stripes": "striped",
    "dots": "dotted",
    "spots": "dotted",
    "squares": "checked",
    "checks": "checked",
    "label": "labelled",
    "print": "printed",
    "picture": "printed",
    "rim": "rimmed",
    "edge": "rimmed",
}
RANKS = {"small": "small", "little": "small", "large": "large", "big": "large"}
RANKS |= {"tall": "tall", "short": "short"}
MATERIALS = {"metal": "metal", "steel": "metal", "wooden": "wood", "wood": "wood"}
ORDERS = {
    "leftmost": "leftmost",
    "rightmost": "rightmost",
    "nearest": "nearest",
    "closest": "nearest",
    "front": "nearest",
    "nearer": "nearest",
    "farthest": "farthest",
    "rearmost": "farthest",
    "back": "farthest",
    "farther": "farthest",
    "left": "leftmost",
    "right": "rightmost",
    "middle": "middle",
    "largest": "largest",
    "biggest": "largest",
    "larger": "largest",
    "bigger": "largest",
    "smallest": "smallest",
    "smaller": "smallest",
    "tallest": "tallest",
    "taller": "tallest",
    "shortest": "shortest",
    "shorter": "shortest",
    "empty": "empty",
    "moving": "moving",
    "rolling": "rolling",
    "falling": "falling",
    "sliding": "sliding",
    "resting": "resting",
    "arriving": "arriving",
    "leaving": "leaving",
    "untouched": "untouched",
    "returned": "returned",
    "new": "arrived",
    "fallen": "fell",
}
REQUESTS = (
    "could you look at|could you get me|can you see|can you find|please show me|please follow|"
    "please find|keep an eye on|i am looking for|search for|show me|look at|pick up|where is|"
    "get me|bring me|hand me|point at|i want|i need|i mean|go to|is there|do you see|i see|"
    "there is|find|track|follow|grab|take|watch|locate"
)
ARM = "the arm|the robot arm|the robot|the gripper"
HAND = "the hand|a hand|someone|the person|a person"
AGENT = rf"(?:(?P<arm>{ARM})|(?P<hand>{HAND}))"
BY = rf"(?: by {AGENT})?"
SURFACE = r"(?: (?:across|along|over) the (?:table|floor|shelf))?"
# No anchor is a side, a place in an order or the air.
ANCHOR = r"(?:a|an|the) (?!(?:far |very )?(?:left|right|middle|centre|back|air|move)\b).+"
CLAUSES = {
    "leftmost": r"(?:is )?(?:farthest to the left|(?:the )?furthest left|(?:on|at) the far left)",
    "rightmost": r"(?:is )?(?:farthest to the right|(?:the )?furthest right|"
    "(?:on|at) the far right)",
    "leftmost ": r"(?:is )?(?:on|to|at) the left(?: side)?",
    "rightmost ": r"(?:is )?(?:on|to|at) the right(?: side)?",
    "nearest": r"(?:is )?(?:the )?(?:closest|nearest)(?: to (?:the camera|us))?|(?:is )?in front|"
    "at the front",
    "farthest": r"(?:is )?(?:the )?farthest(?: from (?:the camera|us)| away)|"
    "(?:is )?(?:at|in) the (?:very )?back",
    "middle": r"(?:is )?in the (?:middle|centre)|is between the others|is the middle one",
    "second from left": r"(?:is |comes )?second from the left",
    "second from right": r"(?:is |comes )?second from the right",
    "largest": r"is (?:the )?(?:largest|biggest|larger|bigger)",
    "smallest": r"is (?:the )?(?:smallest|smaller)",
    "tallest": r"is (?:the )?(?:tallest|taller)",
    "shortest": r"is (?:the )?(?:shortest|shorter)",
    "with": r"(?:with|has) (?P<a>(?!nothing).+?) (?:on it|on top|in it|inside)|contains (?P<b>.+)|"
    "holds (?P<c>.+)|(?:is )?under (?P<d>.+)",
    "empty": r"with nothing (?:in|on) it|is empty",
    "beside": r"(?:is |sits |right |standing |is right |stands )*(?:beside|next to) (?P<a>.+)",
    "left of": r"(?:is )?(?:to the left of|left of|on the left(?: side)? of) (?P<a>.+)",
    "right of": r"(?:is )?(?:to the right of|right of|on the right(?: side)? of) (?P<a>.+)",
    "behind": r"(?:is |stands |standing )?(?:behind|in back of) (?P<a>.+)",
    "in front of": r"(?:is |stands |standing )?(?:in front of|before) (?P<a>.+)",
    "between": r"(?:is )?(?:in )?between (?P<a>.+) and (?P<b>.+)",
    "on": rf"(?:is |lies |lying |sits |standing )?(?:on top of|on) (?P<a>{ANCHOR})",
    "in": rf"(?:is |lies |lying |sits )?(?:inside|in) (?P<a>{ANCHOR})",
    "moving": r"(?:is )?(?:moving|in motion)|moves|changes its place|is moving around|"
    rf"{AGENT} (?:is moving|moves)|is {AGENT} moving",
    "pushed": rf"(?:is |gets )?(?:being )?pushed(?: along)?{SURFACE}{BY}|"
    rf"{AGENT} (?:is pushing(?: along)?|pushes|is shoving)|is {AGENT} pushing",
    "lifted": rf"(?:is |gets )?(?:being )?(?:lifted(?: up)?|picked up|raised){BY}|going up|rises|"
    rf"goes up|{AGENT} (?:is lifting(?: up)?|picks up|is picking up|lifts up)|"
    rf"is {AGENT} (?:lifting|picking up)",
    "carried": rf"(?:is )?(?:being )?carried(?: through the air| around)?{BY}|in transit|"
    rf"{AGENT} (?:is carrying(?: around)?|carries|is moving through the air)|is {AGENT} carrying",
    "put down": rf"(?:is |gets )?(?:being )?(?:put down|set down|lowered){BY}|going down|goes down|"
    rf"{AGENT} (?:is putting down|puts down|is setting down|sets down)|is {AGENT} putting down",
    "handed over": r"(?:is )?(?:being )?(?:handed over|passed on)|changing hands|changes hands",
    "rolling": rf"(?:is )?(?:rolling|rolls)(?: along)?{SURFACE}",
    "falling": r"(?:is )?(?:falling|falls|tipping over|tips over)(?: over| down)?|drops",
    "sliding": rf"(?:is )?(?:sliding|slides)(?: along)?{SURFACE}",
    "leftwards": r"(?:is )?(?:moving|going|goes|moves)(?: to the)? left",
    "rightwards": r"(?:is )?(?:moving|going|goes|moves)(?: to the)? right",
    "closer": r"(?:coming|comes|gets) closer|(?:moving|moves|coming) towards (?:the camera|us)",
    "farther": r"(?:moving|moves|going|goes|gets) (?:farther )?away(?: from (?:the camera|us))?",
    "held": rf"(?:is )?(?:being )?held{BY}|{AGENT} "
    r"(?:is holding|holds|has hold of|has got|still holds)|"
    rf"is {AGENT} holding",
    "resting": r"(?:is )?(?:not moving|standing still|staying still)|at rest|does not move|"
    "stays where it is|stays still|staying where it is",
    "arriving": r"coming in|is coming in|arriving|entering the picture|(?:coming|comes) into view|"
    rf"comes in|arrives|enters|appears|"
    rf"{AGENT} (?:brings|is bringing|brings in)|is {AGENT} bringing",
    "leaving": r"(?:is )?leaving|(?:is )?(?:going|goes) out of (?:view|the picture)|leaves|"
    rf"disappearing(?: from view)?|disappears|{AGENT} (?:takes away|is taking away|carries off)|"
    rf"is {AGENT} taking away",
    "just": rf"(?:was |has )?(?P<verb>moved|pushed|put down|set down|rolled)"
    r"(?: just now| a moment ago)|"
    r"(?:was |has )?just (?:been )?(?P<verb2>moved|pushed|put down|set down|rolled|rolling)|"
    r"was (?P<verb3>rolling) a moment ago|"
    rf"{AGENT} (?:has )?just (?P<verb4>moved|pushed|put down)|{AGENT} (?P<verb5>let go of)|"
    rf"{AGENT} (?P<verb6>moved|pushed|put down) (?:a moment ago|just now)|"
    rf"did {AGENT} just (?P<verb7>move|push|put down)",
    "moved": r"moved earlier|has moved|(?:has )?changed its place",
    "was moved": r"(?:was|has been) moved(?: before| earlier)?|"
    rf"{AGENT} (?:has )?moved(?: earlier| before)?|did {AGENT} move",
    "was pushed": r"pushed (?:earlier|before)|(?:was|has been|got) pushed(?: earlier| before)?|"
    rf"{AGENT} (?:has )?(?:pushed|shoved)(?: earlier| before)?|did {AGENT} push",
    "was lifted": r"lifted earlier|picked up before|"
    "(?:was|has been) (?:lifted|picked up)(?: before)?|"
    rf"was in the air before|{AGENT} (?:has )?(?:lifted|picked up)(?: before)?|"
    rf"did {AGENT} (?:lift|pick up)",
    "was carried": r"carried earlier|(?:was|has been) carried(?: around)?|"
    rf"{AGENT} (?:has )?carried|{AGENT} held before|did {AGENT} carry",
    "was put down": r"put down earlier|(?:was|has been) (?:put|set) down|"
    rf"{AGENT} (?:has )?(?:put|set) down|did {AGENT} put down",
    "was handed over": r"was handed over|changed hands|was passed on",
    "rolled": r"rolling earlier|rolled(?: (?:across|over) the (?:table|floor|shelf)| before)?|"
    "has rolled|was rolling(?: before)?",
    "fell": r"(?:has )?(?:fell|fallen|tipped)(?: over| down)?",
    "moved last": r"(?:was |has )?moved (?:last|most recently)|was the last (?:one )?to move",
    "moved first": r"(?:was |has )?moved first|was the first (?:one )?to move",
    "untouched": r"(?:was )?left (?:untouched|alone)|was not moved|has not (?:been )?moved|"
    "never moved|stayed where it was|did not move",
    "was leftmost": r"on the left at the start|farthest to the left at first|was leftmost at first|"
    "was on the far left at the start|used to be leftmost",
    "was rightmost": r"on the right at the start|farthest to the right at first|"
    "was rightmost at first|was on the far right at the start|used to be rightmost",
    "was on": rf"(?:was|used to be|stood) (?:on|in) (?P<a>{ANCHOR}?)(?: before| at first)?",
    "was put on": rf"(?:(?:was|has been) (?:put|placed)|{AGENT} (?:put|placed)) "
    "(?:on|into|in) (?P<a>.+)",
    "returned": r"is back again|came back|has come back(?: again)?|"
    "was gone (?:and came back|for a while)|left and came back",
    "was hidden": r"(?:was )?(?:hidden|covered|out of sight)(?: before| for a while)?",
    "arrived": r"new in the picture|added later|was not there at first|came in later(?: on)?|"
    "has arrived|was added(?: later)?|arrived later",
}


LOOKS = (
    (r"that is (?P<colour>\w+)", {}),
    (
        r"(?:with|that has) (?:a |the )?(?:(?P<second>\w+) )?"
        rf"(?P<noun>{'|'.join(PATTERN_NOUNS)})(?: on it)?",
        {},
    ),
    (r"with a checked pattern", {"pattern": "checked"}),
    (r"without (?:a|any) pattern", {"pattern": "plain"}),
    (r"(?:made )?of (?P<material>metal|wood)", {}),
    (r"(?:that lies|lying) (?:on its side|down)", {"pose": "lying"}),
    (r"(?:that stands up|standing up|standing upright)", {"pose": "upright"}),
    (r"(?:turned|that is) upside down", {"pose": "upside down"}),
)
