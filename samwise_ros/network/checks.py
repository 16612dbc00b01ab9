"""Checks of configurations that come from a file; messages name the setting."""

import difflib
import math
import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

Range = tuple[float, float]
"""The smallest and the largest value, both allowed."""

_SIMPLE = {
    int: "a whole number",
    float: "a finite number",
    bool: "true or false",
    str: "a text",
}


def check_keys(data: Iterable[str], known: Iterable[str], where: str) -> None:
    """Refuse an unknown setting.

    Raises:
        ValueError: with the known name that is nearest.

    >>> check_keys(["embed_dims"], ["embed_dim", "num_heads"], "model setting")
    Traceback (most recent call last):
    ValueError: embed_dims: unknown model setting; did you mean embed_dim?
    """
    names = list(known)
    for key in data:
        if key not in names:
            near = difflib.get_close_matches(str(key)[:60], names, 1)
            hint = f"did you mean {near[0]}?" if near else f"expected some of {', '.join(names)}"
            raise ValueError(f"{str(key)[:60]}: unknown {where}; {hint}")


def check_types(config: Any) -> None:
    """Check the type of every field of a dataclass instance.

    Raises:
        ValueError: naming the field, the expected type and the value.
    """
    types = get_type_hints(type(config))
    for field in fields(config):
        if expected := _mismatch(getattr(config, field.name), types[field.name]):
            got = _short.repr(getattr(config, field.name))
            raise ValueError(f"{field.name}: expected {expected}, got {got}")


def check_ranges(config: Any, ranges: Mapping[str, Range]) -> None:
    """Check numbers, and all numbers of a tuple, against their ranges.

    Raises:
        ValueError: naming the field, the range and the value.
    """
    for name, (low, high) in ranges.items():
        value = getattr(config, name)
        for number in value if isinstance(value, tuple) else (value,):
            if not low <= number <= high:
                raise ValueError(f"{name}: expected {low:g} to {high:g}, got {_short.repr(number)}")


def _mismatch(value: object, kind: Any) -> str | None:
    """Return what was expected of a value, ``None`` if it is of this type."""
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        return None if value in choices else " or ".join(map(str, choices))
    if get_origin(kind) is tuple:
        each = get_args(kind)[0]
        fits = isinstance(value, tuple) and not any(_mismatch(one, each) for one in value)
        return None if fits else f"a list, each element {_SIMPLE[each]}"
    if kind is float and type(value) is int:
        return None
    if type(value) is not kind or (kind is float and not math.isfinite(float(str(value)))):
        return _SIMPLE[kind]
    return None


_short = reprlib.Repr()
_short.maxlevel, _short.maxlong = 2, 24
