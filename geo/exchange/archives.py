"""Archives that someone brings: what is in them, unpacked within limits and never onto a disk."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from geo.doors import foreign
from geo.errors import InputError
from geo.exchange.encodings import GB18030, UTF_8

MAX_MEMBERS = 5_000
MAX_UNPACKED_MB = 1_000
_MAX_RATIO, _RATIO_FROM_MB = 300, 20
_MB = 1_000_000
# Of archives with archives in them, all files together.
_MOST_LISTED, _LISTED = 20_000, b"PK\x01\x02"
_ENCRYPTED, _UTF8_NAME = 0x1, 0x800
_LINK, _FILE_TYPE = 0o120000, 0o170000
_NAME_LETTERS = 400
_CLUTTER = {".ds_store", "thumbs.db", "desktop.ini"}


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Parameters
    ----------
    path
        Its place in the archive, folders before it; the suffix in small letters.
    content
        Unpacked.
    """

    path: PurePosixPath
    content: bytes


def is_archive(data: bytes) -> bool:
    r"""Whether these are the contents of a .zip (or .kmz, or the packages of office programs).

    Examples
    --------
    >>> is_archive(b"PK\x03\x04..."), is_archive(b"{}")
    (True, False)
    """
    return data[:4] in {b"PK\x03\x04", b"PK\x05\x06"}


def archive_of(data: bytes) -> zipfile.ZipFile:
    r"""Open an archive, if its list of files is no longer than any that is read.

    The list is read as a whole when an archive is opened: of a million files it takes a gigabyte
    and half a minute.

    Raises
    ------
    zipfile.BadZipFile
        It is no archive, or lists more than 20,000 files.

    Examples
    --------
    >>> archive_of(b"PK" + b"PK\x01\x02" * 20_001)
    Traceback (most recent call last):
    ...
    zipfile.BadZipFile: 20001 files are listed
    """
    listed = data.count(_LISTED)
    if listed > _MOST_LISTED:
        raise zipfile.BadZipFile(f"{listed} files are listed")
    return zipfile.ZipFile(io.BytesIO(data))


def unpacked(data: bytes, *, name: str) -> list[Member]:
    """Unpack an archive.

    Parameters
    ----------
    data
        Contents of the .zip.
    name
        Its name, for messages.

    Returns
    -------
    Its files in the order of their paths, without what operating systems leave in archives. Names
    in GBK read right.

    Raises
    ------
    InputError
        It is broken, encrypted, or holds paths that lead out of it, links, or more than is read:
        5,000 files, 1,000 MB unpacked, or 300 times its own size.

    Examples
    --------
    >>> buffer = io.BytesIO()
    >>> with zipfile.ZipFile(buffer, "w") as archive:
    ...     archive.writestr("__MACOSX/._a.SHP", b"")
    ...     archive.writestr("数据/a.SHP", b"shape")
    >>> [str(member.path) for member in unpacked(buffer.getvalue(), name="a.zip")]
    ['数据/a.shp']
    """
    try:
        with archive_of(data) as archive:
            infos = archive.infolist()
            if len(infos) > MAX_MEMBERS:
                raise _too_much(name, f"{len(infos):,} files", files=len(infos))
            infos = [each for each in infos if each.filename and not each.is_dir()]
            paths = [_path(each, name) for each in infos]
            entries = [
                (info, path)
                for info, path in zip(infos, paths, strict=True)
                if not _is_clutter(path)
            ]
            _check_sizes([info for info, _ in entries], len(data), name)
            members = [Member(path, _content(archive, info, name)) for info, path in entries]
    except InputError:
        raise
    except foreign() as error:
        raise InputError(
            f"{name} cannot be unpacked ({type(error).__name__}). Pack it again as .zip "
            "with the usual method (Deflate) and no password.",
            code="archive.broken",
            name=name,
        ) from error
    return sorted(members, key=lambda member: str(member.path))


def _path(info: zipfile.ZipInfo, name: str) -> PurePosixPath:
    if info.flag_bits & _ENCRYPTED:
        raise InputError(
            f"{name} needs a password. Pack it again without one.",
            code="archive.encrypted",
            name=name,
        )
    text = _member_name(info).replace("\\", "/")
    path = PurePosixPath(text[:_NAME_LETTERS])
    is_link = (info.external_attr >> 16) & _FILE_TYPE == _LINK
    leads_out = path.is_absolute() or ".." in path.parts or ":" in text or "\0" in text
    if is_link or leads_out or len(text) > _NAME_LETTERS:
        raise InputError(
            f"{name} holds a link or a path that leads out of it. Pack the files again, "
            "without links.",
            code="archive.path",
            name=name,
            member=text[:80],
        )
    return path.with_suffix(path.suffix.lower()) if path.name else path


def _member_name(info: zipfile.ZipInfo) -> str:
    """Name of a file in an archive; those without the UTF-8 flag are UTF-8 or GBK all the same."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    raw = info.filename.encode("cp437", errors="replace")
    try:
        return raw.decode(UTF_8)
    except UnicodeDecodeError:
        return raw.decode(GB18030, errors="replace")


def _is_clutter(path: PurePosixPath) -> bool:
    return (
        path.parts[:1] == ("__MACOSX",)
        or path.name.startswith("._")
        or path.name.lower() in _CLUTTER
    )


def _check_sizes(infos: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    total = sum(info.file_size for info in infos)
    if total > MAX_UNPACKED_MB * _MB:
        raise _too_much(name, f"{total / _MB:,.0f} MB", megabytes=round(total / _MB))
    if total > _RATIO_FROM_MB * _MB and total > _MAX_RATIO * max(packed, 1):
        raise _too_much(name, f"{total / _MB:,.0f} MB", megabytes=round(total / _MB))


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    """Unpack one file; one that is longer than the archive says is not read on."""
    with archive.open(info) as stream:
        content = stream.read(info.file_size + 1)
    if len(content) > info.file_size:
        raise _too_much(name, "more than it says", megabytes=round(info.file_size / _MB))
    return content


def _too_much(name: str, amount: str, *, files: int = 0, megabytes: int = 0) -> InputError:
    return InputError(
        f"{name} unpacks to {amount}; at most {MAX_MEMBERS:,} files and "
        f"{MAX_UNPACKED_MB} MB are read. Pack only what is needed.",
        code="archive.too_much",
        name=name,
        files=files,
        megabytes=megabytes,
        most_files=MAX_MEMBERS,
        most_megabytes=MAX_UNPACKED_MB,
    )
