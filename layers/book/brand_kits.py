"""Brand kits: a small YAML file with a logo and a template beside it, or a zip of these.

.. code-block:: yaml

    logo: logo.png
    template: house.potx  # the look of the atlas where there is none
    colours: {text: "#22303D", accents: ["#0B4F9C", "#E69F00"]}
    fonts: {latin: Segoe UI, chinese: 思源黑体}
    footer: 湖南湘江新区规划和自然资源局
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from geo.doors import foreign
from geo.errors import InputError
from geo.exchange.archives import archive_of
from layers.look.palettes import contrast
from layers.record.plain_data import parsed_data
from layers.slides.brands import Brand, branded
from layers.type.outside_texts import Cleaner

if TYPE_CHECKING:
    from collections.abc import Callable

KIT = "brand.yaml"
FIELDS = ("logo", "template", "colours", "fonts", "footer")
FONTS, COLOURS = ("latin", "chinese"), ("text", "pale", "background", "accents")
THEME = {"text": "dk1", "pale": "dk2", "background": "lt1"}
ACCENTS = 6
# What a kit may hold: bytes of its files, files of a zip, side of a logo in dots, letters.
MOST_LOGO, MOST_TEMPLATE, MOST_FILES, MOST_SIDE = 2_000_000, 100_000_000, 20, 4000
LONGEST_FOOTER, LONGEST_FONT = 80, 60
# Words can be read from this contrast with what is below them.
LEAST_CONTRAST = 4.5
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def template_of_kit(kit: Path | str | bytes, template: Path | str | bytes | None = None) -> bytes:
    """Return the template of a brand kit: slides that are made with it have its look.

    Parameters
    ----------
    kit
        Path of its YAML file or of a zip with a ``brand.yaml``, or the contents of the zip.
    template
        Takes the place of that of the kit.

    Raises
    ------
    InputError
        If a file of it is missing, too large or none that can be used, or the YAML says what a kit
        has not: the message names the entry and what it takes.
    """
    named, read = _opened(kit)
    try:
        said = parsed_data(named, name=KIT)
    except InputError as error:
        raise InputError(f"brand kit: {error}", code="brand.unreadable") from error
    for key in said:
        if key not in FIELDS:
            _refuse("names", key=key[:80], names=", ".join(FIELDS))
    own = template
    if template is None and "template" in said:
        own = read(_text(said, "template", LONGEST_FOOTER), MOST_TEMPLATE)
    fonts = _mapping(said, "fonts", FONTS)
    brand = Brand(
        logo=_logo(read(_text(said, "logo", LONGEST_FOOTER), MOST_LOGO)) if "logo" in said else b"",
        colours=_colours(_mapping(said, "colours", COLOURS)),
        latin=_text(fonts, "latin", LONGEST_FONT),
        chinese=_text(fonts, "chinese", LONGEST_FONT),
        footer=_text(said, "footer", LONGEST_FOOTER),
    )
    return branded(own, brand)


def _opened(kit: Path | str | bytes) -> tuple[bytes, Callable[[str, int], bytes]]:
    """Return the YAML of a kit, and what reads a file beside it."""
    if not isinstance(kit, bytes) and Path(kit).suffix.lower() in {".yaml", ".yml"}:
        path = Path(kit)
        return _file(path, MOST_LOGO), lambda name, most: _file(path.parent / name, most)
    data = kit if isinstance(kit, bytes) else _file(Path(kit), MOST_TEMPLATE)
    if len(data) > MOST_TEMPLATE:
        raise _missing(KIT)

    def read(name: str, most: int) -> bytes:
        try:
            with archive_of(data) as archive:
                inside = {Path(each.filename).name: each for each in archive.infolist()}
                if len(inside) > MOST_FILES or name not in inside:
                    raise _missing(name)
                if inside[name].file_size > most:
                    raise _missing(name)
                with archive.open(inside[name]) as file:
                    return file.read(most)
        except InputError:
            raise
        except foreign() as error:
            raise _missing(name) from error

    return read(KIT, MOST_LOGO), read


def _file(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        raise _missing(path.name) from error
    if len(data) > most:
        raise _missing(path.name)
    return data


def _missing(name: str) -> InputError:
    return InputError(
        f"brand kit: {name[:80]!r} is not there, or too large (a logo {MOST_LOGO // 10**6} MB, a "
        f"template {MOST_TEMPLATE // 10**6} MB); put it beside the {KIT}, or in a zip with it",
        code="brand.file",
        name=name[:80],
    )


def _refuse(what: str, **values: str | float) -> NoReturn:
    told = ", ".join(f"{name} {value}" for name, value in values.items())
    raise InputError(
        f"brand kit: {what} is not as a kit has it ({told})", code=f"brand.{what}", **values
    )


def _text(said: dict[str, Any], key: str, longest: int) -> str:
    value = said.get(key, "")
    cleaned = Cleaner(drawn=False).text(value, longest + 1) if isinstance(value, str) else ""
    if cleaned != value or len(cleaned) > longest:
        _refuse("text", key=key, most=longest)
    return cleaned


def _mapping(said: dict[str, Any], key: str, names: tuple[str, ...]) -> dict[str, Any]:
    value = said.get(key, {})
    if not isinstance(value, dict) or set(value) - set(names):
        _refuse("names", key=key, names=", ".join(names))
    return value


def _colours(said: dict[str, Any]) -> dict[str, str]:
    """Return colours by their names in a theme; words must be seen on the background."""
    accents = said.get("accents", [])
    if not isinstance(accents, list) or len(accents) > ACCENTS:
        _refuse("colours", most=ACCENTS)
    colours = {THEME[name]: said[name] for name in THEME if name in said}
    colours |= {f"accent{at}": each for at, each in enumerate(accents, 1)}
    for value in colours.values():
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            _refuse("colours", most=ACCENTS)
    ground = colours.get("lt1", "#FFFFFF")
    for name in ("dk1", "dk2"):
        if name in colours and contrast(colours[name], ground) < LEAST_CONTRAST:
            _refuse("contrast", colour=colours[name], ground=ground, least=LEAST_CONTRAST)
    return colours


def _logo(data: bytes) -> bytes:
    from PIL import Image  # noqa: PLC0415  only logos need it

    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as opened:
            sound = max(opened.size) <= MOST_SIDE
            if sound:
                opened.load()
    except foreign():
        sound = False
    if not sound:
        _refuse("logo", most=MOST_SIDE)
    return data
