"""Reads a pickle as plain data: nothing that is in the file is executed."""

import pickle
from pathlib import Path
from typing import NoReturn

from samwise_ros.data.checked_json import Entry
from samwise_ros.data.dataset import DatasetError


def read_plain_pickle(path: Path) -> Entry:
    """Read lists, dictionaries, texts and numbers; texts of Python 2 are taken as UTF-8.

    Raises:
        DatasetError: the file is missing, damaged or asks for anything else.
    """
    try:
        with path.open("rb") as file:
            return Entry(_PlainUnpickler(file, encoding="utf-8", errors="replace").load(), path)
    except FileNotFoundError as error:
        raise DatasetError(f"{path}: no such file; is the data set unpacked completely?") from error
    except DatasetError:
        raise
    except Exception as error:  # the unpickler fails in as many ways as there are damaged files
        raise DatasetError(
            f"{path}: expected a pickle of plain data: {error}; get the file again"
        ) from error


class _PlainUnpickler(pickle.Unpickler):
    """Knows no class and no function, hence has nothing to call."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, which plain data does not")
