"""Reads a pickle of plain data without executing anything in the file."""

import io
import pickle
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, NoReturn

from samwise_ros.data.checked_json import Entry
from samwise_ros.data.dataset import DatasetError
from samwise_ros.files.documents import read_regular

# The operations that plain data consists of, in protocols 0 to 5. Calls, classes, sets, bytes,
# copies of the stack's top and references to other files are missing.
_PLAIN = (
    *(pickle.PROTO, pickle.FRAME, pickle.MARK, pickle.POP, pickle.POP_MARK, pickle.STOP),
    *(pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE, pickle.FLOAT, pickle.BINFLOAT),
    *(pickle.INT, pickle.BININT, pickle.BININT1, pickle.BININT2, pickle.LONG, pickle.LONG1),
    *(pickle.STRING, pickle.BINSTRING, pickle.SHORT_BINSTRING, pickle.UNICODE),
    *(pickle.BINUNICODE, pickle.SHORT_BINUNICODE, pickle.BINUNICODE8),
    *(pickle.EMPTY_LIST, pickle.LIST, pickle.APPEND, pickle.APPENDS),
    *(pickle.EMPTY_TUPLE, pickle.TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3),
    *(pickle.EMPTY_DICT, pickle.DICT, pickle.SETITEM, pickle.SETITEMS),
    *(pickle.GET, pickle.BINGET, pickle.LONG_BINGET),
    *(pickle.PUT, pickle.BINPUT, pickle.LONG_BINPUT, pickle.MEMOIZE),
)
_FETCHES = (pickle.GET, pickle.BINGET, pickle.LONG_BINGET)
_KEYS = (pickle.SETITEM, pickle.SETITEMS, pickle.DICT)


def read_plain_pickle(path: Path) -> Entry:
    """Read lists, dictionaries, strings and numbers; Python 2 strings are decoded as UTF-8.

    Time and memory are proportional to the file's size. A list, tuple or dictionary may appear
    repeatedly, as in RefCOCO, but with all repetitions there are at most as many values as the file
    has bytes. Keys are strings or numbers.

    Raises:
        DatasetError: the file is missing, damaged or contains other objects.
    """
    try:
        # In memory, a length that exceeds the file reserves no memory.
        data = read_regular(path)
        reader = _PlainUnpickler(io.BytesIO(data), encoding="utf-8", errors="replace")
        content = reader.load()
        if reader.has_repetitions and _expanded_size(content) > len(data):
            raise pickle.UnpicklingError("it repeats lists, tuples or dictionaries too often")
        return Entry(content, path)
    except FileNotFoundError as error:
        raise DatasetError(f"{path}: no such file; unpack the data set completely") from error
    except Exception as error:  # a damaged file makes the unpickler raise any exception
        reason = str(error) or type(error).__name__
        raise DatasetError(
            f"{path}: expected a pickle of plain data: {reason[:200]}; get the file again"
        ) from error


Operation = Callable[[Any], None]


class _Operations(dict[int, Operation]):
    """The operations by their code; any other code is an error."""

    def __missing__(self, code: int) -> NoReturn:
        raise pickle.UnpicklingError(f"it contains the operation {bytes([code])!r}")


def _noted_fetch(fetch: Operation) -> Operation:
    """A list inside another one many times over can stand for an endless amount of data."""

    def run(reader: Any) -> None:
        fetch(reader)
        if isinstance(reader.stack[-1], list | tuple | dict):
            reader.has_repetitions = True

    return run


def _checked_keys(operation: Operation, code: bytes) -> Operation:
    """The hash of a nested tuple can take a time that is exponential in its size."""

    def run(reader: Any) -> None:
        keys = reader.stack[-2:-1] if code == pickle.SETITEM else reader.stack[::2]
        if not all(isinstance(key, str | int | float) for key in keys):
            raise pickle.UnpicklingError("a dictionary has a key that is no string and no number")
        operation(reader)

    return run


def _operations() -> _Operations:
    known: dict[int, Operation] = dict(pickle._Unpickler.dispatch)
    found = _Operations({code[0]: known[code[0]] for code in _PLAIN})
    for code in _FETCHES:
        found[code[0]] = _noted_fetch(found[code[0]])
    for code in _KEYS:
        found[code[0]] = _checked_keys(found[code[0]], code)
    return found


class _PlainUnpickler(pickle._Unpickler):
    """Python's own unpickler in Python: the faster one reserves memory before it is needed."""

    dispatch = _operations()
    has_repetitions = False

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"it contains {module}.{name}, which is not plain data")


def _expanded_size(content: object) -> int:
    """Count the values, each repetition of a list, tuple or dictionary included.

    Raises:
        UnpicklingError: a list or dictionary contains itself.
    """
    sizes: dict[int, int] = {}
    parents: set[int] = set()
    pending = [content]  # Not recursive: the content can be nested deeply.
    while pending:
        node = pending[-1]
        values = _values(node)
        if id(node) in sizes:
            pending.pop()
        elif id(node) in parents:  # All values are counted.
            sizes[id(node)] = 1 + sum(sizes.get(id(value), 1) for value in values)
            parents.remove(id(node))
        else:
            parents.add(id(node))
            containers = [value for value in values if isinstance(value, list | tuple | dict)]
            if any(id(value) in parents for value in containers):
                raise pickle.UnpicklingError("a list or dictionary contains itself")
            pending += containers
    return sizes[id(content)]


def _values(node: object) -> Collection[object]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list | tuple) else ()
