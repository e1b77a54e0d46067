"""The web map: a folium map whose every file is our own and inside the one page it is saved to."""

from __future__ import annotations

import base64
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast, runtime_checkable

import folium
from branca.element import Element, Figure
from folium.template import Template

from geo.arguments import brief
from geo.doors import door
from geo.errors import InputError
from layers.look.basemaps import VECTOR, basemaps
from layers.look.outside import clean_statement
from layers.type.outside_texts import NAME, Cleaner
from layers.web.document import content_document, map_document, to_json
from layers.web.story import story_document
from layers.words import both

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from layers.look.content import Content
    from layers.look.overlays import Overlay
    from layers.look.statement import Statement
    from layers.web.story import Step

ASSETS = Path(__file__).parents[1] / "assets"
# In the order in which a page must load them; index.html lists the same.
STYLES = ("vendor/leaflet.css", "atlas.css")
SCRIPTS = (
    "vendor/leaflet.js",
    "vendor/supercluster.min.js",
    "datum.js",
    "numerals.js",
    "symbols.js",
    "model.js",
    "labels.js",
    "requests.js",
    "points.js",
    "shapes.js",
    "card.js",
    "walk.js",
    "time.js",
    "panels.js",
    "search.js",
    "draw.js",
    "measure.js",
    "linked.js",
    "selection.js",
    "base.js",
    "atlas.js",
)
JQUERY = "vendor/jquery.slim.min.js"
# Of pages that are told step by step.
STORY = "story.js"
ICONS = {
    "iconUrl": "vendor/images/marker-icon.png",
    "iconRetinaUrl": "vendor/images/marker-icon-2x.png",
    "shadowUrl": "vendor/images/marker-shadow.png",
}
_SIZE = re.compile(r"\d+(\.\d+)?(px|%)")


class AtlasMap(folium.Map):
    """A folium map that draws an atlas document and asks no host for anything.

    Saved to a file or shown in a notebook it is one page with all scripts, styles and data
    inside. Other folium elements can be added with ``.add_to(map)``; one that brings files of
    its own (a folium plugin) still fetches those from where folium keeps them, and such
    elements are not shifted on a GCJ-02 base map.

    Parameters
    ----------
    document
        See :func:`layers.map_document`.
    height
        CSS height in px or percent.
    title
        Title of the page; the name of the plan's atlas when empty.
    statement
        What the map is, in words: its foot, which opens.
    steps
        What is told on the page, step by step; nothing where there are none.
    """

    # folium lists its hosts here; ours is the page itself.
    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - as folium declares it
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <meta name="viewport" content="width=device-width, initial-scale=1.0">
            <title>{{ this.page_title|e }}</title>
            <style>{{ this.styles }}</style>
            <style>
                html, body { width: 100%; height: 100%; margin: 0; padding: 0; }
                #{{ this.get_name() }} { width: 100%; height: {{ this.css_height }}; }
            </style>
            {% for script in this.scripts %}<script>{{ script }}</script>
            {% endfor %}
        {% endmacro %}

        {% macro html(this, kwargs) %}
            <div class="folium-map" id="{{ this.get_name() }}"
                {%- if this.told %} role="region" aria-label="{{ this.told.alternative|e }}"
                {%- endif %}></div>
            {% if this.told %}<details class="atlas-statement">
                <summary>{{ this.told.title|e }}　{{ this.told.imprint|e }}</summary>
                {{ this.told.definitions }}
            </details>{% endif %}
            <script type="application/json" id="{{ this.get_name() }}_document">
            {{- this.json -}}
            </script>
            {% if this.steps %}<script type="application/json" id="{{ this.get_name() }}_steps">
            {{- this.steps_json -}}
            </script>{% endif %}
        {% endmacro %}

        {% macro script(this, kwargs) %}
            L.Icon.Default.mergeOptions({{ this.icons|tojson }});
            delete L.Icon.Default.prototype._getIconUrl;
            var {{ this.get_name() }}_view = Atlas.create(
                "{{ this.get_name() }}",
                JSON.parse(document.getElementById("{{ this.get_name() }}_document").textContent)
            );
            var {{ this.get_name() }} = {{ this.get_name() }}_view.map;
            {% if this.steps %}Atlas.tell(
                {{ this.get_name() }}_view,
                JSON.parse(document.getElementById("{{ this.get_name() }}_steps").textContent)
            );{% endif %}
        {% endmacro %}
        """
    )

    def __init__(
        self,
        document: Mapping[str, Any],
        *,
        height: str = "100%",
        title: str = "",
        statement: Statement | None = None,
        steps: Sequence[Step] = (),
    ) -> None:
        if not isinstance(height, str) or not _SIZE.fullmatch(height):
            raise InputError(
                f"web_map: height={brief(height)}; write it as '600px' or '100%'",
                code="caller.argument",
                function="web_map",
            )
        (south, west), (north, east) = document["bounds"]
        super().__init__(
            location=[(south + north) / 2, (west + east) / 2],
            tiles=None,
            zoom_control=False,
            height=height,
        )
        self.document, self.steps = _for_files(document), steps
        cleaner = Cleaner(drawn=False)
        self.told = statement and clean_statement(statement, cleaner)
        told = title or (statement.title if statement else both("app.title")[0])
        self.page_title = cleaner.text(told, NAME)
        self.css_height = height
        if height.endswith("px"):
            self._figure.height = height

    @property
    def _figure(self) -> Figure:
        return cast("Figure", self.get_root())

    @property
    def json(self) -> str:
        """The document, safe inside a script element."""
        return to_json(self.document)

    @property
    def steps_json(self) -> str:
        """What is told, safe inside a script element."""
        return to_json(story_document(self.steps))

    @property
    def styles(self) -> str:
        """All style sheets as one text, with their pictures inside."""
        return "\n".join(_inlined(name) for name in STYLES)

    @property
    def scripts(self) -> list[str]:
        """All scripts, in order."""
        return [_inlined(name) for name in (*SCRIPTS, *([STORY] if self.steps else []))]

    @property
    def icons(self) -> dict[str, str]:
        """Pictures of Leaflet's plain marker, for folium elements that use it."""
        return {option: _data_url(name) for option, name in ICONS.items()}

    def render(self, **kwargs: Any) -> None:  # type: ignore[override]  # noqa: ANN401
        """Add the map to its figure, and jQuery when a folium element (a popup) calls it."""
        figure = self._figure
        for part in ("header", "html", "script"):
            written = _Written(getattr(self._template.module, part)(self, kwargs))
            getattr(figure, part).add_child(written, name=self.get_name())
        for child in self._children.values():
            child.render(**kwargs)
        if "$(" in figure.script.render():
            figure.header.add_child(_Written(f"<script>{_inlined(JQUERY)}</script>"), name="jquery")


