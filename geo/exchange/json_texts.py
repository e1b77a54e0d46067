"""Texts of JSON of any length: parsed value by value, of which a few megabytes stand in memory.

A text is decoded piece by piece. A value that goes on behind the piece is parsed again with the
next one, so that values are the same wherever pieces end.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import InputError

if TYPE_CHECKING:
    from geo.exchange.encodings import Decoded

MAX_NESTING = 64
_SPACE, _COMMA = re.compile("[ \t\r\n\x1e]*"), re.compile("[ \t\r\n\x1e]*,[ \t\r\n\x1e]*")
_NOT_NESTING = bytes(set(range(256)) - set(b'"[]{}'))
_STEPS = np.zeros(256, dtype=np.int8)
_STEPS[list(b"[{")], _STEPS[list(b"]}")] = 1, -1
# Where a text breaks off a number, a word or an escape sequence is shorter than this.
_LONGEST_SIGN = 16
# A backslash that is meant, a character of two halves, or one half alone.
_HALVES = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def whole_characters(text: str) -> str:
    r"""Replace halves of characters that JSON writes out: no text of a table can hold one.

    Examples
    --------
    >>> whole_characters(r'"\ud83d\ude00 \ud83d \\ud83d"')
    '"\\ud83d\\ude00 \\ufffd \\\\ud83d"'
    """
    if "\\" not in text or ("\\ud" not in text and "\\uD" not in text):
        return text
    return _HALVES.sub(lambda match: match[0] if match[1] is None else r"\ufffd", text)


def require_flat(text: Decoded, *, name: str) -> None:
    """Refuse JSON that is nested deeper than features are, before it is parsed.

    Parameters
    ----------
    text
        The text.
    name
        Of the file.

    Raises
    ------
    InputError
        It is nested deeper than 64.

    Examples
    --------
    >>> from geo.exchange.encodings import decoded
    >>> require_flat(decoded(b'{"a": "[[[["}', name="a.json"), name="a.json")
    """
    nesting = _Nesting(name)
    for piece in text.pieces():
        nesting.require_flat(piece)


class _Nesting:
    """How deep a text is nested behind the pieces of it that were looked at."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._depth = self._quotes = 0
        self._rest = b""

    def require_flat(self, piece: str) -> None:
        octets = self._rest + piece.encode("utf-8", "replace")
        # A backslash belongs to what follows it, in the next piece too.
        self._rest = b"\\" * ((len(octets) - len(octets.rstrip(b"\\"))) % 2)
        octets = octets.replace(b"\\\\", b"").replace(b'\\"', b"")
        signs = np.frombuffer(octets.translate(None, _NOT_NESTING), dtype=np.uint8)
        if not signs.size:
            return
        quotes = np.cumsum(signs == ord('"'), dtype=np.int32) + self._quotes
        depth = np.cumsum(np.where(quotes % 2, 0, _STEPS[signs]), dtype=np.int32) + self._depth
        self._quotes, self._depth = int(quotes[-1]) % 2, int(depth[-1])
        deepest = int(depth.max())
        if deepest > MAX_NESTING:
            raise InputError(
                f"{self._name} is nested {deepest} deep, at most {MAX_NESTING} are read. "
                "Export it again as plain GeoJSON.",
                code="file.nested",
                name=self._name,
                most=MAX_NESTING,
            )


def broken(name: str, error: Exception, place: tuple[int, int] = (1, 1)) -> InputError:
    """Return the refusal of a text that is no JSON, with the place where it breaks off.

    Parameters
    ----------
    name
        Of the file.
    error
        What the parser says.
    place
        Line and column where the text breaks off.
    """
    line, column = place
    return InputError(
        f"{name} cannot be read as GeoJSON (line {line}, column {column}: "
        f"{getattr(error, 'msg', error)}). Export it again.",
        code="file.json_broken",
        name=name,
        line=line,
        column=column,
    )


class JsonText:
    """A text of JSON that is taken from its beginning to its end.

    What is nested deeper than features are is refused before it is parsed.

    Parameters
    ----------
    text
        The text; halves of characters in it are replaced. Where it breaks off, methods raise
        `json.JSONDecodeError`.
    name
        Of the file, for messages.

    Attributes
    ----------
    pieces
        How many were decoded so far.

    Examples
    --------
    >>> from geo.exchange.encodings import decoded
    >>> text = JsonText(decoded(b'{"a": [1, 2]}', name="a.json"), "a.json")
    >>> text.skip(), text.key(), text.sign(), text.value(), text.sign()
    ('{', 'a', '[', [1, 2], '}')
    """

    def __init__(self, text: Decoded, name: str) -> None:
        self.pieces = 0
        self._name, self._whole, self._source = name, text, text.told_pieces()
        self._nesting = _Nesting(name)
        self._decode = json.JSONDecoder().raw_decode
        # Before and after halves of characters are replaced; of equal length.
        self._written = self._text = ""
        self._at = 0
        self._passed = 0  # characters before those in memory

    def sign(self) -> str:
        """Return the next character that is no space, without taking it; empty at the end."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def skip(self) -> str:
        """Take the next character that is no space."""
        sign = self.sign()
        self._at += len(sign)
        return sign

    def value(self) -> Any:  # noqa: ANN401  as JSON has it
        """Take the value that begins at the next character, which is no space."""
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError as error:
                safe = error.pos < len(self._text) - _LONGEST_SIGN
                if (safe and not error.msg.startswith("Unterminated")) or not self._more():
                    raise
            except ValueError as error:  # Python writes out no whole number of thousands of digits
                raise self.error("A number without end") from error
            else:
                if end < len(self._text) - _LONGEST_SIGN or not self._more():
                    self._at = end
                    return value

    def key(self) -> str:
        """Take the name of a member, the colon after it and the spaces after that."""
        if self.sign() != '"':
            raise self.error("Expecting a name in double quotes")
        key: str = self.value()
        if self.sign() != ":":
            raise self.error("Expecting ':'")
        self._at += 1
        self.sign()
        return key

    def ends(self, end: str) -> bool:
        """Take the comma after a member; say whether there is none, but the end, which stays."""
        comma = _COMMA.match(self._text, self._at)
        if comma and comma.end() < len(self._text):
            self._at = comma.end()
            return self._text[self._at] == end
        sign = self.sign()
        if sign == ",":
            self._at += 1
            return self.sign() == end
        if sign != end:
            raise self.error(f"Expecting ',' or '{end}'")
        return True

    def error(self, words: str) -> json.JSONDecodeError:
        """Return the error of a text that goes on in another way than JSON does."""
        return json.JSONDecodeError(words, self._text, self._at)

    def broken(self, error: Exception) -> InputError:
        """Return the refusal of the text for an error that was raised here."""
        at = self._passed + error.pos if isinstance(error, json.JSONDecodeError) else 0
        return broken(self._name, error, self._whole.place(at))

    def _more(self) -> bool:
        """Put the next piece behind what is not taken yet, at least as much as that is."""
        left = self._written[self._at :]
        new: list[str] = []
        while not new or sum(map(len, new)) < len(left):
            piece = next(self._source, "")
            if not piece:
                break
            self._nesting.require_flat(piece)
            new.append(piece)
        if not new:
            return False
        self.pieces += len(new)
        self._passed += self._at
        self._written = left + "".join(new)
        self._text, self._at = whole_characters(self._written), 0
        return True
