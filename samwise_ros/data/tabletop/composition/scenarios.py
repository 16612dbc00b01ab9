"""What happens in a video: each scenario writes things and actions on a stage."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from samwise_ros.data.tabletop.agents.grip import half_height
from samwise_ros.data.tabletop.catalogue import KINDS
from samwise_ros.data.tabletop.composition.stage import NoRoomError, Stage
from samwise_ros.data.tabletop.composition.things import draw_thing, draw_things, pick, radius
from samwise_ros.data.tabletop.description import Agent, Split, Thing


class Scenario(NamedTuple):
    """A kind of video.

    Attributes:
        write: writes it.
        frames: smallest number of frames.
        rest: number of frames at the end after the last action, at least.
    """

    write: Callable[[Stage, Split], None]
    frames: int
    rest: int = 0


def _agent(stage: Stage) -> Agent:
    return pick(stage.rng, list(stage.bases))


def _fill(stage: Stage, things: list[Thing], *, upright: bool = False) -> None:
    """Add things; leave out those for which there is no room, but not the first two."""
    for number, drawn in enumerate(things):
        known = drawn.twin_of < len(stage.things)
        thing = drawn if known else replace(drawn, twin_of=-1)
        try:
            small = max(thing.dimensions_m[:2]) < 0.1 and thing.twin_of < 0
            hosts = [k for k, host in enumerate(stage.things) if _can_hold(host)]
            taken = {item.on for item in stage.things}
            if small and hosts and number > 1 and stage.rng.random() < 0.3:
                host = pick(stage.rng, hosts)
                if host not in taken:
                    stage.add_on(thing, host)
                    continue
            stage.add(thing, upright=upright)
        except NoRoomError:
            if number < 2:
                raise


def _can_hold(thing: Thing) -> bool:
    facts = KINDS[thing.kind]
    return thing.resting == "upright" and (facts.holds or thing.kind == "box") and thing.on < 0


def _count(stage: Stage) -> int:
    return int(stage.rng.integers(3, 9))


def _movable(stage: Stage) -> int:
    """Return a random thing that carries nothing and stands on the place."""
    supports = {thing.on for thing in stage.things}
    choices = [
        index
        for index, thing in enumerate(stage.things)
        if index not in supports and thing.on < 0 and not thing.starts_away
    ]
    if not choices:
        raise NoRoomError
    return pick(stage.rng, choices)


def _still(stage: Stage, split: Split) -> None:
    _fill(stage, draw_things(stage.rng, split, _count(stage)))


def _push(stage: Stage, split: Split) -> None:
    _still(stage, split)
    stage.push(_movable(stage), _agent(stage))


def _carry(stage: Stage, split: Split) -> None:
    _still(stage, split)
    stage.move(_movable(stage), _agent(stage))


def _stack(stage: Stage, split: Split) -> None:
    """Put a small thing into or onto another."""
    _still(stage, split)
    index = _movable(stage)
    taken = {thing.on for thing in stage.things}
    hosts = [
        k
        for k, host in enumerate(stage.things)
        if k != index and k not in taken and _can_hold(host)
        and radius(stage.things[index]) < 0.62 * radius(host)
    ]  # fmt: skip
    if not hosts:
        raise NoRoomError
    host = pick(stage.rng, hosts)
    from samwise_ros.data.tabletop.composition.stage import inner_height  # noqa: PLC0415

    below = stage.things[host]
    point = stage.positions[host].copy()
    point[2] += below.dimensions_m[2] * inner_height(below) + half_height(stage.things[index])
    point[2] += 0.003
    stage.move(index, _agent(stage), point)


def _add_roller(stage: Stage, split: Split) -> int:
    """Return a thing that rolls; add one if there is none."""
    rollers = [k for k in range(len(stage.things)) if stage.can_roll(k) and stage.things[k].on < 0]
    if rollers:
        return pick(stage.rng, rollers)
    return stage.add(draw_thing(stage.rng, split, kind=pick(stage.rng, ("ball", "apple"))))


def _roll(stage: Stage, split: Split) -> None:
    _still(stage, split)
    stage.roll(_add_roller(stage, split), fast=bool(stage.rng.random() < 0.3))


def _hand_over(stage: Stage, split: Split) -> None:
    _still(stage, split)
    index = _movable(stage)
    thing = stage.things[index]
    agents: tuple[Agent, Agent] = ("arm", "hand")
    giver, taker = agents if stage.rng.random() < 0.5 else agents[::-1]
    if len(stage.bases) < 2 or min(thing.dimensions_m[:2]) > 0.12:
        raise NoRoomError
    end = stage.spot(radius(thing), half_height(thing), (index,))
    stage.pick_up(index, giver)
    middle = np.array([*stage.rng.uniform(-0.06, 0.06, 2), 0.2])
    stage.act("carry", index, giver, stage.span(8, 12), middle)
    stage.act("reach", index, taker, stage.span(8, 12))
    start = stage.time
    stage.act("hand over", index, taker, stage.span(4, 7), middle)
    retreat = stage.act("retreat", index, giver, stage.span(8, 12))
    stage.time = start + (retreat.stop - start) // 2 + 2
    stage.place_at(index, taker, end)


def _arrive(stage: Stage, split: Split, *, look_alike: bool = False) -> None:
    """Bring a thing in, or let it roll in; a look-alike may be there before."""
    rng = stage.rng
    things = draw_things(rng, split, _count(stage))
    newcomer = things.pop(0) if not look_alike else _look_alike(stage, split, things[0])
    if newcomer.kind in ("ball", "apple") and rng.random() < 0.7:
        _fill(stage, things)
        index = stage.add_away(newcomer, stage.beside(newcomer))
        end = stage.spot(radius(newcomer), half_height(stage.things[index]), (index,))
        stage.time = int(rng.integers(2, 12))
        stage.roll(index, end)
        return
    agent = _agent(stage)
    _fill(stage, things)
    index = stage.add_away(newcomer, stage.away(agent, newcomer))
    end = stage.spot(radius(newcomer), half_height(stage.things[index]), (index,))
    stage.time = int(rng.integers(0, 8))
    stage.place_at(index, agent, end)


def _look_alike(stage: Stage, split: Split, model: Thing) -> Thing:
    """Return a thing of the same kind that differs in colour, size or shape."""
    rng = stage.rng
    if rng.random() < 0.5:
        return draw_thing(rng, split, kind=model.kind)
    return draw_thing(rng, split, kind=model.kind, colour=model.look.colour)


def _late(stage: Stage, split: Split) -> None:
    """Show the distractor first and the target later."""
    _arrive(stage, split, look_alike=True)


def _leave(stage: Stage, split: Split) -> None:
    """Carry a thing off, or let it roll out of view."""
    _still(stage, split)
    rng = stage.rng
    index = _movable(stage)
    if stage.can_roll(index) and stage.things[index].kind in ("ball", "apple"):
        stage.time = int(rng.integers(2, 10))
        stage.roll(index, stage.beside(stage.things[index]))
        return
    _carry_off(stage, index, _agent(stage))


def _carry_off(stage: Stage, index: int, agent: Agent) -> None:
    away = stage.away(agent, stage.things[index])
    stage.pick_up(index, agent)
    stage.act("carry", index, agent, stage.span(9, 14), away)


def _return(stage: Stage, split: Split) -> None:
    """Carry a thing off and bring it back after a while, beside things that look alike."""
    rng = stage.rng
    things = draw_things(rng, split, max(3, _count(stage) - 1))
    things.insert(1, _look_alike(stage, split, things[0]))
    _fill(stage, [replace(thing, twin_of=-1) for thing in things])
    index, agent = 0, _agent(stage)
    if not stage.is_free(stage.positions[index], 0.0, (index,)):
        raise NoRoomError
    _carry_off(stage, index, agent)
    stage.time += int(rng.integers(10, 26))
    thing = stage.things[index]
    stage.place_at(index, agent, stage.spot(radius(thing), half_height(thing), (index,)))


def _hide(stage: Stage, split: Split) -> None:
    """Put a thing behind a bigger one, leave it there, and bring it out again."""
    rng = stage.rng
    big = [name for name, kind in KINDS.items() if kind.big]
    stage.add(draw_thing(rng, split, kind=pick(rng, big), size="large"), upright=True)
    small = ("ball", "block", "apple", "lemon", "can", "mug")
    index = stage.add(draw_thing(rng, split, kind=pick(rng, small), size="small"), upright=True)
    _fill(stage, draw_things(rng, split, max(2, _count(stage) - 2)))
    agent = _agent(stage)
    thing = stage.things[index]
    hidden = stage.behind(index, 0)
    end = stage.spot(radius(thing), half_height(thing), (index,))
    stage.move(index, agent, hidden)
    stage.time += int(rng.integers(6, 20))
    stage.move(index, agent, end)


def _twins(stage: Stage, split: Split) -> None:
    """Move or push one of two identical things; both rest afterwards."""
    rng = stage.rng
    thing = draw_thing(rng, split)
    first = stage.add(thing, upright=True)
    second = stage.add(replace(thing, twin_of=0), upright=True)
    _fill(
        stage, [replace(t, twin_of=-1) for t in draw_things(rng, split, max(2, _count(stage) - 2))]
    )
    index = pick(rng, (first, second))
    chance = rng.random()
    if chance < 0.25:
        stage.push(index, _agent(stage))
    elif chance < 0.45 and stage.can_roll(index):
        stage.roll(index)
    else:
        stage.move(index, _agent(stage))


def _fast(stage: Stage, split: Split) -> None:
    """Let a ball roll fast past things that look alike."""
    rng = stage.rng
    ball = draw_thing(rng, split, kind="ball")
    index = stage.add(ball)
    stage.add(draw_thing(rng, split, kind="ball"))
    _fill(
        stage, [replace(t, twin_of=-1) for t in draw_things(rng, split, max(2, _count(stage) - 2))]
    )
    for _ in range(3):
        stage.time += int(rng.integers(4, 14))
        stage.roll(index, fast=True)


SCENARIOS: dict[str, Scenario] = {
    "still": Scenario(_still, 8),
    "push": Scenario(_push, 8),
    "carry": Scenario(_carry, 8),
    "roll": Scenario(_roll, 8),
    "stack": Scenario(_stack, 8),
    "hand over": Scenario(_hand_over, 16),
    "arrive": Scenario(_arrive, 12),
    "leave": Scenario(_leave, 12),
    "late": Scenario(_late, 16),
    "hide": Scenario(_hide, 64),
    "return": Scenario(_return, 64),
    "fast": Scenario(_fast, 24),
    "twins": Scenario(_twins, 48, rest=28),
}
"""By name. A video that is shorter than its script shows a part of it."""


def write_more(stage: Stage, split: Split, frames: int) -> None:
    """Append further actions to a long video while there is time."""
    while frames - stage.time > 28 and stage.rng.random() < 0.75:
        stage.time += int(stage.rng.integers(2, 10))
        moved = {action.thing for action in stage.script}
        free = [k for k in range(len(stage.things)) if k not in moved]
        supports = {thing.on for thing in stage.things}
        free = [k for k in free if k not in supports and stage.things[k].on < 0]
        if not free:
            return
        index = pick(stage.rng, free)
        try:
            if stage.can_roll(index):
                stage.roll(index)
            elif stage.rng.random() < 0.5:
                stage.push(index, _agent(stage))
            else:
                stage.move(index, _agent(stage))
        except NoRoomError:
            return
