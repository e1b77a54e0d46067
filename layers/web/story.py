"""Steps of a page that is told: what each says, which layers it shows, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layers.type.outside_texts import PROSE, Cleaner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a page that is told.

    Parameters
    ----------
    titles, texts
        What it says, by language.
    layers
        Names of the layers and results that it shows.
    bounds
        South and west, north and east of what it shows, degrees; the whole map where None.
    """

    titles: Mapping[str, str]
    texts: Mapping[str, tuple[str, ...]]
    layers: tuple[str, ...]
    bounds: tuple[tuple[float, float], tuple[float, float]] | None = None


def story_document(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return steps as the page reads them."""
    cleaner = Cleaner(drawn=False)
    return [
        {
            "titles": {lang: cleaner.text(words, PROSE) for lang, words in step.titles.items()},
            "texts": {
                lang: [cleaner.text(words, PROSE) for words in texts]
                for lang, texts in step.texts.items()
            },
            "layers": step.layers,
            "bounds": step.bounds,
        }
        for step in steps
    ]
