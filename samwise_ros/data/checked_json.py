"""A part of a data set's file that knows where it stands, so that an error can say so."""

from dataclasses import dataclass
from pathlib import Path

from samwise_ros.data.dataset import DatasetError


@dataclass(eq=False, slots=True)  # there are a million of them in a large file
class Entry:
    """A value that was read from a file of lists, dictionaries, texts and numbers.

    Attributes:
        value: what was read.
        file: from where.
        place: the keys that lead to it from the whole file.
    """

    value: object
    file: Path
    place: tuple[object, ...] = ()

    def __contains__(self, key: str) -> bool:
        """Whether a dictionary has a key."""
        return key in self._dictionary()

    def __getitem__(self, key: str) -> "Entry":
        """Return what a dictionary has under a key.

        Raises:
            DatasetError: it has no such key, or is no dictionary.

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
        """Return the keys of a dictionary.

        Raises:
            DatasetError: it is no dictionary.
        """
        return tuple(str(key) for key in self._dictionary())

    def elements(self) -> tuple["Entry", ...]:
        """Return the elements of a list.

        Raises:
            DatasetError: it is no list.
        """
        if not isinstance(self.value, list | tuple):
            raise self._expected("a list")
        return tuple(self._child(number, value) for number, value in enumerate(self.value))

    def text(self) -> str:
        """Return a text that says something.

        Raises:
            DatasetError: it is no text, or an empty one.
        """
        if not isinstance(self.value, str) or not self.value.strip():
            raise self._expected("a text")
        return self.value.strip()

    def number(self) -> int:
        """Return a whole number from 0 on; some files have them as digits in a text.

        Raises:
            DatasetError: it is none.

        >>> Entry("12", Path("m.json")).number()
        12
        """
        value = self.value
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._expected("a whole number from 0 on")
        return value

    def error(self, reason: str) -> DatasetError:
        """An error about this entry."""
        place = "/".join(map(str, self.place))
        return DatasetError(": ".join(part for part in (str(self.file), place, reason) if part))

    def _child(self, key: object, value: object) -> "Entry":
        return Entry(value, self.file, (*self.place, key))

    def _dictionary(self) -> dict[object, object]:
        if not isinstance(self.value, dict):
            raise self._expected("a dictionary")
        return self.value

    def _expected(self, what: str) -> DatasetError:
        shown = repr(self.value)
        return self.error(
            f"expected {what}, got {shown if len(shown) <= 60 else shown[:57] + '...'}"
        )
