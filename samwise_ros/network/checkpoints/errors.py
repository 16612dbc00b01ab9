"""The error of this folder, in a module without torch: launch files import it."""

from samwise_ros.errors import SamwiseError


class CheckpointError(SamwiseError, ValueError):
    """A checkpoint or model folder cannot be used; the message names it and the reason."""
