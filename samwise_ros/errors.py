"""Exceptions for faults that a caller can correct."""


class SamwiseError(Exception):
    """Base class of the exceptions that this package defines."""


class CommandRejectedError(SamwiseError, ValueError):
    """The engine cannot accept a command; the message names the sentence and the reason."""
