"""Checks a ``tokenizer.json`` before the tokenizers library reads it."""

import json
import reprlib
from pathlib import Path
from typing import Any

from samwise_ros.files.documents import parse_json

_MAX_BYTES = 2**26
_MAX_STEPS = 8
_MAX_POST_PROCESSOR = 4096
_MODELS = ("WordLevel", "BPE")
_NORMALISERS = ("Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Replace", "Sequence", "StripAccents")
_PRE_TOKENIZERS = ("ByteLevel", "Sequence", "Split", "Whitespace", "WhitespaceSplit")

# Patterns run on every sentence, and some patterns need exponential time: only CLIP's are known.
_PATTERNS = (
    r"\s+",
    r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
)


def read_tokenizer_json(path: Path) -> str:
    """Read a file and check its parts that can take unbounded time or memory.

    Padding and truncation are not checked: `SentenceTokenizer` switches both off.

    Raises:
        ValueError: naming the file, the key, what was expected and what was found.
    """
    if not path.is_file():
        raise ValueError(f"{path}: no such file")
    try:
        size = path.stat().st_size
        if size > _MAX_BYTES:
            raise ValueError(f"expected at most {_MAX_BYTES} bytes, got {size}")
        text = path.read_text("utf-8")
        _check(parse_json(text))
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    except RecursionError as error:
        raise ValueError(f"{path}: expected a tokenizer, got values nested too deep") from error
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return text


def _check(data: Any) -> None:
    content = _object("the file", data)
    model = _object("model", content.get("model"))
    _check_choice("model: type", model.get("type"), _MODELS)
    for place, choices in (("normalizer", _NORMALISERS), ("pre_tokenizer", _PRE_TOKENIZERS)):
        steps = _steps(place, content.get(place))
        if len(steps) > _MAX_STEPS:
            raise ValueError(f"{place}: expected at most {_MAX_STEPS} steps, got {len(steps)}")
        for step in steps:
            _check_choice(f"{place}: type", step.get("type"), choices)
            _check_pattern(place, step)
    if model.get("dropout"):  # training only: a sentence would get other tokens each time
        raise ValueError(f"model: dropout: expected none, got {reprlib.repr(model['dropout'])}")
    # It adds tokens to every sentence.
    size = len(json.dumps(content.get("post_processor")))
    if size > _MAX_POST_PROCESSOR:
        raise ValueError(
            f"post_processor: expected at most {_MAX_POST_PROCESSOR} characters, got {size}"
        )


def _steps(place: str, data: Any) -> list[dict[str, Any]]:
    """Return the steps of a component, those inside a sequence included."""
    if data is None:
        return []
    step = _object(place, data)
    inner = step.get("normalizers") or step.get("pretokenizers") or []
    if not isinstance(inner, list):
        raise ValueError(f"{place}: expected a list of steps, got {reprlib.repr(inner)}")
    return [step, *(found for one in inner for found in _steps(place, one))]


def _check_pattern(place: str, step: dict[str, Any]) -> None:
    if step["type"] not in ("Replace", "Split"):
        return
    pattern = _object(f"{place}: pattern", step.get("pattern"))
    if "Regex" in pattern:
        _check_choice(f"{place}: pattern", pattern["Regex"], _PATTERNS)
    content = step.get("content", "")
    if not isinstance(content, str) or len(content) > 1:
        raise ValueError(
            f"{place}: content: expected at most one character, got {reprlib.repr(content)}"
        )


def _object(place: str, data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise ValueError(f"{place}: expected an object, got {reprlib.repr(data)}")
    return data


def _check_choice(place: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{place}: expected {' or '.join(choices)}, got {reprlib.repr(value)}")
