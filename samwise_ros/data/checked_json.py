"""Values read from a data set's file, each with its location for error messages."""

import reprlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from samwise_ros.data.dataset import DatasetError
from samwise_ros.files.data_path import name_problem

_MAX_DIGITS = 18


@dataclass(eq=False, slots=True)  # there are a million of them in a large file
class Entry:
    """A value read from a file of lists, dictionaries, strings and numbers.

    Attributes:
        value: the value.
        file: the file that contains it.
        location: the keys that lead from the top level of the file to the value.
    """

    value: object
    file: Path
    location: tuple[object, ...] = ()

    def __contains__(self, key: str) -> bool:
        """Return whether the dictionary has a key."""
        return key in self._dictionary()

    def __getitem__(self, key: str) -> "Entry":
        """Return the entry under a key of the dictionary.

        Raises:
            DatasetError: the key is missing, or the value is not a dictionary.

        >>> videos = Entry({"videos": {"v": {}}}, Path("m.json"))["videos"]
        >>> videos["v"]["frames"]
        Traceback (most recent call last):
        samwise_ros.data.dataset.DatasetError: m.json: videos/v: no 'frames' in this entry
        """
        dictionary = self._dictionary()
        if key not in dictionary:
            raise self.error(f"no {key!r} in this entry")
        return self._child(key, dictionary[key])

    def names(self) -> tuple[str, ...]:
        """Return the keys of the dictionary.

        Raises:
            DatasetError: the value is not a dictionary.
        """
        return tuple(str(key) for key in self._dictionary())

    def file_names(self) -> tuple[str, ...]:
        """Return the keys of the dictionary, which become names of files.

        Raises:
            DatasetError: the value is not a dictionary, or a key is not the name of a file.
        """
        for name in self.names():
            self._check_file_name(name)
        return self.names()

    def file_name(self) -> str:
        """Return the string, which becomes the name of a file.

        Raises:
            DatasetError: the value is not a string, or it contains a separator or the like.

        >>> Entry("../x", Path("m.json"), ("frames", 0)).file_name()
        Traceback (most recent call last):
        samwise_ros.data.dataset.DatasetError: m.json: frames/0: expected a file name, got '/' in it
        """
        name = self.text()
        self._check_file_name(name)
        return name

    def __len__(self) -> int:
        """Return the number of elements of the list.

        Raises:
            DatasetError: the value is not a list.
        """
        return len(self._list())

    def element(self, index: int) -> "Entry":
        """Return one element of the list.

        Raises:
            DatasetError: the value is not a list.
        """
        return self._child(index, self._list()[index])

    def elements(self) -> tuple["Entry", ...]:
        """Return the elements of the list.

        Raises:
            DatasetError: the value is not a list.
        """
        return tuple(self._child(number, value) for number, value in enumerate(self._list()))

    def text(self) -> str:
        """Return the string without surrounding blanks.

        Raises:
            DatasetError: the value is not a string, or it is blank.
        """
        if not isinstance(self.value, str) or not self.value.strip():
            raise self._expected("a non-blank string")
        return self.value.strip()

    def number(self) -> int:
        """Return a non-negative integer; some files store it as a string of digits.

        Raises:
            DatasetError: the value is neither.

        >>> Entry("12", Path("m.json")).number()
        12
        """
        value = self.value
        if isinstance(value, str) and value.isdecimal() and len(value) <= _MAX_DIGITS:
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._expected("a non-negative integer")
        return value

    def error(self, reason: str) -> DatasetError:
        """Return an error that names this entry."""
        location = "/".join(map(str, self.location))
        return DatasetError(": ".join(part for part in (str(self.file), location, reason) if part))

    def _check_file_name(self, name: str) -> None:
        if problem := name_problem(name):
            # A key is shown escaped: it can hold line breaks and terminal codes.
            shown = "" if name == self.value else f"{name[:60]!a}: "
            raise self.error(f"{shown}expected a file name, got {problem}")

    def _list(self) -> Sequence[object]:
        if not isinstance(self.value, list | tuple):
            raise self._expected("a list")
        return self.value

    def _child(self, key: object, value: object) -> "Entry":
        return Entry(value, self.file, (*self.location, key))

    def _dictionary(self) -> dict[object, object]:
        if not isinstance(self.value, dict):
            raise self._expected("a dictionary")
        return self.value

    def _expected(self, expected: str) -> DatasetError:
        got = _short.repr(self.value)
        return self.error(f"expected {expected}, got {got if len(got) <= 60 else got[:57] + '...'}")


# The value can be nested a thousand levels deep, or be a gigabyte long.
_short = reprlib.Repr()
_short.maxlevel, _short.maxstring, _short.maxother, _short.maxlong = 3, 60, 60, 60
