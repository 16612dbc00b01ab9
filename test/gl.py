"""Finds out whether this machine can render."""

from functools import cache

from samwise_ros.data.tabletop.simulation.renderer import Renderer, RenderingError, SlotSize


@cache
def missing_gl() -> str:
    """Return why no image can be rendered and what to install; empty if one can."""
    try:
        Renderer(32, 32, [SlotSize(20, 20, 16)]).close()
    except RenderingError as error:
        return str(error)
    return ""
