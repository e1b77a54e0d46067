"""What is tried with an input: every way in from outside, as the app and the commands take it."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

import geo
from app.web import url_state, view_state
from fuzz import frames, seeds
from fuzz.mutations import TEXTS, VALUES, mutated
from geo.exchange import formats, seal, worker
from geo.exchange import rasters as raster_files
from layers.look.sheet import Sheet
from layers.outputs import output
from layers.record.containers import text_in
from layers.record.plain_data import parsed_data
from layers.record.schema import schema
from layers.record.specification import MapSpec, asked, read_spec
from layers.slides.packages import clean_template
from layers.type.outside_texts import Cleaner

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

SUFFIXES = (".gpkg", ".geojson", ".csv")
# Of the texts so many go all the way into a file, which takes a hundred times as long.
PRINTED = 0.01
# So many files come with the suffix of another format.
OTHER_SUFFIX = 0.05


def files(random: Random) -> Callable[[], object]:
    """Files of features, read as an upload is."""
    name, broken = _broken_file(random)
    return lambda: geo.read_file(broken, name)


def rasters(random: Random) -> Callable[[], object]:
    """Rasters, read as a population is, and asked how many people they hold."""
    broken = _broken_raster(random)
    return lambda: geo.population(geo.read_raster(broken))


def parsers(random: Random) -> Callable[[], object]:
    """Files of features in the parsers themselves, with no seal between: whatever they raise shows.

    What a sealed reading would report as a file that made its reader crash is foreign here.
    """
    _as_the_worker()
    name, broken = _broken_file(random)
    return lambda: formats.parse(broken, name, {})


def bands(random: Random) -> Callable[[], object]:
    """Rasters in the parser itself, all cells read."""
    _as_the_worker()
    broken = _broken_raster(random)

    def tried() -> object:
        cells = raster_files.parse(broken, "people.tif", {})
        return [sum(block.size for block in cells.blocks), cells.closing()]

    return tried


@cache
def _as_the_worker() -> None:
    """Leave GDAL the drivers that the sealed worker has, once the sound files are made."""
    seeds.vectors()
    seeds.rasters()
    seal.keep_only_drivers(worker.DRIVERS)


def _broken_file(random: Random) -> tuple[str, bytes]:
    name, data = random.choice(seeds.vectors())
    others = [content for _, content in (*seeds.vectors(), *seeds.rasters())]
    broken = mutated(data, others, random)
    if random.random() < OTHER_SUFFIX:
        name = f"a{random.choice(seeds.vectors())[0][1:]}"
    return name, broken


def _broken_raster(random: Random) -> bytes:
    _, data = random.choice(seeds.rasters())
    return mutated(data, [content for _, content in seeds.rasters()], random)


def writers(random: Random) -> Callable[[], object]:
    """Frames of odd columns, written."""
    frame, suffix = frames.frame(random), random.choice(SUFFIXES)
    return lambda: geo.vector_bytes(frame, suffix)


def arrays(random: Random) -> Callable[[], object]:
    """Arrays of odd dtypes and coordinates, written."""
    array = frames.array(random)
    return lambda: geo.geotiff_bytes(array)


def specifications(random: Random) -> Callable[[], object]:
    """Specifications of maps, written as people write them, read, and asked for their question."""
    data = _specification(random)
    suffix = random.choice((".json", ".json", ".yaml"))
    text = json.dumps(data, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")
    if random.random() < 0.3:
        text = mutated(text, [text], random)

    def tried() -> object:
        spec = read_spec(parsed_data(text, name=f"map{suffix}"))
        return spec.to_dict(), asked(spec)

    return tried


def _specification(random: Random) -> dict[str, Any]:
    """Give one that the schema allows."""
    known = schema()
    data = {"sheet": {"review_number": "internal"}}
    for name, described in known["properties"].items():
        if name in {"map", "sheet"} or random.random() < 0.3:
            data[name] = _sample(described, random)
    rules = [
        rule["then"]["properties"]["parameters"]
        for rule in known["allOf"]
        if rule["if"]["properties"]["map"]["const"] == data["map"]
    ]
    if random.random() < 0.8:
        data["parameters"] = _sample(random.choice(rules), random)
    return data


def _sample(described: dict[str, Any], random: Random) -> Any:
    """Give a value that a schema allows, about."""
    if "$ref" in described:
        described = schema()["$defs"][described["$ref"].rpartition("/")[2]]
    choices = described.get("anyOf", described.get("oneOf"))
    if choices:
        return _sample(random.choice(choices), random)
    if "enum" in described or "const" in described:
        return random.choice(described.get("enum", [described.get("const")]))
    kind = described.get("type", "object")
    kind = random.choice(kind) if isinstance(kind, list) else kind
    if kind == "object":
        names = described.get("properties", {})
        needed = described.get("required", ())
        return {
            name: _sample(each, random)
            for name, each in names.items()
            if name in needed or random.random() < 0.3
        }
    if kind == "array":
        least = described.get("minItems", 0)
        items = described.get("items", {"type": "number"})
        items = items if isinstance(items, dict) else {"type": "number"}
        return [_sample(items, random) for _ in range(max(least, random.randrange(3)))]
    low = described.get("minimum", described.get("exclusiveMinimum", 0))
    scalars: dict[str, tuple[Any, ...]] = {
        "string": (*TEXTS, "admin", "grid", "laboratory", "2024-05-01", "#B5651D", "parks"),
        "number": (low, low + 1, 0.5, 250.0, 3000.0, 1e9),
        "integer": (low, low + 1, described.get("maximum", 1000), 250, 1000),
        "boolean": (True, False),
        "null": (None,),
    }
    if random.random() < 0.1:
        return random.choice(scalars[kind])
    plain = Draft202012Validator({**described, "type": kind})
    return random.choice([each for each in scalars[kind] if plain.is_valid(each)] or scalars[kind])


def addresses(random: Random) -> Callable[[], object]:
    """Parameters of a page's address, as every kind of control and the map take them."""
    raw = _parameter(random)
    parsers = (
        url_state.one_of(["zh", "en", "250"]),
        url_state.some_of(["park", "campus"]),
        url_state.whole_number(100, 1000, step=50),
        url_state.truth,
    )

    def tried() -> object:
        value = url_state.read(raw)
        extent = view_state.extent(raw)
        return [
            *(parse(value) for parse in parsers),
            extent,
            view_state.visible(raw, ("cities", "axes")),
            view_state.base(raw),
        ]

    return tried


