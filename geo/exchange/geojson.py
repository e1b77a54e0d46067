"""GeoJSON: collections, single features, bare geometries, and one feature a line.

Features are taken from the text one after another, so that a large file never stands in memory as
objects, and one that is broken goes aside without the others.
"""

from __future__ import annotations

import gc
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import InputError
from geo.exchange import json_dialects
from geo.exchange.columns import Attributes
from geo.exchange.encodings import decoded
from geo.exchange.json_shapes import is_kind, shapes_of
from geo.exchange.json_texts import JsonText
from geo.exchange.sheets import Sheet, rings_closed
from geo.exchange.stated_crs import BY_FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.findings import Finding

_BLOCK = 20_000


def parse(data: bytes, *, name: str) -> list[Sheet]:
    """Read GeoJSON in any encoding.

    Parameters
    ----------
    data
        Contents of the file.
    name
        Its name.

    Returns
    -------
    One sheet. ``stated_crs`` is the name in its ``crs`` member, which old programs write.

    Raises
    ------
    InputError
        It is no GeoJSON, is TopoJSON (see `geo.exchange.topojson`), has no features, or is nested
        deeper than 64.

    Examples
    --------
    >>> (sheet,) = parse(b'{"type": "Point", "coordinates": [112.9, 28.2, 40]}', name="a.json")
    >>> sheet.shapes[0].wkt
    'POINT (112.9 28.2)'
    """
    text = decoded(data, name=name)
    document = _Document(JsonText(text, name), name)
    noticed: list[Finding] = []
    features = _Features(Attributes(name))
    gc.disable()  # millions of lists without a circle among them: looking for some costs most
    try:
        for rows in document.blocks(json_dialects.features(document.features(), text, noticed)):
            features.add(rows)
    except (json.JSONDecodeError, RecursionError) as error:
        raise document.text.broken(error) from error
    finally:
        gc.enable()
    if not features.shapes:
        raise InputError(
            f"{name} has no features. Check what was exported.",
            code="file.no_features",
            name=name,
            rows=0,
            layers=1,
        )
    closed = [rings_closed(features.closed)] if features.closed else []
    return [
        Sheet(
            name="features",
            table=features.attributes.frame(),
            shapes=np.concatenate(features.shapes),
            stated_crs=document.crs or BY_FORMAT,
            encoding=text.encoding,
            encoding_how=text.how,
            reasons=features.reasons,
            findings=[*text.findings(), *noticed, *closed],
        )
    ]


class _Document:
    """A text of JSON whose features are parsed as they are taken; its CRS is known at the end."""

    def __init__(self, text: JsonText, name: str) -> None:
        self.crs = ""
        self.text, self._name = text, name

    def blocks(self, rows: Iterator[Any]) -> Iterator[list[Any]]:
        """Put rows together that come from one piece of the text, some thousand at most."""
        block: list[Any] = []
        pieces = 1
        for row in rows:
            block.append(row)
            if len(block) == _BLOCK or self.text.pieces != pieces:
                yield block
                block, pieces = [], self.text.pieces
        if block:
            yield block

    def features(self) -> Iterator[Any]:
        """Parse the features of a collection, or objects that follow each other."""
        text = self.text
        first = text.skip()
        if first == "[" and text.sign() == "{":
            feature = text.value()
            if feature.get("type") == "Feature":
                yield feature
                if not text.ends("]"):
                    yield from self._listed()
                yield from self._rest()
                return
        if first != "{":
            raise self._no_geojson(first)
        members: dict[str, Any] = {}
        ended = text.sign() == "}"
        while not ended:
            key = text.key()
            if key == "features" and text.sign() == "[":
                members[key] = ()
                text.skip()
                if text.sign() != "]":
                    yield from self._listed()
                text.skip()
            else:
                members[key] = text.value()
            ended = text.ends("}")
        self.crs = _crs_name(members.get("crs")) or json_dialects.esri_crs(members)
        if "features" in members:
            yield from self._rest()
            return
        if members.get("type") != "Feature" and not is_kind(members.get("type")):
            raise self._no_geojson(str(members.get("type") or "{}"))
        yield members
        yield from self._rest()

    def _rest(self) -> Iterator[Any]:
        """Parse what follows the end of the first object: features, or collections of them."""
        self.text.skip()
        while self.text.sign():
            value = self.text.value()
            listed = value.get("features") if isinstance(value, dict) else None
            if isinstance(listed, list):
                yield from listed
            else:
                yield value

    def _listed(self) -> Iterator[Any]:
        """Parse the members of a list one by one, up to its end."""
        value, ends = self.text.value, self.text.ends
        yield value()
        while not ends("]"):
            yield value()

    def _no_geojson(self, kind: str) -> InputError:
        return InputError(
            f"{self._name} is JSON, but no GeoJSON: it begins with {kind[:40]!r}. It "
            "needs a FeatureCollection, a Feature or a geometry.",
            code="file.no_geojson",
            name=self._name,
        )


def _crs_name(value: object) -> str:
    """Name in a ``crs`` member; one that says something else still says something."""
    if value is None:
        return ""
    properties = value.get("properties") if isinstance(value, dict) else None
    if isinstance(properties, dict):
        for key in ("name", "code", "href"):
            if properties.get(key) is not None:
                return str(properties[key])[:500]
    return json.dumps(value, ensure_ascii=False)[:500]


@dataclass(slots=True)
class _Features:
    """Features as arrays."""

    attributes: Attributes
    shapes: list[NDArray[np.object_]] = field(default_factory=list)
    reasons: dict[int, tuple[str, str]] = field(default_factory=dict)
    closed: list[int] = field(default_factory=list)
    count: int = 0

    def add(self, rows: list[Any]) -> None:
        """Take in the next ones."""
        geometries: list[Any] = []
        properties: list[dict[str, Any]] = []
        for at, row in enumerate(rows, start=self.count):
            geometry, own = _halves(row)
            if geometry is None and own is None:
                self.reasons[at] = ("row.no_feature", str(row)[:100])
            geometries.append(geometry)
            properties.append(own or {})
        shapes, broken, closed = shapes_of(geometries)
        self.shapes.append(shapes)
        self.attributes.add(properties)
        self.reasons |= {self.count + at: ("row.geometry_broken", "") for at in broken}
        self.closed += [self.count + at for at in closed]
        self.count += len(rows)


def _halves(row: Any) -> tuple[Any, dict[str, Any] | None]:  # noqa: ANN401
    """Return geometry and properties of a feature, or of a bare geometry."""
    if not isinstance(row, dict):
        return None, None
    if is_kind(row.get("type")):
        return row, {}
    if "geometry" not in row and "properties" not in row:
        return None, None
    own = row.get("properties")
    own = own if isinstance(own, dict) else {}
    if row.get("id") is not None and "id" not in own:
        own = {"id": row["id"], **own}
    return row.get("geometry"), own
