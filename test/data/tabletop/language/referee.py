"""Finds the things that fit a reading on one frame, straight from the truth and without margins."""

import re

import numpy as np
from reader import Reading

from samwise_ros.data.tabletop.description import SceneDescription
from samwise_ros.data.tabletop.truth import Holder, Motion, VideoTruth

VERBS = {
    "mov": set(Motion) - {Motion.REST},
    "push": {Motion.PUSHED},
    "put": {Motion.PUT_DOWN},
    "set": {Motion.PUT_DOWN},
    "let": {Motion.PUT_DOWN},
    "roll": {Motion.ROLLING},
}
PRESENT = {
    "moving": VERBS["mov"],
    "pushed": {Motion.PUSHED},
    "lifted": {Motion.LIFTED},
    "carried": {Motion.CARRIED},
    "put down": {Motion.PUT_DOWN},
    "handed over": {Motion.HANDED_OVER},
    "rolling": {Motion.ROLLING},
    "falling": {Motion.FALLING},
    "sliding": {Motion.SLIDING},
}
PAST = {
    "moved": VERBS["mov"],
    "was moved": VERBS["mov"] - {Motion.ROLLING, Motion.FALLING, Motion.SLIDING},
    "was pushed": {Motion.PUSHED},
    "was lifted": {Motion.LIFTED},
    "was carried": {Motion.CARRIED},
    "was put down": {Motion.PUT_DOWN},
    "was handed over": {Motion.HANDED_OVER},
    "rolled": {Motion.ROLLING},
    "fell": {Motion.FALLING},
}
RELATIVE = ("beside", "left of", "right of", "behind", "in front of", "on", "in", "with", "between")
DIRECTIONS = ("leftwards", "rightwards", "closer", "farther")
STATES = ("held", "resting", "arriving", "leaving", "empty", *DIRECTIONS)
HOLDERS = {"arm": Holder.ARM, "hand": Holder.HAND}


