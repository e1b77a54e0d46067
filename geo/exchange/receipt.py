"""What reading a file gives beside its features: a receipt of what was found, taken and set aside.

Rows in are always rows accepted plus rows set aside. A receipt travels with the frame (in its
``attrs``), is shown before anything is used, and goes out with every result.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from geo.exchange.parsed import UNNAMED
from geo.numerals import number
from geo.wording import catalogue, sentence

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geo.exchange.coordinates import Diagnosis
    from geo.exchange.parsed import Candidate
    from geo.findings import Finding

_MB = 1_000_000


def size(n_bytes: int) -> str:
    """Return the size of a file in words.

    >>> size(312), size(84_000), size(2_500_000)
    ('0.3 kB', '84.0 kB', '2.50 MB')
    """
    if n_bytes < _MB:
        return f"{number(n_bytes / 1e3, digits=1)} kB"
    return f"{number(n_bytes / _MB, digits=2)} MB"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was found in a file, what was taken, what was done, and what was set aside.

    Parameters
    ----------
    file, size_bytes, sha256
        Which file.
    format
        Name of the format, such as ``"GeoPackage"``.
    layers, taken
        As in `Parsed`.
    encoding, encoding_how, crs, crs_how
        As in `Parsed`; ``crs`` as ``AUTHORITY:CODE`` where it has one, else its name.
    rows_in, rows_accepted, rows_aside
        Always rows_in = rows_accepted + rows_aside.
    name_column
        Column that names the features, empty where there is none.
    bounds
        West, south, east, north of what was accepted, degrees in EPSG:4490.
    findings
        Everything else, warnings first.
    """

    file: str
    size_bytes: int
    sha256: str
    format: str
    layers: tuple[Candidate, ...]
    taken: tuple[str, ...]
    encoding: str
    encoding_how: str
    crs: str
    crs_how: str
    rows_in: int
    rows_accepted: int
    rows_aside: int
    name_column: str
    bounds: tuple[float, float, float, float]
    findings: tuple[Finding, ...]

    def lines(self, lang: str) -> list[tuple[str, str]]:
        """Return what the receipt says, as pairs of a heading and a text, findings left out."""
        say = partial(sentence, lang=lang)
        kinds = {layer.name: self._layer(layer, lang) for layer in self.layers}
        mark = say("receipt.between", values={})
        rows = {
            "rows_in": self.rows_in,
            "accepted": self.rows_accepted,
            "aside": self.rows_aside,
        }
        lines = [
            ("receipt.file", f"{self.file} · {self.format} · {size(self.size_bytes)}"),
            ("receipt.rows", say("receipt.rows_of", values=rows)),
            ("receipt.taken", mark.join(kinds.get(name, name) for name in self.taken)),
            (
                "receipt.left",
                mark.join(words for name, words in kinds.items() if name not in self.taken),
            ),
            ("receipt.crs", self._how(self.crs, self.crs_how, lang)),
            ("receipt.encoding", self._how(self.encoding.upper(), self.encoding_how, lang)),
            ("receipt.name_column", self.name_column),
            ("receipt.bounds", self._reach(lang)),
            ("receipt.sha256", self.sha256[:16]),
        ]
        return [(say(code, values={}), words) for code, words in lines if words]

    def layer_words(self, name: str, lang: str) -> str:
        """Return a layer's name, kind and number of rows in words; its name if there is none."""
        return next((self._layer(each, lang) for each in self.layers if each.name == name), name)

    def _layer(self, layer: Candidate, lang: str) -> str:
        kind = sentence(f"receipt.kind.{layer.kind}", lang, {})
        name = sentence("receipt.unnamed", lang, {}) if layer.name == UNNAMED else layer.name
        values = {"name": name, "kind": kind, "rows": layer.rows}
        return sentence("receipt.layer", lang, values)

    def _how(self, value: str, how: str, lang: str) -> str:
        words = sentence(how, lang, {}) if how in catalogue() else ""
        return f"{value} · {words}" if words else value

    def _reach(self, lang: str) -> str:
        west, south, east, north = self.bounds
        if not west <= east:
            return ""
        values = {"west": west, "south": south, "east": east, "north": north}
        rounded = {key: number(value, digits=4) for key, value in values.items()}
        return sentence("receipt.reach", lang, rounded)

    def as_dict(self) -> dict[str, Any]:
        """Return the receipt as plain data, for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Intake:
    """A file as it was read.

    Parameters
    ----------
    frame
        Features accepted, as `geo.read_vector` returns them.
    aside
        Rows set aside, as in `Parsed`.
    receipt
        What became of the file.
    diagnosis
        What the coordinates are suspected of, and what would set them right.
    """

    frame: gpd.GeoDataFrame
    aside: pd.DataFrame
    receipt: Receipt
    diagnosis: Diagnosis
