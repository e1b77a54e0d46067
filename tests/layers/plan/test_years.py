"""The date that something was made on."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

import pytest

from layers.plan import years


@pytest.mark.parametrize(
    ("greenwich", "china"),
    [((2025, 12, 31, 15, 59), "2025-12-31"), ((2025, 12, 31, 16, 0), "2026-01-01")],
)
def test_a_map_made_in_the_morning_has_the_date_of_that_day_whatever_clock_a_server_has(
    greenwich: tuple[int, ...], china: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime(*greenwich, tzinfo=UTC).astimezone(tz)  # type: ignore[arg-type, misc]

    monkeypatch.setattr(years, "datetime", Clock)
    assert years.today() == china
