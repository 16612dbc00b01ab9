"""The robot arm and the human hand: meshes, and their poses for a position of the fingertips."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.composition.geometry import pose_matrix
from samwise_ros.data.tabletop.description import Agent
from samwise_ros.data.tabletop.shapes.mesh import (
    ACCENT,
    INSIDE,
    MAIN,
    RIM,
    Mesh,
    box,
    lathe,
    merge,
    sweep,
)

Array = NDArray[np.float64]

SHOULDER_M = 0.2
"""Height of the arm's shoulder above the surface."""
_TOOL_M = 0.17
_LINK_M = 0.5
_FINGER_M = 0.055


class Style(NamedTuple):
    """Colours of an agent: main, joints, dark parts and accents, each (3,), 0 to 1."""

    main: Array
    joints: Array
    dark: Array
    accent: Array


def draw_style(rng: np.random.Generator, agent: Agent) -> Style:
    """Draw the paint of an arm, or the skin and sleeve of a hand."""
    grey = np.full(3, rng.uniform(0.08, 0.5))
    if agent == "arm":
        paints = [(0.9, 0.9, 0.88), (0.85, 0.4, 0.1), (0.15, 0.16, 0.18), (0.7, 0.72, 0.75)]
        paints += [(0.92, 0.75, 0.15), (0.2, 0.4, 0.6)]
        main = np.array(paints[int(rng.integers(len(paints)))])
        return Style(main, grey, np.full(3, 0.12), grey * 0.6)
    skins = [(0.92, 0.74, 0.62), (0.8, 0.58, 0.44), (0.58, 0.39, 0.27), (0.36, 0.24, 0.17)]
    skin = np.array(skins[int(rng.integers(len(skins)))]) * rng.uniform(0.94, 1.05)
    return Style(skin, rng.uniform(0.1, 0.85, 3), skin * 0.95, skin)


def texture(style: Style, side: int) -> NDArray[np.uint8]:
    """Return a texture of four swatches: (side, side, 3) uint8."""
    picture = np.empty((side, side, 3), np.float32)
    for number, rgb in enumerate(style):
        picture[:, number * side // 4 : (number + 1) * side // 4] = rgb
    return np.asarray(np.clip(picture * 255, 0, 255), np.uint8)


def meshes(agent: Agent) -> list[Mesh]:
    """Return the meshes of an agent, in the order of ``poses``."""
    return _arm_meshes() if agent == "arm" else _hand_meshes()


def poses(agent: Agent, base_m: Array, tip: Array) -> Array:
    """Return the (K, 4, 4) poses of an agent's meshes.

    Args:
        agent: the agent.
        base_m: (3,) foot of the arm, or where the hand comes from.
        tip: (5,) x, y, z, yaw and opening, as in ``AgentPath``.
    """
    return _arm_poses(base_m, tip) if agent == "arm" else _hand_poses(base_m, tip)


def _drum(radius: float, width: float, zone: int) -> Mesh:
    """Return a joint: a cylinder along y."""
    edge = 0.12 * width
    profile = [(0.0, -width / 2), (radius * 0.9, -width / 2), (radius, -width / 2 + edge)]
    profile += [(radius, width / 2 - edge), (radius * 0.9, width / 2), (0.0, width / 2)]
    turn = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    return lathe(profile, zone, sides=18).moved((0, 0, 0), turn)


def _link(length: float, thick: float) -> Mesh:
    """Return a link along x with a drum at its start."""
    x = np.linspace(0, length, 8)
    tube = sweep(
        np.stack([x, 0 * x, 0 * x], 1), np.linspace(thick, thick * 0.75, 8), MAIN, sides=12
    )
    band = np.linspace(0.42, 0.5, 3) * length
    stripe = np.stack([band, 0 * band, 0 * band], 1)
    return merge(
        tube, sweep(stripe, thick * 0.92, ACCENT, sides=12), _drum(thick * 1.35, thick * 2.7, RIM)
    )


def _arm_meshes() -> list[Mesh]:
    foot = lathe([(0.0, 0.0), (0.085, 0.0), (0.085, 0.03), (0.065, 0.05), (0.06, SHOULDER_M)], MAIN)
    plate = lathe([(0.1, 0.0), (0.1, 0.015), (0.0, 0.015)], RIM)
    column = lathe([(0.028, 0.0), (0.03, 0.04), (0.024, _TOOL_M - _FINGER_M)][::1], MAIN, sides=14)
    palm = box((0.15, 0.045, 0.035), INSIDE, 0.006).moved((0, 0, _FINGER_M + 0.017))
    tool = merge(
        palm,
        column.moved((0, 0, _FINGER_M)),
        _drum(0.038, 0.075, RIM).moved((0, 0, _TOOL_M)),
    )
    finger = merge(
        box((0.014, 0.026, _FINGER_M), ACCENT, 0.003).moved((0.007, 0, _FINGER_M / 2)),
        box((0.006, 0.022, 0.024), INSIDE, 0.001).moved((0.001, 0, 0.012)),
    )
    mirror = np.diag([-1.0, -1.0, 1.0])
    other = finger.moved((0, 0, 0), mirror)
    return [merge(foot, plate), _link(_LINK_M, 0.042), _link(_LINK_M, 0.034), tool, finger, other]


def _arm_poses(base_m: Array, tip: Array) -> Array:
    shoulder = base_m + np.array((0, 0, SHOULDER_M))
    wrist = tip[:3] + np.array((0, 0, _TOOL_M))
    across = wrist - shoulder
    level = float(np.hypot(across[0], across[1]))
    azimuth = float(np.arctan2(across[1], across[0]))
    reach = float(np.clip(np.hypot(level, across[2]), 0.05, 2 * _LINK_M - 1e-3))
    rise = float(np.arctan2(across[2], level))
    bend = float(np.arccos(reach / (2 * _LINK_M)))
    first, second = rise + bend, rise - bend
    yaw, opening = tip[3], tip[4]

    def along(angle: float) -> Array:
        """Return a rotation whose x axis points to azimuth and elevation."""
        c, s, a, b = np.cos(azimuth), np.sin(azimuth), np.cos(angle), np.sin(angle)
        return np.array([[c * a, -s, -c * b], [s * a, c, -s * b], [b, 0.0, a]])

    elbow = shoulder + along(first)[:, 0] * _LINK_M
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1.0]])
    side = turn[:, 0] * opening / 2
    return np.stack(
        [
            pose_matrix(base_m, along(0.0)),
            pose_matrix(shoulder, along(first)),
            pose_matrix(elbow, along(second)),
            pose_matrix(tip[:3], turn),
            pose_matrix(tip[:3] + side, turn),
            pose_matrix(tip[:3] - side, turn),
        ]
    )


