"""What a reader is given: the content of a file, or its path; opened, measured and refused alike.

Every function that reads a stranger's file takes ``source`` and ``name`` and asks here, so that a
missing file, an empty one or one too big is refused in the same words whatever it holds.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

Content: TypeAlias = bytes | bytearray | memoryview
Source: TypeAlias = Content | str | os.PathLike[str]

_MB = 1_000_000
MAX_BYTES = 500 * _MB
_CHUNK = 1 << 20


def taken(
    source: Source, name: str | None, *, function: str, unnamed: str = ""
) -> tuple[memoryview | Path, str]:
    """Return the content of a file, or where it is, and what it is called.

    Parameters
    ----------
    source
        Content, or path; a path is not looked at yet.
    name
        What it is called instead of the name in its path.
    function
        Name that messages begin with: the function that was called.
    unnamed
        What content without a name is called.

    Raises
    ------
    InputError
        The source is something else, or the name no text.

    Examples
    --------
    >>> taken("plans/zones.zip", None, function="f")[1], taken(b"..", "a.kml", function="f")[1]
    ('zones.zip', 'a.kml')
    """
    if not (name is None or isinstance(name, str)):
        raise InputError(
            f"{function}: name is {type(name).__name__}. Pass the name of the file as a text.",
            code="caller.argument",
            function=function,
        )
    if isinstance(source, bytes | bytearray | memoryview):
        view = memoryview(source)
        return (view if view.c_contiguous else memoryview(bytes(view))), name or unnamed
    if not isinstance(source, str | os.PathLike):
        raise InputError(
            f"{function}: source is {type(source).__name__}. Pass the content of a file as bytes, "
            "or its path.",
            code="caller.argument",
            function=function,
        )
    text = os.fsdecode(source)
    return Path(text), name or Path(text).name or text


@contextmanager
def opened(
    data: Content | os.PathLike[str], name: str, function: str
) -> Iterator[tuple[int, Iterator[memoryview]]]:
    """Open a file as a plain one, and give its size and its pieces.

    Parameters
    ----------
    data
        Content, or path.
    name
        What it is called, for messages.
    function
        Name that messages begin with: the function that was called.

    Raises
    ------
    InputError
        There is no such file, it may not be read, is empty, or has more than 500 MB.

    Examples
    --------
    >>> with opened(b"abc", "a.csv", "f") as (size, pieces):
    ...     size, [bytes(piece) for piece in pieces]
    (3, [b'abc'])
    """
    with ExitStack() as stack:
        if isinstance(data, bytes | bytearray | memoryview):
            view = memoryview(data).cast("B")
            size = len(view)
            pieces = (view[start : start + _CHUNK] for start in range(0, size, _CHUNK))
        else:
            try:
                path = Path(data)
                if path.is_dir():
                    raise IsADirectoryError(
                        f"{os.fspath(data)!r} is a folder: pack a File Geodatabase into a .zip"
                    )
                if not path.is_file():
                    raise FileNotFoundError(f"there is no file {os.fspath(data)!r}")
                file = stack.enter_context(path.open("rb", buffering=0))
            except (OSError, ValueError) as error:
                raise InputError(
                    f"{function}: {name} cannot be opened ({error}). Pass the path of a file that "
                    "you may read.",
                    code="file.unreadable",
                    name=name,
                ) from error
            size = os.fstat(file.fileno()).st_size
            pieces = (memoryview(piece) for piece in iter(lambda: file.read(_CHUNK), b""))
        _require_size(size, name, function)
        yield size, pieces


def _require_size(size: int, name: str, function: str) -> None:
    if size == 0:
        raise InputError(
            f"{function}: {name} is empty. Export it again.", code="file.empty", name=name
        )
    if size > MAX_BYTES:
        raise InputError(
            f"{function}: {name} has {size / _MB:,.0f} MB, at most {MAX_BYTES // _MB} are allowed. "
            "Take a part of it.",
            code="file.too_big",
            name=name,
            mb=round(size / _MB),
            most=MAX_BYTES // _MB,
        )
