"""Reads a pickle of plain data without executing anything in the file."""

import pickle
from pathlib import Path
from typing import NoReturn

from samwise_ros.data.checked_json import Entry
from samwise_ros.data.dataset import DatasetError


def read_plain_pickle(path: Path) -> Entry:
    """Read lists, dictionaries, strings and numbers; Python 2 strings are decoded as UTF-8.

    Raises:
        DatasetError: the file is missing, damaged or contains other objects.
    """
    try:
        with path.open("rb") as file:
            return Entry(_PlainUnpickler(file, encoding="utf-8", errors="replace").load(), path)
    except FileNotFoundError as error:
        raise DatasetError(f"{path}: no such file; unpack the data set completely") from error
    except DatasetError:
        raise
    except Exception as error:  # a damaged file makes the unpickler raise any exception
        raise DatasetError(
            f"{path}: expected a pickle of plain data: {error}; get the file again"
        ) from error


class _PlainUnpickler(pickle.Unpickler):
    """Rejects every class and function, so that nothing can be called."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"it contains {module}.{name}, which is not plain data")
