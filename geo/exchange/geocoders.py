"""Places of addresses, asked at a map service: Tianditu and AMap, as their documentation says.

Tianditu (http://lbs.tianditu.gov.cn/server/geocodinginterface.html): ``geocoder?ds={"keyWord":…}
&tk=…`` answers ``{"status": "0", "msg": "ok", "location": {"lon", "lat", "level", "score"}}`` in
CGCS2000; status 101 is no result, 404 an error; a key that is not allowed is HTTP 403, one whose
quota is used up 418 or 429.

AMap (https://lbs.amap.com/api/webservice/guide/api/georegeo, codes:
https://lbs.amap.com/api/webservice/guide/tools/info): ``v3/geocode/geo?address=…&city=…&key=…``
answers ``{"status": "1", "infocode": "10000", "geocodes": [{"formatted_address", "level",
"location": "lon,lat"}]}`` in GCJ-02; status 0 has an ``infocode``.

A key goes into an address and nowhere else. An answer is bounded in bytes and in seconds, comes
from the host that was asked, and is believed only as far as it has the form above.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from geo.arguments import require_one_of
from geo.errors import InputError
from geo.wording import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_BYTES, MOST_ANSWERS, CHUNK_BYTES = 1_000_000, 5, 65_536
# Of one step, and of the whole answer.
TIMEOUT_S, WHOLE_S = 10.0, 20.0
# AMap lets a private developer ask three times a second; Tianditu names no number.
PAUSE_S = 0.5
USER_AGENT = "xiangjiang-atlas"
FORBIDDEN, TOO_MANY, REDIRECTS = (401, 403), (418, 429), range(300, 400)
# One sigma by what the service says that it has found, metres: a door, a place with a name, …
ACCURACY_M: dict[str, float] = {
    **dict.fromkeys(("门牌号", "门址", "单元号"), 100.0),
    **dict.fromkeys(("兴趣点", "地名地址", "道路交叉路口"), 200.0),
    **dict.fromkeys(("公交站台、地铁站", "公交地铁站点"), 300.0),
    **dict.fromkeys(("道路", "村庄", "热点商圈"), 1000.0),
    **dict.fromkeys(("乡镇", "街道", "开发区"), 3000.0),
    **dict.fromkeys(("区县", "市", "省", "国家"), 10_000.0),
}
UNKNOWN_M = 1000.0
# Python itself also reads 1_12.9 and digits of other scripts.
_DEGREES = re.compile(r"\s*[-+]?[0-9]{1,3}(\.[0-9]{1,20})?\s*")
# What codes of AMap mean for who asked.
_AMAP_KEY = {"10001", "10002", "10005", "10006", "10007", "10008", "10009", "10012", "10013"}
_AMAP_QUOTA = {"10003", "10044", "10045", "40000", "40001", "40002", "40003"}
_AMAP_OFTEN = {"10004", "10010", "10014", "10015", "10019", "10020", "10021", "10029"}


class Found(NamedTuple):
    """A place that a service gives for an address.

    Parameters
    ----------
    lon_deg, lat_deg, datum
        Coordinate as it was answered, ``"CGCS2000"`` or ``"GCJ-02"``.
    level
        What the service calls that which it has found, empty where it says nothing.
    name
        What it calls the place, empty where it says nothing.
    accuracy_m
        One sigma, metres, by the level.
    """

    lon_deg: float
    lat_deg: float
    datum: str
    level: str
    name: str
    accuracy_m: float


class GeocoderError(InputError):
    """A service gives no place; ``code`` says why."""

    @property
    def is_of_address(self) -> bool:
        """Whether another address may do better: the service itself answered."""
        return self.code in {"geocoder.empty", "geocoder.failed"}


@dataclass(frozen=True, slots=True)
class Service:
    """A map service that gives the places of addresses.

    Parameters
    ----------
    title, title_en
        What it is called in Chinese and in English.
    key_variable, address_variable
        Environment variables with its key, and with another address to ask at.
    address
        Where it is asked.
    query
        Gives the parameters of an address, a city and a key.
    read
        Gives the places of an answer, or raises a `GeocoderError`.
    """

    title: str
    title_en: str
    key_variable: str
    address_variable: str
    address: str
    query: Callable[[str, str, str], dict[str, str]]
    read: Callable[[Mapping[str, Any]], list[Found]]

    def called(self, lang: str) -> str:
        """Return what it is called in a language."""
        return self.title if lang == "zh" else self.title_en


@dataclass(frozen=True, slots=True)
class Geocoder:
    """Asks a service.

    Parameters
    ----------
    name
        One of :data:`SERVICES`.
    key
        Its key; it is in no text of this object.
    address
        Where to ask instead, such as a service of one's own network.

    Examples
    --------
    >>> Geocoder("amap", "secret")
    Geocoder(name='amap', address='')
    """

    name: str
    key: str = field(repr=False)
    address: str = ""

    def __post_init__(self) -> None:
        require_one_of(self.name, SERVICES, "geocoder", function="Geocoder")
        if not self.key.strip():
            raise self._error("no_key", variable=self.service.key_variable)
        if urlsplit(self.address or self.service.address).scheme not in {"http", "https"}:
            raise self._error("address", variable=self.service.address_variable)

    @property
    def service(self) -> Service:
        """The service that it asks."""
        return SERVICES[self.name]

    def ask(self, address: str, *, city: str = "") -> list[Found]:
        """Return the places of an address, the likeliest first.

        Parameters
        ----------
        address
            Address or name.
        city
            City that it is in, empty where that is not known.

        Raises
        ------
        GeocoderError
            There is none, or the service cannot be asked; the text never holds the key.
        """
        query = self.service.query(address, city, self.key.strip())
        parameters = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        url = f"{self.address or self.service.address}?{parameters}"
        body = self._body(url)
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            raise self._error("answer") from None
        if not isinstance(content, dict):
            raise self._error("answer")
        try:
            places = self.service.read(content)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            if isinstance(error, _SaidError):
                raise self._error(error.kind, reason=self._masked(error.reason)) from None
            raise self._error("answer") from None
        if not places:
            raise self._error("empty", reason="")
        return places[:MOST_ANSWERS]

    def _body(self, url: str) -> bytes:
        """Return what is answered; errors of the library, which may hold the address, end here."""
        until = time.monotonic() + WHOLE_S
        asked = Request(url, headers={"User-Agent": USER_AGENT})  # noqa: S310 - http alone, above
        try:
            with build_opener(_NoRedirect).open(asked, timeout=TIMEOUT_S) as reply:
                return self._read(reply, until)
        except HTTPError as error:
            status = error.code
            error.close()
            raise self._error(_kind_of(status), status=str(status)) from None
        except TimeoutError:
            raise self._error("timeout") from None
        except URLError as error:
            late = isinstance(error.reason, TimeoutError)
            raise self._error("timeout" if late else "unreachable") from None
        except (OSError, HTTPException, ValueError) as error:
            if isinstance(error, GeocoderError):
                raise
            raise self._error("unreachable") from None

    def _read(self, reply: Any, until: float) -> bytes:  # noqa: ANN401 - the library's reply
        body = b""
        while chunk := reply.read1(CHUNK_BYTES):
            body += chunk
            if len(body) > MOST_BYTES:
                raise self._error("huge", most=MOST_BYTES // 1_000_000)
            if time.monotonic() > until:
                raise self._error("slow", seconds=round(WHOLE_S))
        return body

    def _masked(self, text: str) -> str:
        return text.replace(self.key.strip(), "***")[:200]

    def _error(self, kind: str, **values: object) -> GeocoderError:
        told: dict[str, Any] = {
            "service": self.service.title,
            "service_en": self.service.title_en,
            "variable": self.service.key_variable,
        } | values
        code = f"geocoder.{kind}"
        words = sentence(code, "en", told)
        return GeocoderError(f"Geocoder({self.name!r}): {words}", code=code, **told)


class _NoRedirect(HTTPRedirectHandler):
    """Follows nobody elsewhere: the key would go there too."""

    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - as the library has it
        return None


class _SaidError(ValueError):
    """The service itself says that it gives no place."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind, self.reason = kind, reason


