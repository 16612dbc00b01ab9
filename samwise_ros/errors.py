"""Exceptions for faults that a caller can correct."""


class SamwiseError(Exception):
    """Base class of the exceptions that this package defines."""


class CommandRejectedError(SamwiseError, ValueError):
    """The engine or the node rejected a command; the message has the reason."""


class CommandRemovedError(SamwiseError):
    """A command was removed before its object was found; the message has the reason."""


class UnknownWordsWarning(UserWarning):
    """The model does not know some words of a sentence; the message names them."""


class NodeNotFoundError(SamwiseError):
    """There is no samwise node, or it is not active; the message states what was found."""
