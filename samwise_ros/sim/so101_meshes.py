"""The visible meshes of the SO-101, coarse enough to be drawn in a few milliseconds."""

from functools import lru_cache

import mujoco
import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.shapes.mesh import INSIDE, MAIN, Mesh, merge, smooth_normals, zone_uv
from samwise_ros.sim.so101 import model_path

Array = NDArray[np.float64]

_CELL_M = 0.003
_VISUAL_GROUP = 2


@lru_cache(maxsize=1)
def arm_meshes() -> dict[str, Mesh]:
    """Return the mesh of each body of the arm, in the body's frame, metres.

    Raises:
        ArmModelError: the model of the arm is not installed.
    """
    model = mujoco.MjModel.from_xml_path(str(model_path()))
    parts: dict[str, list[Mesh]] = {}
    for geom in np.flatnonzero(model.geom_group == _VISUAL_GROUP).tolist():
        vertices, faces = _triangles(model, int(model.geom_dataid[geom]))
        rotation = np.empty(9)
        mujoco.mju_quat2Mat(rotation, model.geom_quat[geom])
        is_motor = model.mat_rgba[model.geom_matid[geom], 0] < 0.5
        mesh = _coarse(vertices, faces, INSIDE if is_motor else MAIN)
        body = model.body(int(model.geom_bodyid[geom])).name
        parts.setdefault(body, []).append(mesh.moved(model.geom_pos[geom], rotation.reshape(3, 3)))
    return {body: merge(*meshes) for body, meshes in parts.items()}


def _triangles(model: "mujoco.MjModel", mesh: int) -> tuple[Array, NDArray[np.int32]]:
    start, count = int(model.mesh_vertadr[mesh]), int(model.mesh_vertnum[mesh])
    first, faces = int(model.mesh_faceadr[mesh]), int(model.mesh_facenum[mesh])
    vertices = model.mesh_vert[start : start + count].astype(np.float64)
    return vertices, model.mesh_face[first : first + faces].copy()


def _coarse(vertices: Array, faces: NDArray[np.int32], zone: int) -> Mesh:
    """Return a mesh with one vertex for each cell of a grid."""
    cells = np.floor(vertices / _CELL_M).astype(np.int64)
    _, cell = np.unique(cells, axis=0, return_inverse=True)
    cell = cell.ravel()
    counts = np.bincount(cell)
    centres = np.stack([np.bincount(cell, vertices[:, k]) / counts for k in range(3)], 1)
    merged = cell[faces]
    a, b, c = merged.T
    triangles = np.unique(merged[(a != b) & (b != c) & (a != c)], axis=0)
    used, indices = np.unique(triangles, return_inverse=True)
    centres = centres[used]
    small: NDArray[np.int32] = indices.reshape(-1, 3).astype(np.int32)
    uv = zone_uv(zone, np.zeros(len(centres)), np.zeros(len(centres)))
    normals = smooth_normals(centres, small)
    normals[~normals.any(axis=1)] = (0.0, 0.0, 1.0)  # where flat parts folded onto each other
    return Mesh(centres, normals, uv, small)
