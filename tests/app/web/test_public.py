"""A service for the public: nobody uploads, marks or draws, and places are coarser."""

from __future__ import annotations

import io
import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from app.texts import both
from app.web import controls, maps
from app.web.public import UPLOADING, as_known, is_closed, is_public, vector_file
from geo.errors import InputError
from layers.look.reduced import DECIMALS
from layers.plan.catalogue import load
from layers.questions.kinds import kind_of


@pytest.mark.parametrize("named", ["public", "公开"])
def test_pages_of_uploads_are_closed_to_the_public(monkeypatch, named):
    assert not is_public()
    monkeypatch.setenv("XIANGJIANG_PROFILE", named)
    assert is_public()
    drawn = []
    monkeypatch.setattr(controls.st, "page_link", lambda _page, label: drawn.append(label))
    for page in UPLOADING:
        assert is_closed(page)
        assert all(both(f"not_public.{page}"))
        controls.link_to(page, page)
    controls.link_to("density", "density")
    assert not is_closed("density")
    assert drawn == ["density"]


def test_an_unknown_profile_is_refused(monkeypatch):
    monkeypatch.setenv("XIANGJIANG_PROFILE", "secret")
    with pytest.raises(InputError, match="secret"):
        is_public()


def test_the_map_of_the_public_has_coarser_places(monkeypatch):
    monkeypatch.setenv("XIANGJIANG_PROFILE", "public")
    document = json.loads(maps.document.__wrapped__(kind_of("overview")(), lang="zh"))
    (nodes,) = (each for each in document["layers"] if each["id"] == "nodes")
    assert document["claims"] == {}
    places = [each for each in nodes["points"] if each is not None]
    assert places
    stops = [stop for each in document["layers"] for stop in each["stops"]]
    places += [stop[key] for stop in stops for key in ("lon", "lat")]
    assert stops
    assert [round(each, DECIMALS) for each in places] == places


def test_what_pages_hand_out_to_the_public_is_as_coarse_as_their_maps(monkeypatch):
    frame = load("circles")
    fine = vector_file(frame, ".geojson")
    monkeypatch.setenv("XIANGJIANG_PROFILE", "public")
    coarse = gpd.read_file(io.BytesIO(vector_file(frame, ".geojson"))).geometry
    for shown in (coarse, as_known(frame).geometry):
        places = shapely.get_coordinates(shown)
        assert (places.round(DECIMALS) == places).all()
    assert fine != vector_file(frame, ".geojson")
    for page in Path("app/pages").glob("*.py"):
        assert "vector_bytes" not in page.read_text("utf-8"), page
