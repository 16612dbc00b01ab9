"""The ways to say a clause."""

from dataclasses import dataclass

Words = tuple[str, ...]


@dataclass(frozen=True)
class Wordings:
    """The ways to say one clause.

    In the words ``{a}`` and ``{b}`` stand for the anchors, ``{agent}`` for who acts and
    ``{place}`` for the surface.

    Attributes:
        before: adjectives.
        after: words after the noun.
        verb: predicates, after ``that`` or ``which mug``.
        active: clauses with the agent as subject, after the noun or ``what``.
        ask: questions with the agent as subject, after ``what`` or ``which mug``.
    """

    before: Words = ()
    after: Words = ()
    verb: Words = ()
    active: Words = ()
    ask: Words = ()
