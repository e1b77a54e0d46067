"""The errors that the atlas raises: one small tree, each with a builtin parent.

An error has two texts. ``str(error)`` is for who calls a function: what was passed, what is
allowed, what to call instead. `AtlasError.sentence` is for who looks at a map: the same refusal in
a planner's words, Chinese or English, with what to do; it comes from the catalogue in
:mod:`geo.wording` by the error's ``code``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.wording import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.findings import Finding


class AtlasError(Exception):
    """Anything that the atlas itself refuses; its text says what to do next.

    Parameters
    ----------
    message
        For who calls the function: function, got, allowed, next step.
    code
        Key of the sentence for a reader of the page; empty where only code can cause the error.
    **values
        What the sentence of that code is filled in with.

    Examples
    --------
    >>> error = AtlasError("read_vector: a.kml is empty.", code="file.empty", name="a.kml")
    >>> error.sentence("zh")
    'a.kml 是空文件。请重新导出后再导入。'
    """

    # What else was noticed that bears on the refusal, each with a sentence of its own.
    findings: Sequence[Finding] = ()
    # What would let it be read: "correct" or "as_is", as `geo.read_file` takes them.
    remedies: Sequence[str] = ()

    def __init__(self, message: str = "", *, code: str = "", **values: object) -> None:
        super().__init__(message)
        self.code = code
        self.values = values

    def sentence(self, lang: str) -> str:
        """Return the refusal in a reader's words, ``"zh"`` or ``"en"``."""
        return sentence(self.code or "refused", lang, self.values)


class CRSError(AtlasError, ValueError):
    """A coordinate reference system is missing, wrong for the method, or mixed."""


class InputError(AtlasError, ValueError):
    """An argument or a value in the data is outside what the method takes."""


class CallError(AtlasError, TypeError):
    """A function was called with an option that it does not have, or without one that it needs."""


class LayerError(AtlasError, LookupError):
    """A layer was asked for that the atlas does not have."""
