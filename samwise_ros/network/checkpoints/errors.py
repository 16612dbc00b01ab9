"""The error of this folder, in a module that imports nothing: a launch file must not load torch."""


class CheckpointError(ValueError):
    """A checkpoint or model folder cannot be used; the message names it and the reason."""
