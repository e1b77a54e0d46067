from __future__ import annotations

import pytest

from geo.errors import InputError
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