class Referee:
    """Judges readings about one video."""

    def __init__(self, description: SceneDescription, truth: VideoTruth) -> None:
        self.things, self.truth = description.things, truth
        self.areas = truth.areas
        self.centres = truth.centres
        self.known = np.logical_or.accumulate(self.areas > 0, axis=0)
        self.inside = truth.in_view | (self.areas > 0)
        self.rest = truth.motion == Motion.REST
        camera = truth.camera_poses[:, None, :3, 3]
        self.distance = np.linalg.norm(truth.positions_m - camera, axis=-1)
        self.volumes = np.array([np.prod(thing.dimensions_m) for thing in self.things])
        w, x, y, z = np.moveaxis(truth.orientations, -1, 0)
        axes = np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], -1)
        self.up = axes[..., 2]
        self.heights = (np.abs(axes) * np.array([t.dimensions_m for t in self.things])).sum(-1)

    def fitting(self, reading: Reading, frame: int) -> set[int]:
        """Return the indices of the known things that fit on a frame."""
        group = self._phrase(reading, frame)
        if not reading.clause:
            return group
        here = {index for index in group if self.inside[frame, index]}
        anchors = []
        for anchor in reading.anchors:
            found = {k for k in self._phrase(anchor, frame) if self.inside[frame, k]}
            if len(found) != 1:
                raise AssertionError(f"an anchor is ambiguous: {anchor}")
            anchors += found
        return self._clause(reading, frame, here, anchors)

    def _phrase(self, reading: Reading, frame: int) -> set[int]:
        group = {k for k in range(len(self.things)) if self.known[frame, k]}
        group = {k for k in group if self._looks(k, reading, frame)}
        rank = reading.looks.get("rank")
        if not rank or not group:
            return group
        values = self.heights[frame] if rank in ("tall", "short") else self.volumes
        sign = -1 if rank in ("large", "tall") else 1
        assert len(group) > 1, "a size needs something to compare with"
        return {min(group, key=lambda k: sign * values[k])}

    def _looks(self, index: int, reading: Reading, frame: int) -> bool:
        thing, looks = self.things[index], reading.looks
        look = thing.look
        grey = "grey" if look.material == "metal" else ""
        up = self.up[frame, index]
        pose = "upright" if up > 0.7 else "upside down" if up < -0.7 else "lying"
        return (
            thing.kind in reading.kinds
            and looks.get("colour") in (None, grey if look.bare else look.colour)
            and looks.get("pattern") in (None, look.pattern)
            and looks.get("second") in (None, *look.secondary)
            and looks.get("material") in (None, look.material)
            and looks.get("pose") in (None, pose)
        )

    def _clause(self, reading: Reading, frame: int, here: set[int], anchors: list[int]) -> set[int]:
        name = reading.clause
        orders = {
            "leftmost": self.centres[frame, :, 0],
            "rightmost": -self.centres[frame, :, 0],
            "nearest": self.distance[frame],
            "farthest": -self.distance[frame],
            "largest": -self.volumes,
            "smallest": self.volumes,
            "tallest": -self.heights[frame],
            "shortest": self.heights[frame],
        }
        if name in orders:
            assert len(here) > 1, "an order needs something to compare with"
            return {min(here, key=lambda k: orders[name][k])}
        if name in ("middle", "second from left", "second from right"):
            order = sorted(here, key=lambda k: self.centres[frame, k, 0])
            return {order[-2 if name == "second from right" else 1]}
        if name in RELATIVE:
            return {k for k in here - set(anchors) if self._relative(name, frame, k, anchors)}
        if name in (*PRESENT, *STATES):
            return {k for k in here if self._present(name, reading.agent, frame, k)}
        return self._past(reading, frame, here, anchors)

    def _relative(self, name: str, frame: int, k: int, anchors: list[int]) -> bool:
        a = anchors[0]
        ground = self.truth.positions_m[frame, :, :2]
        apart = float(np.linalg.norm(ground[k] - ground[a]))
        size = max(self.things[k].dimensions_m) / 2 + max(self.things[a].dimensions_m) / 2
        aside = self.centres[frame, k, 0] - self.centres[frame, a, 0]
        support = self.truth.support[frame]
        view = ground[a] - self.truth.camera_poses[frame, :2, 3]
        view /= np.linalg.norm(view)
        behind = float((ground[k] - ground[a]) @ view)
        beside = abs(float((ground[k] - ground[a]) @ [-view[1], view[0]]))
        return {
            "beside": apart < size + 0.1,
            "left of": aside < 0,
            "right of": aside > 0,
            "behind": behind > 0.02 and beside < behind,
            "in front of": behind < -0.02 and beside < -behind,
            "on": support[k] == a,
            "in": support[k] == a,
            "with": support[a] == k,
            "between": len(anchors) == 2 and self._between(ground, k, anchors),
        }[name]

    def _between(self, ground: np.ndarray, k: int, anchors: list[int]) -> bool:
        a, b = anchors
        way = np.linalg.norm(ground[a] - ground[k]) + np.linalg.norm(ground[b] - ground[k])
        return bool(way < 1.2 * np.linalg.norm(ground[a] - ground[b]))

    def _present(self, name: str, agent: str, frame: int, k: int) -> bool:
        touch = self.truth.contact[:, k] | self.truth.grasped[:, k]
        if agent and HOLDERS[agent] not in touch[max(frame - 6, 0) : frame + 7]:
            return False
        moves = not self.rest[frame, k]
        states = {
            "held": bool(self.truth.grasped[frame, k]),
            "resting": not moves,
            "arriving": moves and not self.inside[:frame, k].all(),
            "leaving": moves and not self.inside[frame:, k].all(),
            "empty": k not in self.truth.support[frame],
        }
        if name in DIRECTIONS:
            return moves and self._goes(name, frame, k)
        return states[name] if name in states else self.truth.motion[frame, k] in PRESENT[name]

    def _goes(self, name: str, frame: int, k: int) -> bool:
        path = self.truth.positions_m[max(frame - 2, 0) : frame + 1, k]
        pose = np.linalg.inv(self.truth.camera_poses[frame])
        first, last = (pose[:3, :3] @ point + pose[:3, 3] for point in (path[0], path[-1]))
        aside = last[0] / last[2] - first[0] / first[2]
        deeper = float(np.linalg.norm(last) - np.linalg.norm(first))
        return {
            "leftwards": aside < 0,
            "rightwards": aside > 0,
            "closer": deeper < 0,
            "farther": deeper > 0,
        }[name]

    def _past(self, reading: Reading, frame: int, here: set[int], anchors: list[int]) -> set[int]:
        name = reading.clause
        still = {k for k in here if self.rest[frame, k]}
        ever = ~self.rest[: frame + 1]
        last = {k: int(np.flatnonzero(ever[:, k]).max(initial=-1)) for k in here}
        first = {k: int(ever[:, k].argmax()) for k in here if ever[:, k].any()}
        if name == "just":
            verb = re.sub("(ed|ing|e)$", "", reading.verb.split()[0])
            did = {k for k in still if self._did(VERBS[verb], reading.agent, frame, k)}
            return {k for k in did if last[k] == max(last.values())}
        if name in PAST:
            return {k for k in still if self._did(PAST[name], reading.agent, frame, k)}
        if name in ("moved last", "moved first"):
            return {max(here, key=last.get) if name == "moved last" else min(first, key=first.get)}
        if name in ("was leftmost", "was rightmost"):
            start = {k for k in self._phrase(reading, 0) if self.inside[0, k]}
            sign = 1 if name == "was leftmost" else -1
            return {min(start, key=lambda k: sign * self.centres[0, k, 0])}
        return {k for k in still if self._had(name, frame, k, anchors)}

    def _had(self, name: str, frame: int, k: int, anchors: list[int]) -> bool:
        """Whether something is so of a thing's history until a frame."""
        a = anchors[0] if anchors else None
        support = self.truth.support[: frame + 1, k]
        unseen = self.areas[: frame + 1, k] == 0
        inside = self.truth.in_view[: frame + 1, k]
        gone = unseen & self.known[: frame + 1, k]
        return bool(
            {
                "untouched": self.rest[: frame + 1, k].all(),
                "was on": (support == a).any() and support[-1] != a,
                "was put on": support[-1] == a and support[0] != a,
                "arrived": unseen[0],
                "returned": (gone & ~inside).sum() >= 3,
                "was hidden": (gone & inside).sum() >= 3,
            }[name]
        )

    def _did(self, motions: set[Motion], agent: str, frame: int, k: int) -> bool:
        when = np.isin(self.truth.motion[:frame, k], [int(motion) for motion in motions])
        touch = self.truth.contact[:frame, k] | self.truth.grasped[:frame, k]
        return bool(when.any()) and (not agent or bool((when & (touch == HOLDERS[agent])).any()))