def _kind_of(status: int) -> str:
    if status in FORBIDDEN:
        return "key"
    if status in TOO_MANY:
        return "quota"
    return "redirect" if status in REDIRECTS else "http"


def _place(lon: object, lat: object, datum: str, level: object, name: object) -> Found:
    texts = str(lon), str(lat)
    if not all(map(_DEGREES.fullmatch, texts)):
        raise ValueError("no coordinate")
    x, y = map(float, texts)
    if abs(x) > 180.0 or abs(y) > 90.0:  # noqa: PLR2004 - degrees
        raise ValueError("no coordinate")
    words = level if isinstance(level, str) else ""
    accuracy_m = ACCURACY_M.get(words, UNKNOWN_M)
    return Found(x, y, datum, words[:20], name[:60] if isinstance(name, str) else "", accuracy_m)


def _of_tianditu(content: Mapping[str, Any]) -> list[Found]:
    status = str(content["status"])
    if status == "101":
        return []
    if status != "0":
        raise _SaidError("failed", f"{status} {content.get('msg', '')}")
    at = content.get("location") or {}
    if not at:
        return []
    return [_place(at["lon"], at["lat"], "CGCS2000", at.get("level"), at.get("keyWord"))]


def _of_amap(content: Mapping[str, Any]) -> list[Found]:
    code = str(content.get("infocode", ""))
    if str(content["status"]) != "1":
        kinds = {"key": _AMAP_KEY, "quota": _AMAP_QUOTA, "often": _AMAP_OFTEN}
        kind = next((kind for kind, codes in kinds.items() if code in codes), "failed")
        raise _SaidError(kind, f"{code} {content.get('info', '')}")
    answers = [
        each
        for each in content["geocodes"]
        if not isinstance(each, dict) or each.get("location", "none")
    ]
    places = [place for place in map(_of_amap_one, answers) if place is not None]
    if answers and not places:
        raise ValueError("no answer is a place")
    return places


def _of_amap_one(each: Mapping[str, Any]) -> Found | None:
    """Return the place of one answer, None where it has not the form of one."""
    try:
        lon, lat = each["location"].split(",")
        return _place(lon, lat, "GCJ-02", each.get("level"), each.get("formatted_address"))
    except (AttributeError, LookupError, TypeError, ValueError):
        return None


def _ask_tianditu(address: str, city: str, key: str) -> dict[str, str]:
    whole = address if address.startswith(city) else city + address
    return {"ds": json.dumps({"keyWord": whole}, ensure_ascii=False), "tk": key}


def _ask_amap(address: str, city: str, key: str) -> dict[str, str]:
    asked = {"address": address, "city": city, "output": "JSON", "key": key}
    return {name: value for name, value in asked.items() if value}


SERVICES = {
    "tianditu": Service(
        *("天地图", "Tianditu", "TIANDITU_KEY", "TIANDITU_GEOCODER"),
        *("https://api.tianditu.gov.cn/geocoder", _ask_tianditu, _of_tianditu),
    ),
    "amap": Service(
        *("高德", "AMap", "AMAP_KEY", "AMAP_GEOCODER"),
        *("https://restapi.amap.com/v3/geocode/geo", _ask_amap, _of_amap),
    ),
}
