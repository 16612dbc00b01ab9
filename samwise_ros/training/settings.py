"""Settings from a YAML file as frozen dataclasses, with mistakes told by name."""

import dataclasses
from dataclasses import fields
from typing import Any


def arguments(content: Any, known: type[Any], where: str) -> dict[str, Any]:
    """Take a YAML mapping as arguments of a dataclass; lists become tuples.

    Args:
        content: what the file has.
        known: the dataclass.
        where: its name in messages.

    Raises:
        ValueError: naming what is unknown or missing.
    """
    if not isinstance(content, dict):
        raise ValueError(f"{where}: expected settings with names, got {content!r}")
    names = {item.name: item for item in fields(known)}
    unknown = sorted(set(map(str, content)) - set(names))
    if unknown:
        raise ValueError(
            f"unknown settings in {where}: {', '.join(unknown)}; there are {', '.join(names)}"
        )
    missing = [name for name, item in names.items() if _required(item) and name not in content]
    if missing:
        raise ValueError(f"{where}: {', '.join(missing)} missing")
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in content.items()
    }


def _required(item: "dataclasses.Field[Any]") -> bool:
    return item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING


def check_types(settings: Any, where: str) -> None:
    """Refuse text where a number is wanted, and the like.

    Raises:
        ValueError: naming the setting.
    """
    for item in fields(settings):
        value = getattr(settings, item.name)
        if item.type not in (int, float, str, bool):
            continue
        wanted = (int, float) if item.type is float else item.type
        if isinstance(value, wanted) and isinstance(value, bool) == (item.type is bool):
            continue
        hint = ""
        if isinstance(value, str) and "e" in value:
            hint = "; YAML reads 1e-5 as text: write 1.0e-5"
        raise ValueError(
            f"{where}: {item.name}: expected {item.type.__name__}, got {value!r}{hint}"
        )


def check_choice(where: str, value: str, choices: tuple[str, ...]) -> None:
    """Refuse what is not one of the choices.

    Raises:
        ValueError: naming them.
    """
    if value not in choices:
        raise ValueError(f"{where}: expected {' or '.join(choices)}, got {value!r}")


def check_range(
    where: str, settings: Any, names: tuple[str, ...], low: float, high: float = float("inf")
) -> None:
    """Refuse settings outside ``low`` to ``high``.

    Raises:
        ValueError: naming the setting.
    """
    expected = f"{low:g} or more" if high == float("inf") else f"{low:g} to {high:g}"
    for name in names:
        value = getattr(settings, name)
        if not low <= value <= high:
            raise ValueError(f"{where}: {name}: expected {expected}, got {value}")
