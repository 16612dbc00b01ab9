"""Makes paths from names that a data file contains; every path stays below its folder."""

from pathlib import Path

_MAX_BYTES = 255  # Of a file name, on all common file systems.


def path_below(folder: Path, *names: str) -> Path:
    """Return the path of a file or folder below a folder.

    Args:
        folder: a folder that the user chose.
        names: from data: the names of the folders on the way, and of the file. Each is one name,
            without a separator.

    Raises:
        ValueError: a name is not the name of a file.

    >>> path_below(Path("out"), "video", "0.png").as_posix()
    'out/video/0.png'
    >>> path_below(Path("out"), "../video")
    Traceback (most recent call last):
    ValueError: '../video': expected a file name, got '/' in it
    """
    for name in names:
        if problem := name_problem(name):
            raise ValueError(f"{name[:60]!a}: expected a file name, got {problem}")
    return folder.joinpath(*names)


def name_problem(name: str) -> str | None:
    """Return why a text is not the name of a file in a folder, ``None`` if it is one.

    >>> name_problem("..")
    "'..', which is another folder"
    """
    if not name:
        return "an empty text"
    if name in (".", ".."):
        return f"{name!r}, which is another folder"
    for character in name:
        if character in "/\\" or not character.isprintable():
            return f"{character!a} in it"
    size = len(name.encode())
    return f"{size} bytes, more than {_MAX_BYTES}" if size > _MAX_BYTES else None
