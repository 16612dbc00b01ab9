"""Renders meshes headless: colour, depth and the visible surface at each pixel.

One MuJoCo model is compiled for each process. It has slots of a fixed size for meshes and textures,
and a new scene overwrites their contents: compiling a model for each video takes most of the time
otherwise.
"""

import atexit
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import mujoco
import numpy as np
from numpy.typing import NDArray

from samwise_ros.data.tabletop.description import Light
from samwise_ros.data.tabletop.shapes.mesh import Mesh
from samwise_ros.errors import SamwiseError

NEAR_M, FAR_M = 0.02, 12.0
_MAX_LIGHTS = 3
_FLAGS = mujoco.mjtRndFlag


class RenderingError(SamwiseError, OSError):
    """No image can be rendered on this machine; the message says what to install."""


class SlotSize(NamedTuple):
    """Capacity of a slot: vertices, faces and side of the texture."""

    vertices: int
    faces: int
    texture: int


class Surface(NamedTuple):
    """The contents of a slot.

    Attributes:
        mesh: the mesh.
        texture: (S, S, 3) uint8 RGB, the first row at v = 0, of the slot's size.
        specular: strength of the highlights, 0 to 1.
        shininess: sharpness of the highlights, 0 to 1.
        opacity: share of the light that is not let through, 0 to 1; masks and depth ignore it.
    """

    mesh: Mesh
    texture: NDArray[np.uint8]
    specular: float
    shininess: float
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class Rendering:
    """One frame of H x W pixels.

    Attributes:
        rgb: (H, W, 3) uint8; black if no colour was requested.
        slots: (H, W) int16, slot of the visible surface, -1 for none.
        depth_m: (H, W) float32, distance along the optical axis.
    """

    rgb: NDArray[np.uint8]
    slots: NDArray[np.int16]
    depth_m: NDArray[np.float32]


class Renderer:
    """Renders scenes of up to ``len(sizes)`` surfaces.

    Raises:
        RenderingError: there is no GL library.
    """

    def __init__(self, width: int, height: int, sizes: Sequence[SlotSize]) -> None:
        """Compile the model and create a context for images of one size."""
        self._viewport = mujoco.MjrRect(0, 0, width, height)
        self._model = _compile(width, height, sizes)
        self._data = mujoco.MjData(self._model)
        mujoco.mj_forward(self._model, self._data)
        self._sizes = sizes
        self._gl = _gl_context(width, height)
        self._context = mujoco.MjrContext(self._model, mujoco.mjtFontScale.mjFONTSCALE_100)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._context)
        self._context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR
        self._scene = mujoco.MjvScene(self._model, len(sizes) + 8)
        self._options, self._perturbation = mujoco.MjvOption(), mujoco.MjvPerturb()
        self._camera = mujoco.MjvCamera()
        self._camera.type, self._camera.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED, 0
        # Before the interpreter shuts down: PyOpenGL fails afterwards.
        atexit.register(self.close)

    def load(self, surfaces: Sequence[Surface | None], lights: Sequence[Light]) -> None:
        """Fill the slots; ``None`` empties one.

        Raises:
            ValueError: a mesh or texture does not fit into its slot.
        """
        self._gl.make_current()  # another renderer of this process may have been used
        for slot, surface in enumerate(surfaces):
            if surface is None:
                self._model.mesh_facenum[slot] = 0
            else:
                self._put(slot, surface)
            mujoco.mjr_uploadMesh(self._model, self._context, slot)
        self._light(lights)

    def _put(self, slot: int, surface: Surface) -> None:
        model, mesh, size = self._model, surface.mesh, self._sizes[slot]
        count, faces = len(mesh.vertices), len(mesh.faces)
        if count > size.vertices or faces > size.faces:
            raise ValueError(f"slot {slot}: expected at most {size}, got {count} and {faces}")
        start = model.mesh_vertadr[slot]
        model.mesh_vert[start : start + count] = mesh.vertices
        start = model.mesh_normaladr[slot]
        model.mesh_normal[start : start + count] = mesh.normals
        start = model.mesh_texcoordadr[slot]
        model.mesh_texcoord[start : start + count] = mesh.uv
        start = model.mesh_faceadr[slot]
        for indices in (model.mesh_face, model.mesh_facenormal, model.mesh_facetexcoord):
            indices[start : start + faces] = mesh.faces
        model.mesh_facenum[slot] = faces
        model.mat_specular[slot], model.mat_shininess[slot] = surface.specular, surface.shininess
        model.mat_rgba[slot, 3] = surface.opacity
        expected = (size.texture, size.texture, 3)
        if surface.texture.shape != expected:
            raise ValueError(f"slot {slot}: expected a texture of {expected}")
        start = model.tex_adr[slot]
        model.tex_data[start : start + surface.texture.size] = surface.texture.ravel()
        mujoco.mjr_uploadTexture(model, self._context, slot)

    def _light(self, lights: Sequence[Light]) -> None:
        model, data = self._model, self._data
        model.light_active[:] = False
        for number, light in enumerate(lights):
            direction = np.subtract(light.target_m, light.position_m)
            data.light_xpos[number] = light.position_m
            data.light_xdir[number] = direction / np.linalg.norm(direction)
            model.light_diffuse[number] = light.rgb
            model.light_specular[number] = np.multiply(light.rgb, 0.8)
            model.light_castshadow[number] = light.shadow
            model.light_active[number] = True

    def render(self, poses: NDArray[np.float64], camera: NDArray[np.float64], fov_y_deg: float,
               ambient: float, colour: bool) -> Rendering:  # fmt: skip
        """Render one frame.

        Args:
            poses: (slots, 4, 4), from each slot's mesh to the world.
            camera: (4, 4), from the optical frame to the world.
            fov_y_deg: vertical field of view, degrees.
            ambient: light without direction, 0 to 1.
            colour: whether to render colour, which takes most of the time.
        """
        self._gl.make_current()
        model, data = self._model, self._data
        data.geom_xpos[:] = poses[:, :3, 3]
        data.geom_xmat[:] = poses[:, :3, :3].reshape(-1, 9)
        data.cam_xpos[0] = camera[:3, 3]
        data.cam_xmat[0] = (camera[:3, :3] * [1, -1, -1]).ravel()  # MuJoCo: y up, z backwards
        model.cam_fovy[0] = fov_y_deg
        model.vis.headlight.ambient[:] = ambient
        everything = mujoco.mjtCatBit.mjCAT_ALL
        scene, arguments = self._scene, (self._options, self._perturbation, self._camera)
        mujoco.mjv_updateScene(model, data, *arguments, everything, scene)
        width, height = self._viewport.width, self._viewport.height
        rgb = np.zeros((height, width, 3), np.uint8)
        codes = np.empty((height, width, 3), np.uint8)
        depth = np.empty((height, width), np.float32)
        passes = ((rgb, False), (codes, True)) if colour else ((codes, True),)
        for target, flag in passes:
            scene.flags[_FLAGS.mjRND_SEGMENT] = scene.flags[_FLAGS.mjRND_IDCOLOR] = flag
            scene.flags[_FLAGS.mjRND_SHADOW] = not flag
            mujoco.mjr_render(self._viewport, scene, self._context)
            mujoco.mjr_readPixels(target, depth if flag else None, self._viewport, self._context)
        ratio = NEAR_M / FAR_M
        depth_m = (NEAR_M / (ratio + depth * (1 - ratio))).astype(np.float32)
        slots = codes[..., 0].astype(np.int16) - 1  # fewer than 255 slots
        return Rendering(rgb[::-1].copy(), slots[::-1].copy(), depth_m[::-1].copy())

    @property
    def versions(self) -> dict[str, str]:
        """Versions that results depend on: MuJoCo, the GL renderer and the GL library."""
        from OpenGL import GL  # noqa: PLC0415  (needs the context)

        return {
            "mujoco": mujoco.__version__,
            "gl_renderer": GL.glGetString(GL.GL_RENDERER).decode(),
            "gl_version": GL.glGetString(GL.GL_VERSION).decode(),
        }

    def close(self) -> None:
        """Free the context."""
        atexit.unregister(self.close)
        self._context.free()
        self._gl.free()


