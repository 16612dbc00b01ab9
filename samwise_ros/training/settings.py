"""Checks of settings from a YAML file for frozen dataclasses."""

import dataclasses
import math
import reprlib
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, get_args, get_origin


def arguments(content: Any, known: type[Any], where: str) -> dict[str, Any]:
    """Return a YAML mapping as arguments of a dataclass, with lists as tuples.

    Args:
        content: content of the file.
        known: the dataclass.
        where: name of the mapping in messages.

    Raises:
        ValueError: a setting is unknown or missing.
    """
    if not isinstance(content, dict):
        raise ValueError(f"{where}: expected a mapping of settings, got {reprlib.repr(content)}")
    names = {item.name: item for item in fields(known)}
    unknown = sorted(set(map(str, content)) - set(names))
    if unknown:
        raise ValueError(
            f"unknown settings in {where}: {', '.join(unknown)}; expected {', '.join(names)}"
        )
    missing = [name for name, item in names.items() if _required(item) and name not in content]
    if missing:
        raise ValueError(f"{where}: missing settings: {', '.join(missing)}")
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in content.items()
    }


def _required(item: "dataclasses.Field[Any]") -> bool:
    return item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING


def check_types(settings: Any, where: str) -> None:
    """Check that settings have their annotated types, and that numbers are finite.

    Raises:
        ValueError: a setting has another type.
    """
    for item in fields(settings):
        value = getattr(settings, item.name)
        if _has_type(value, item.type):
            continue
        hint = ""
        if isinstance(value, str) and "e" in value:
            hint = "; YAML reads 1e-5 as a string: write 1.0e-5"
        raise ValueError(
            f"{where}: {item.name}: expected {_type_name(item.type)}, "
            f"got {reprlib.repr(value)}{hint}"
        )


def _has_type(value: Any, expected: Any) -> bool:
    """Return whether a value has a basic type, or one of a tuple or union of them."""
    if get_origin(expected) is tuple:
        item = get_args(expected)[0]
        return isinstance(value, tuple) and all(_has_type(each, item) for each in value)
    if isinstance(expected, UnionType):
        return any(_has_type(value, option) for option in get_args(expected))
    if expected is float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and math.isfinite(value)
    if expected in (int, str, bool, NoneType):
        return type(value) is expected
    return True


def _type_name(expected: Any) -> str:
    if get_origin(expected) is tuple:
        return f"a list of {_type_name(get_args(expected)[0])}"
    if isinstance(expected, UnionType):
        return " or ".join(map(_type_name, get_args(expected)))
    name: str = "null" if expected is NoneType else expected.__name__
    return name


def check_choice(where: str, value: str, choices: tuple[str, ...]) -> None:
    """Check that a value is one of the choices.

    Raises:
        ValueError: the value is none of the choices.
    """
    if value not in choices:
        raise ValueError(f"{where}: expected {' or '.join(choices)}, got {reprlib.repr(value)}")


def check_range(
    where: str, settings: Any, names: tuple[str, ...], low: float, high: float = float("inf")
) -> None:
    """Check that settings are from ``low`` to ``high``.

    Raises:
        ValueError: a setting is out of range.
    """
    expected = f"{low:g} or more" if high == float("inf") else f"{low:g} to {high:g}"
    for name in names:
        value = getattr(settings, name)
        if not low <= value <= high:
            raise ValueError(f"{where}: {name}: expected {expected}, got {value}")