def _hand_meshes() -> list[Mesh]:
    """Return fingers, palm and forearm, and the thumb; the hand points along x."""
    parts = []
    for number, length in enumerate((0.92, 1.0, 0.95, 0.8)):
        y = 0.03 - 0.02 * number
        path = np.array(
            [
                [-0.075, y, 0.085],
                [-0.035, y, 0.092],
                [-0.005 + 0.012 * length, y * 0.9, 0.078],
                [0.012 * length, y * 0.85, 0.045 - 0.012 * length],
                [0.002, y * 0.8, 0.022 - 0.02 * length],
            ]
        )
        parts.append(
            sweep(_spline(path, 10), np.linspace(0.0105, 0.0075, 10), MAIN, up=(0, 1, 0), sides=8)
        )
    palm_path = _spline(
        np.array([[-0.15, 0, 0.098], [-0.12, 0, 0.094], [-0.075, 0, 0.086], [-0.06, 0, 0.084]]), 7
    )
    parts.append(
        sweep(
            palm_path, [0.017, 0.018, 0.019, 0.019, 0.018, 0.016, 0.012], MAIN, flat=2.3, sides=12
        )
    )
    arm = np.linspace([-0.13, 0, 0.096], [-0.95, 0, 0.32], 9)
    parts.append(sweep(arm[:4], [0.023, 0.026, 0.031, 0.034], MAIN, flat=1.2, sides=12))
    parts.append(sweep(arm[2:], np.linspace(0.043, 0.058, 7), RIM, flat=1.1, sides=12))
    thumb = np.array(
        [
            [-0.105, -0.03, 0.085],
            [-0.06, -0.045, 0.06],
            [-0.025, -0.028, 0.03],
            [0.0, -0.004, 0.008],
        ]
    )
    radius = np.linspace(0.014, 0.0085, 8)
    return [merge(*parts), sweep(_spline(thumb, 8), radius, MAIN, up=(0, 0, 1), sides=8)]


def _spline(points: Array, count: int) -> Array:
    """Return a smooth path through points."""
    place = np.linspace(0, len(points) - 1, count)
    columns = [np.interp(place, np.arange(len(points)), points[:, axis]) for axis in range(3)]
    path = np.stack(columns, 1)
    path[1:-1] = (path[:-2] + 2 * path[1:-1] + path[2:]) / 4
    return path


def _hand_poses(base_m: Array, tip: Array) -> Array:
    way = tip[:2] - base_m[:2]
    angle = float(np.arctan2(way[1], way[0])) if np.hypot(*way) > 0.05 else float(tip[3])
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1.0]]
    )
    side = turn[:, 0] * tip[4] / 2
    return np.stack([pose_matrix(tip[:3] + side, turn), pose_matrix(tip[:3] - side, turn)])
