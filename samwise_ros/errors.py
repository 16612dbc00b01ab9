"""Exceptions for faults that a caller can correct."""


class SamwiseError(Exception):
    """Base class of the exceptions that this package defines."""


class CommandRejectedError(SamwiseError, ValueError):
    """The engine or the node rejected a command; the message has the reason."""


class NodeNotFoundError(SamwiseError):
    """There is no samwise node, or it is not active; the message states what was found."""