def texts(random: Random) -> Callable[[], object]:
    """Titles and names of any characters, cleaned for every output; a few of them printed."""
    words = _words(random)
    if random.random() > PRINTED:
        return lambda: [
            Cleaner(drawn=drawn).text(words, most, lines=lines)
            for drawn in (True, False)
            for most, lines in ((60, 1), (240, 3), (10_000, None))
        ]
    sheet = Sheet(title=words, review_number="internal", author=words, size="A4", dpi=50)
    suffix = random.choice((".png", ".pptx", ".gpkg"))
    return lambda: output(MapSpec("layer", sheet, {"layer": "cities"}), suffix)


def templates(random: Random) -> Callable[[], object]:
    """Presentations that slides are to look like."""
    deck = seeds.deck()
    broken = mutated(deck, [content for _, content in seeds.vectors()], random)
    return lambda: clean_template(broken)


def records(random: Random) -> Callable[[], object]:
    """Files of the atlas that came back changed, asked for their record."""
    suffix, data = random.choice(seeds.outputs())
    broken = mutated(data, [content for _, content in seeds.outputs()], random)
    return lambda: text_in(broken, suffix, name="back")


def _parameter(random: Random) -> str:
    kind = random.randrange(5)
    if kind == 0:
        return random.choice(TEXTS)
    if kind == 1:
        return random.choice('[{-9"ae') * random.choice((1, 10, 5000))
    if kind == 2:
        return json.dumps([random.choice(VALUES) for _ in range(random.randrange(4))], default=str)
    if kind == 3:
        return ",".join(str(random.choice((28.2, 1e9, -0.0, "x", ""))) for _ in range(5))
    return _words(random)


def _words(random: Random) -> str:
    """Give any characters that there are, and some that are not."""
    pieces = []
    for _ in range(random.choice((0, 1, 3, 12, 200))):
        kind = random.randrange(4)
        if kind == 0:
            pieces.append(chr(random.randrange(0x110000)))
        elif kind == 1:
            pieces.append(chr(random.randrange(0x2000, 0x2100)))
        elif kind == 2:
            pieces.append(random.choice(TEXTS)[:300])
        else:
            pieces.append(random.choice(["湘江", "\n", "$", "\\foo", "<", "&amp;", "\u0301" * 9]))
    return "".join(pieces)


TARGETS: dict[str, Callable[[Random], Callable[[], object]]] = {
    "parsers": parsers,
    "bands": bands,
    "files": files,
    "rasters": rasters,
    "writers": writers,
    "arrays": arrays,
    "specifications": specifications,
    "addresses": addresses,
    "texts": texts,
    "templates": templates,
    "records": records,
}