INSTALL_GL = (
    "rendering needs EGL and a GL driver; install them (Debian, Ubuntu: "
    "apt install libegl1 libgl1 libgl1-mesa-dri)"
)


def _gl_context(width: int, height: int) -> Any:
    """Return a current EGL context."""
    try:
        from mujoco.egl import GLContext  # noqa: PLC0415  (fails without the library)

        context = GLContext(width, height)
        context.make_current()
    except Exception as error:  # PyOpenGL raises what the missing part happens to raise
        raise RenderingError(f"{INSTALL_GL}: {type(error).__name__}: {error}") from error
    return context


def _compile(width: int, height: int, sizes: Sequence[SlotSize]) -> "mujoco.MjModel":
    """Return a model with one geometry for each slot."""
    spec = mujoco.MjSpec()
    visual = spec.visual
    visual.global_.offwidth, visual.global_.offheight = width, height
    # Shadows as sharp as the pixels; most of the time of a frame goes into them.
    visual.quality.shadowsize = 512 if width <= 200 else 2048
    visual.quality.offsamples = 4
    visual.map.znear, visual.map.zfar = NEAR_M, FAR_M  # relative to the extent of 1 m
    visual.map.shadowclip, visual.map.shadowscale = 1.2, 0.9
    visual.headlight.diffuse = visual.headlight.specular = [0, 0, 0]
    spec.stat.extent, spec.stat.center = 1.0, [0, 0, 0]
    rng = np.random.default_rng(0)
    for slot, size in enumerate(sizes):
        spec.add_texture(
            name=f"{slot}",
            type=mujoco.mjtTexture.mjTEXTURE_2D,
            width=size.texture,
            height=size.texture,
            nchannel=3,
            builtin=mujoco.mjtBuiltin.mjBUILTIN_FLAT,
        )
        material = spec.add_material(name=f"{slot}")
        material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = f"{slot}"
        points = rng.normal(size=(size.vertices, 3))  # placeholders, no two alike
        first = np.arange(size.faces) % (size.vertices - 7)
        spec.add_mesh(
            name=f"{slot}",
            uservert=points.ravel(),
            userface=np.stack([first, first + 1, first + 7], 1).ravel(),
            usertexcoord=np.zeros(2 * size.vertices),
            inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL,
        )
        spec.worldbody.add_geom(
            type=mujoco.mjtGeom.mjGEOM_MESH,
            meshname=f"{slot}",
            material=f"{slot}",
            contype=0,
            conaffinity=0,
        )
    for _ in range(_MAX_LIGHTS):
        light = spec.worldbody.add_light(pos=[0, 0, 2], dir=[0, 0, -1], cutoff=55, exponent=2)
        light.attenuation = [1, 0, 0]
    spec.worldbody.add_camera(name="camera")
    return spec.compile()
