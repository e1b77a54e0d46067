"""A map year by year: each frame is what is there by its year, on one ground and one scale."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from geo.errors import InputError
from layers.book import frames
from layers.plan.selection import located
from layers.plan.years import years_of
from layers.record.specification import read_spec


def spec(theme="projects", **more):
    asked = {"map": "overview", "parameters": {"theme": theme}, "lang": "en"} | more
    return read_spec(asked, review_number="internal", size="A3", dpi=300)


@pytest.fixture
def printed(monkeypatch):
    """What would be printed, in place of prints."""
    sheets = []

    def drawn(content, sheet, suffix):
        sheets.append((content, sheet))
        file = io.BytesIO()
        picture = Image.new("RGB", (40, 20), "white")
        picture.paste("black", (0, 0, len(sheets), 20))
        picture.save(file, suffix[1:])
        return file.getvalue()

    monkeypatch.setattr(frames, "printed", drawn)
    return sheets


def test_each_frame_says_its_year_and_shows_what_is_there_by_then(printed):
    steps = []
    made = frames.frames(spec(), progress=lambda *step: steps.append(step))
    whole = located(spec().content().frames["projects"])
    years = years_of("projects", whole).dropna().astype(int)
    span = list(range(years.min(), years.max() + 1))
    assert [int(title) for _, _, title in steps] == span
    for year, (content, sheet) in zip(span, printed, strict=True):
        assert sheet.title.endswith(f"by {year}")
        undated = len(whole) - len(years)
        assert f"{undated} of {len(whole)} features have no year" in sheet.subtitle
        assert (sheet.size, sheet.dpi) == (frames.FRAME_SIZE, frames.FRAME_DPI)
        assert len(located(content.frames["projects"])) == (years <= year).sum()
        assert f"By {year}" in content.statement.text()
    assert len({content.extent for content, _ in printed}) == 1
    # The largest of all years is the largest of each.
    assert len({content.style("projects").size.largest for content, _ in printed}) == 1
    with Image.open(io.BytesIO(made)) as moving:
        assert (moving.n_frames, moving.info["loop"]) == (len(span), 0)


def test_a_year_ends_the_frames_and_of_many_some_are_drawn(printed, monkeypatch):
    frames.frames(spec(year=2024))
    titles = [sheet.title for _, sheet in printed]
    assert titles[-1].endswith("2024")
    monkeypatch.setattr(frames, "MOST_FRAMES", 2)
    printed.clear()
    frames.frames(spec(year=2024))
    assert len(printed) == 2
    assert printed[-1][1].title == titles[-1]


def test_a_map_without_years_is_refused_in_words():
    with pytest.raises(InputError, match="switch on one of") as caught:
        frames.frames(spec("224"))
    assert caught.value.code == "frames.none"


@pytest.mark.parametrize(
    ("asked", "is_playable"),
    [
        # Projects are switched off there, and can be switched on.
        ({"map": "overview", "parameters": {"theme": "224"}}, True),
        ({"map": "distribution"}, True),
        ({"map": "density"}, False),
    ],
)
def test_what_no_switch_can_play_is_known_before(asked, is_playable):
    content = read_spec(asked, review_number="internal").content()
    assert frames.playable(content) == is_playable


def test_years_that_nearly_nothing_has_are_not_played():
    with pytest.raises(InputError) as refused:
        frames.frames(spec("platforms"))
    assert refused.value.code == "frames.undated"
    assert "whatever the year" in refused.value.sentence("en")
