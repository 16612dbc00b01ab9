"""Builds the mesh of a thing."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from samwise_ros.data.tabletop.shapes import crockery, food, packages, tools
from samwise_ros.data.tabletop.shapes.mesh import Array, Mesh, centred

_BUILDERS: dict[str, Callable[[str, float, Array], Mesh]] = {
    "mug": crockery.mug,
    "bowl": crockery.bowl,
    "plate": crockery.plate,
    "teapot": crockery.teapot,
    "jug": crockery.jug,
    "bottle": packages.bottle,
    "can": packages.can,
    "carton": packages.carton,
    "box": packages.cardboard_box,
    "book": packages.book,
    "jar": packages.jar,
    "ball": food.ball,
    "banana": food.banana,
    "apple": food.apple,
    "pear": food.pear,
    "lemon": food.lemon,
    "spoon": tools.spoon,
    "screwdriver": tools.screwdriver,
    "hammer": tools.hammer,
    "block": tools.block,
}


@lru_cache(maxsize=64)
def build_mesh(kind: str, family: str, height_m: float, parameters: tuple[float, ...]) -> Mesh:
    """Return the mesh of a thing, around the centre of its bounding box, upright.

    Args:
        kind: name of the kind; see ``catalogue.KINDS``.
        family: shape family of the kind.
        height_m: nominal height; families of one kind differ in what they make of it.
        parameters: six numbers, 0 to 1.
    """
    return centred(_BUILDERS[kind](family, height_m, np.array(parameters)))
