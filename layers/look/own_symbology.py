"""The reader's own colours: what a specification changes in the symbology of one map.

They are put into what a map shows, before any renderer sees it, so that the web map, the print, the
legends and the slides cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from geo.errors import InputError
from layers.look.overlays import RAMP, Choropleth, Surface
from layers.look.palettes import COLOUR, PLAN_PANES, TEXT_CONTRAST, contrast
from layers.look.styles import WHITE, looks
from layers.look.symbology import layer_style, layer_styles
from layers.plan.catalogue import load

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.look.content import Content
    from layers.look.styles import Label, LayerStyle, Style

# An area that is paler is known by its outline, which then has the colour too.
PALE = 0.5


@dataclass(frozen=True, slots=True)
class OwnSymbology:
    """Colours of layers and of results that stand in place of those of ``data/symbology.json``.

    Parameters
    ----------
    colours
        ``"#RRGGBB"`` by layer (``"parks"``) or by one class of it (``"platforms/laboratory"``),
        which goes before its layer. In layers whose features have colours of their own
        (``circles``, ``cities``, ``axes``, ``metro``) the classes are the ids of the features.
        On a grey sheet they are as light as they are in colour.
    ramp
        Colours of results from low to high, see :func:`layers.look.symbology.palette`.

    Raises
    ------
    InputError
        If there is no such layer, class or ramp, or a colour is none: every problem is named.

    Examples
    --------
    >>> own = OwnSymbology({"parks": "#B5651D", "platforms/laboratory": "#7A0177"}, "cividis")
    >>> OwnSymbology({"nodes/a": "#000000"})
    Traceback (most recent call last):
    geo.errors.InputError: symbology: 'nodes/a': the layer has no classes; write 'nodes'
    """

    colours: dict[str, str] = field(default_factory=dict)
    ramp: str = RAMP

    def __post_init__(self) -> None:
        problems = {
            colour: f"{colour!r} for {name!r} is no colour; write it as '#RRGGBB'"
            for name, colour in self.colours.items()
            if not COLOUR.fullmatch(colour)
        }
        problems |= {name: problem for name in self.colours if (problem := _unknown(name))}
        ramps = sorted(looks()["palettes"])
        if self.ramp not in ramps:
            problems[self.ramp] = f"there is no ramp {self.ramp!r}; choose from {', '.join(ramps)}"
        if problems:
            raise InputError(
                "symbology: " + "; ".join(problems.values()),
                code="symbology.wrong",
                names=list(problems),
            )

    def applied(self, content: Content) -> Content:
        """Return the same map in these colours."""
        styles: dict[str, LayerStyle] = {}
        frames = dict(content.frames)
        for name in dict.fromkeys(each.partition("/")[0] for each in self.colours):
            style = content.style(name)
            styles[name] = self._layer(name, style)
            if name in frames and style.colour_field is not None:
                frames[name] = self._features(name, frames[name], style.colour_field)
        overlays = tuple(
            replace(each, ramp=self.ramp) if isinstance(each, Choropleth | Surface) else each
            for each in content.overlays
        )
        return replace(content, frames=frames, overlays=overlays, styles=styles)

    def _layer(self, name: str, style: LayerStyle) -> LayerStyle:
        classes = {
            value: _coloured(look, self._of(name, value)) for value, look in style.classes.items()
        }
        return replace(
            style,
            style=_coloured(style.style, self._of(name)),
            classes=classes,
            label=_named(style, self._all(name)),
        )

    def _features(self, name: str, frame: gpd.GeoDataFrame, column: str) -> gpd.GeoDataFrame:
        """Return features with the colours that they bring with them changed."""
        pairs = zip(frame["id"], frame[column], strict=True)
        return frame.assign(**{column: [self._of(name, key) or own for key, own in pairs]})

    def _of(self, name: str, value: str = "") -> str | None:
        colour = self.colours.get(f"{name}/{value}") or self.colours.get(name)
        return None if colour is None else colour.upper()

    def _all(self, name: str) -> list[str]:
        return [each for key, each in self.colours.items() if key.partition("/")[0] == name]


def _coloured(style: Style, colour: str | None) -> Style:
    if colour is None:
        return style
    outlined = bool(style.edge) and style.fill_opacity < PALE
    return replace(style, colour=colour, edge=colour if outlined else style.edge)


def _named(style: LayerStyle, colours: list[str]) -> Label:
    """Return how features are named: in their own colour, and so that it can be read."""
    label = style.label
    if label.halo != WHITE:
        if all(contrast(label.colour, colour) >= TEXT_CONTRAST for colour in colours):
            return label
        return replace(label, colour="field", halo=WHITE)
    if style.pane in PLAN_PANES and style.classes:
        return replace(label, colour="field")
    return label


def _unknown(name: str) -> str | None:
    """Return what is wrong with the name of a layer or a class, None if nothing is."""
    layer, slash, value = name.partition("/")
    if layer not in layer_styles():
        return f"{name!r}: there is no layer {layer!r}; choose from {', '.join(layer_styles())}"
    if not slash:
        return None
    style = layer_style(layer)
    classes = load(layer)["id"].tolist() if style.classify == "id" else list(style.classes)
    if not classes:
        return f"{name!r}: the layer has no classes; write {layer!r}"
    if value not in classes:
        return f"{name!r}: {layer} has no class {value!r}; choose from {', '.join(classes)}"
    return None
