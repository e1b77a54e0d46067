"""The web map inside a Streamlit page: documents go in, clicks come out, nothing else does.

Pan, zoom, visible layers and base map stay in the browser, which writes them into the page's
address (``view=lat,lon,zoom``, ``layers=a.b.c``, ``base=name``) without running the page again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit.components.v1 as components

from geo.errors import InputError
from layers.document import to_json
from layers.webmap import ASSETS, vendor_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

_component = components.declare_component("xiangjiang_map", path=str(ASSETS))


def map_view(
    document: Mapping[str, Any] | str,
    *,
    key: str,
    height: int,
    tianditu_key: str | None = None,
    url_state: bool = True,
) -> dict[str, str] | None:
    """Draw a map and return the feature that the visitor clicked last.

    The map stays as it is between runs of the page: a new document changes only what differs,
    and the visitor's view and choices stay.

    Parameters
    ----------
    document
        From :func:`layers.map_document`, or the same as JSON text.
    key
        Key of the widget, unique on the page.
    height
        Height of the map, px.
    tianditu_key
        Tianditu browser key for this visit; it goes to the running page only.
    url_state
        Keep the view in the page's address. Only one map of a page can.

    Returns
    -------
    dict or None
        ``{"layer": …, "id": …}``, or None when nothing is selected.

    Raises
    ------
    InputError
        If the page's third-party files have not been put in place.
    """
    missing = vendor_missing()
    if missing:
        raise InputError(
            f"map_view: {', '.join(missing)} missing from the package; "
            "in a checkout run 'python hatch_build.py' once"
        )
    report: dict[str, Any] | None = _component(
        document=document if isinstance(document, str) else to_json(document),
        height=height,
        tianditu_key=tianditu_key,
        url_state=url_state,
        key=key,
        default=None,
    )
    return clicked(report)


def clicked(report: dict[str, Any] | None) -> dict[str, str] | None:
    """Return the feature in what the map last told, None when that was a click beside all."""
    if not report or "id" not in report:
        return None
    return {"layer": report["layer"], "id": report["id"]}
