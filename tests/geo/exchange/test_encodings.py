from __future__ import annotations

import pytest

from geo.errors import InputError
from geo.exchange import encodings
from geo.exchange.encodings import canonical, decided, decoded, examine, xml_declared

TEXT = "名称,编号\n岳麓区,0101\n望城区,0102\n"
TRADITIONAL = "名稱,編號\n嶽麓區,0101\n望城區,0102\n"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gbk", "GB18030"),
        ("gb18030", "GB18030"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
    ],
)
@pytest.mark.parametrize("declared", ["", "UTF-8", "GBK", "Big5", "ISO-8859-1"])
def test_bytes_decide_whatever_is_declared(encoding: str, name: str, declared: str) -> None:
    result = decoded(TEXT.encode(encoding), name="a.csv", declared=declared)
    assert (result.text, result.encoding, result.bad) == (TEXT, name, 0)


def test_traditional_characters_in_big5() -> None:
    result = decoded(TRADITIONAL.encode("big5"), name="a.csv")
    assert (result.text, result.encoding) == (TRADITIONAL, "Big5")


def test_a_character_of_four_bytes_is_gb18030() -> None:
    text = "岳麓区𠮷"
    assert decoded(text.encode("gb18030"), name="a.csv").text == text


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_one_bad_byte_is_replaced_and_its_place_named(encoding: str) -> None:
    data = TEXT.encode(encoding) + b"\xff," + TEXT.encode(encoding)
    result = decoded(data, name="a.csv")
    assert result.text == TEXT + "�," + TEXT
    (finding,) = result.findings()
    assert dict(finding.values) == {"places": 1, "line": 4, "column": 1}
    assert finding.level == "warning"
    assert "第 4 行" in finding.sentence("zh")


def test_what_is_no_text_is_refused_with_its_place() -> None:
    with pytest.raises(InputError, match=r"a\.csv is not UTF-8.*line 2, column 1") as caught:
        decoded(b"name\n" + b"\xff" * 60, name="a.csv")
    assert caught.value.code == "encoding.unknown"


def test_how_it_was_decided_is_said() -> None:
    gbk = TEXT.encode("gbk")
    assert decided(b"a", name="a") == ("UTF-8", "encoding.ascii")
    assert decided(gbk, name="a") == ("GB18030", "encoding.evidence")
    assert decided(gbk, name="a", declared="gb2312") == ("GB18030", "encoding.declared")
    assert decided(gbk, name="a", declared="utf8") == ("GB18030", "encoding.against_declaration")
    prolog = '<?xml version="1.0" encoding="UTF-8"?><a>岳麓区</a>'.encode("gbk")
    assert [each.code for each in examine(prolog, "a.kml")] == ["encoding.against_declaration"]


def test_names_of_encodings() -> None:
    for name in ("GBK", "gb2312", "cp936", "936", "ANSI_936", "GB-18030"):
        assert canonical(name) == "GB18030"
    assert canonical("x" * 10_000_000) == ""
    for prolog in (b"<?xml encoding=?>", b"<?xml encoding", b"<?xml encoding='", b"kml"):
        assert xml_declared(prolog) == ""


@pytest.mark.parametrize(
    ("declared", "encoding"), [("Big5", "Big5"), ("GBK", "GB18030"), ("", "GB18030")]
)
def test_where_the_bytes_speak_for_both_the_declared_encoding_is_taken(
    declared: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        encodings, "_commonness", lambda _, encoding: 0.6 - 0.2 * (encoding == "UTF-8")
    )
    assert decided("中文".encode("big5"), name="a", declared=declared)[0] == encoding


@pytest.mark.parametrize(
    ("text", "at", "place"),
    [
        ("ab\ncd", 0, (1, 1)),
        ("ab\ncd", 1, (1, 2)),
        ("ab\ncd", 2, (1, 3)),
        ("ab\ncd", 3, (2, 1)),
        ("ab\ncd", 4, (2, 2)),
        ("\n\n", 2, (3, 1)),
    ],
)
def test_the_place_of_a_character_is_the_same_in_pieces(
    text: str, at: int, place: tuple[int, int]
) -> None:
    for cut in range(len(text) + 1):
        assert encodings._place([text[:cut], text[cut:]], at) == place
    assert encodings._place(list(text), at) == place


@pytest.mark.parametrize(
    ("data", "separator", "bad"),
    [
        (b"a\xffb", b"", 1),
        # A letter that is cut before a separator, or by the end of the last cell, is no damage.
        ("岳".encode()[:2], b"", 1),
        ("岳".encode()[:2], b";", 0),
        (b"\xff;" + "岳".encode()[:2], b";", 0),
        (b"\xff." + "岳".encode()[:2], b";", 1),
        ("岳".encode()[:2] + b";a", b";", 0),
        ("岳".encode()[:2] + b";a", b"", 1),
        (b"\xff" + "岳".encode()[:2] + b";a", b";", 1),
        # What was replaced before stands in the text as it is.
        ("�".encode(), b"", 0),
        ("�".encode() + b"\xff.", b"", 1),
    ],
)
def test_what_cannot_be_read_is_counted(data: bytes, separator: bytes, bad: int) -> None:
    assert encodings._replaced(data, "UTF-8", separator) == bad


@pytest.mark.parametrize(
    ("data", "codec"),
    [
        ("<a/>".encode("utf-16-le"), "utf-16-le"),
        ("<a/>".encode("utf-16-be"), "utf-16-be"),
        (b"a\0", ""),
        (b"<\0a\0", "utf-16-le"),
        (b"abcd" * 9, ""),
        (b"\0" * 40, ""),
        ("岳麓区a".encode("utf-16-le"), ""),
    ],
)
def test_two_bytes_a_letter_are_known_by_their_zeros(data: bytes, codec: str) -> None:
    assert encodings._without_mark(data) == codec


@pytest.mark.parametrize(
    ("prolog", "declared"),
    [
        ("<?xml version='1.0' encoding='GBK'?>", "GBK"),
        ('<?xml encoding = "GBK" standalone="no"?>', "GBK"),
        ("<?xml version='1.0'?><a encoding='GBK'/>", ""),
        ("<a encoding='GBK'/>", ""),
        ("<?xml encoding=GBK?>", ""),
    ],
)
def test_the_encoding_that_a_prolog_names(prolog: str, declared: str) -> None:
    assert xml_declared(prolog.encode()) == declared
    assert xml_declared(prolog.encode("utf-16-le")) == declared


@pytest.mark.parametrize(
    ("data", "bad"),
    [
        # Three places are replaced wherever they are; more of them, up to a tenth of the letters.
        (b"a\xff " * 3, 3),
        (b"a\xff " * 4, None),
        ("岳".encode() * 36 + b"\xff" * 4, 4),
        ("岳".encode() * 35 + b"\xff" * 4, None),
    ],
)
def test_so_much_of_a_text_may_be_damaged(data: bytes, bad: int | None) -> None:
    if bad is not None:
        result = decoded(data, name="a.csv")
        assert (result.encoding, result.bad) == ("UTF-8", bad)
        return
    with pytest.raises(InputError) as caught:
        decoded(data, name="a.csv")
    assert caught.value.code == "encoding.unknown"
