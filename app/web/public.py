"""A service that is open to the public: nobody can upload or mark anything on it."""

from __future__ import annotations

import os

from layers.look.sheet import PUBLIC
from layers.review.rulebook import profile_named

# Says whom the app serves; inside where it is not set.
VARIABLE = "XIANGJIANG_PROFILE"
# Pages on which visitors upload or mark something.
UPLOADING = ("own", "locate")


def is_public() -> bool:
    """Whether the app serves the public.

    Raises
    ------
    InputError
        If the variable names no profile.
    """
    named = os.environ.get(VARIABLE)
    return bool(named) and profile_named(str(named)) == PUBLIC


def is_closed(page: str) -> bool:
    """Whether a page is closed because the app serves the public."""
    return page in UPLOADING and is_public()