class _Written(Element):
    """A part of a page as it stands.

    branca itself takes what it is given for a template, and would run what a title or a name in a
    file has in braces.
    """

    def __init__(self, text: str) -> None:
        super().__init__("{{ this.text }}")
        self.text = text


def _for_files(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document that may be handed on: no base map is in it that may not."""
    allowed = {name for name, base in basemaps().items() if base.in_files}
    kept = [each for each in document["basemaps"] if each["name"] in allowed]
    if len(kept) == len(document["basemaps"]):
        return document
    base = document["base"] if document["base"] in allowed else VECTOR
    return {**document, "basemaps": kept, "base": base}


@runtime_checkable
class Specified(Protocol):
    """What says of itself what a map shows and is: a specification."""

    def content(self) -> Content:
        """Return what the map shows, and what it says of itself."""

    def statement(self) -> Statement:
        """Return what the map is, in words."""


@door
def web_map(
    names: Specified | Mapping[str, gpd.GeoDataFrame] | Sequence[str] | None = None,
    *,
    lang: str = "zh",
    basemap: str = "vector",
    visible: Sequence[str] | None = None,
    selected: tuple[str, str] | None = None,
    overlays: Sequence[Overlay] = (),
    height: str = "100%",
) -> AtlasMap:
    """Return an interactive map of layers and results that works with no network.

    Parameters
    ----------
    names
        Names of layers, or frames by layer name; all layers with geometry when None. Or a
        specification, which says all but the height.
    lang
        Language it opens in, ``"zh"`` or ``"en"``.
    basemap
        ``"vector"`` (drawn from the layers, needs no host), ``"osm"``, ``"tianditu"``,
        ``"tianditu_img"`` or ``"amap"``. The page asks the reader for a Tianditu key; a key
        is never part of the map.
    visible
        Layers that are switched on; see :func:`layers.map_document`.
    selected
        Layer and id of a feature to outline, with its card open.
    overlays
        :class:`~layers.Choropleth`, :class:`~layers.Surface`,
        :class:`~layers.Features` or :class:`~layers.Points`.
    height
        CSS height, ``"600px"`` or ``"100%"``.

    Returns
    -------
    AtlasMap
        A :class:`folium.Map`: shown by a notebook, saved with ``.save("map.html")``.

    Raises
    ------
    LayerError, CRSError, InputError
        As :func:`layers.map_document`; InputError also for a height that is
        neither px nor percent.

    Examples
    --------
    >>> page = web_map(["cities", "axes", "circles"]).get_root().render()
    >>> "https://cdn" in page
    False
    """
    if isinstance(names, Specified):
        content = names.content()
        return AtlasMap(content_document(content), height=height, statement=content.statement)
    document = map_document(
        names, lang=lang, basemap=basemap, visible=visible, selected=selected, overlays=overlays
    )
    return AtlasMap(document, height=height)


def content_page(content: Content, steps: Sequence[Step] = ()) -> str:
    """Return one HTML page with what a map shows: scripts, data and base map are inside.

    Parameters
    ----------
    content
        What it shows, and what it says of itself: at its foot.
    steps
        What is told on it, step by step.
    """
    page = AtlasMap(content_document(content), statement=content.statement, steps=steps)
    figure = page.get_root()
    # folium draws lots for the ids of its elements: with fixed ones a page can be made again.
    page._id, figure._id = "map", "page"  # noqa: SLF001
    text: str = figure.render()
    return text


def vendor_missing() -> list[str]:
    """Return the third-party files that the build has not put in place."""
    wanted = [*STYLES, *SCRIPTS, STORY, JQUERY, *ICONS.values()]
    return [name for name in wanted if not (ASSETS / name).is_file()]


@cache
def _inlined(name: str) -> str:
    """Return a style sheet or script as it may stand inside a page."""
    text = _read(name).decode("utf-8")
    text = re.sub(r"//# sourceMappingURL=.*", "", text)
    if name.endswith(".css"):
        folder = name.rpartition("/")[0]
        return re.sub(
            r"url\(([\w./-]+\.png)\)",
            lambda match: f"url({_data_url(f'{folder}/{match[1]}')})",
            text,
        )
    return re.sub(r"</(script)", r"<\\/\1", text, flags=re.IGNORECASE)


@cache
def _data_url(name: str) -> str:
    return f"data:image/png;base64,{base64.b64encode(_read(name)).decode('ascii')}"


def _read(name: str) -> bytes:
    path = ASSETS / name
    if not path.is_file():
        raise InputError(
            f"web_map: {name} is missing from the package; it is put in place at build time. "
            "In a checkout run 'python hatch_build.py' once",
            code="caller.package",
            name=name,
        )
    return path.read_bytes()
