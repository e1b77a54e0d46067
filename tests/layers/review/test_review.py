"""The compliance check: each rule passes and fails, and outputs are read as they are."""

from __future__ import annotations

import contextlib
import io
import zipfile
from dataclasses import asdict, replace
from pathlib import Path
from time import process_time

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pypdf import PdfWriter
from pypdf.generic import NameObject, StreamObject

import layers
from geo.errors import InputError
from layers.book.comparison import compared
from layers.keeping.own_notes import Note
from layers.look.content import Content
from layers.look.overlays import Points
from layers.look.reduced import DECIMALS, LEAST_M, coarser, reduced
from layers.look.sheet import Review
from layers.look.standing import base_sources
from layers.outputs import output
from layers.plan.area import open_plan
from layers.record import provenance
from layers.record.specification import read_spec
from layers.review.checking import COLUMNS, NotForThePublicError, passed
from layers.review.findings import RULES
from layers.review.rulebook import ALL_FORMATS, Sensitive, profile_named, rules, sensitive
from layers.review.subject import Subject, bare
from layers.scene.resolved import scene
from layers.words import say

NUMBER = "湘S（2026）012号"
TINY = Path(__file__).resolve().parents[2] / "areas" / "tiny"
ALL_CHINA = (70.0, 3.0, 136.0, 54.0)
FULL = {"author": "设计院", "date": "2026-11-29", "base_number": "GS（2024）0650号"}


def spec(**sheet):
    return read_spec("overview", **({"review_number": "internal"} | FULL | sheet))


def subject(text="", profile="public", *, suffix="", **sheet):
    """A map whose text is given, so that nothing needs to be drawn."""
    found = Subject(sensitive(), spec(**sheet), suffix, b"", {}, profile)
    found.__dict__["text"] = bare(text)
    found.__dict__["raw"] = text
    return found


def showing(frame, name="parks", **more):
    """A map that shows one frame."""
    found = subject(**more)
    found.__dict__["content"] = Content({name: frame}, (name,))
    return found


def verdict(name, found):
    return RULES[name](found).verdict


def place(name, **columns):
    about = {"name_zh": [name], "source_id": ["osm"], **columns}
    return gpd.GeoDataFrame(about, geometry=[shapely.Point(112.934567, 28.123456)], crs=4490)


# ---- the rules as data ----


def test_every_rule_has_a_function_words_in_both_languages_and_a_source() -> None:
    assert set(rules()) == set(RULES)
    for rule in rules().values():
        for words in (rule.title, rule.rule, rule.do, rule.source):
            assert set(words) == {"zh", "en"}
            assert all(text.strip() for text in words.values()), rule.id
        assert set(rule.profiles) <= {"public", "internal", "draft"}
        assert set(rule.formats) <= set(ALL_FORMATS)
        assert not (rule.text == "known" and rule.severity == "must"), rule.id
        assert not (rule.text == "known" and rule.articles), rule.id
        assert rule.cited("zh") != rule.cited("en")


def test_every_word_that_must_not_stand_on_maps_says_why() -> None:
    for each in sensitive():
        assert each.kind in {"name", "field", "note", "layer"}
        assert each.verdict in {"fail", "look"}
        assert all(each.why[lang] for lang in ("zh", "en")), each.word


# ---- the papers ----


def test_a_public_map_carries_its_number_and_any_other_says_that_it_is_a_draft() -> None:
    assert verdict("review_number", subject(f"审图号：{NUMBER}", review_number=NUMBER)) == "pass"
    assert verdict("review_number", subject("审图号：", review_number=NUMBER)) == "fail"
    assert verdict("review_number", subject("审图号：十二", review_number="十二")) == "look"
    assert verdict("review_number", subject("内部草案，未经审图，不得公开")) == "fail"
    assert verdict("review_number", subject("内部草案，未经审图，不得公开", "draft")) == "pass"
    assert verdict("review_number", subject("地图", "draft")) == "fail"


@pytest.mark.parametrize("number", ["GS（2019）1822号", "湘S(2024)001号", "GS京（2022）1061号"])
def test_numbers_are_known_as_they_are_usually_written(number) -> None:
    assert verdict("review_number", subject(number, review_number=number)) == "pass"


def test_a_number_holds_for_the_content_that_it_was_given_for() -> None:
    numbered = spec(review_number=NUMBER)
    bound = replace(numbered, review=Review("public", content=numbered.mark()))
    other = replace(bound, parameters={"theme": "all"})
    found = {
        "pass": bound,
        "look": numbered,
        "fail": other,
    }
    for wanted, each in found.items():
        assert verdict("review_content", Subject((), each)) == wanted
    assert bound.titled().review_number == NUMBER
    assert other.titled().review_number == "internal", "the number is taken off"
    assert verdict("review_content", subject()) == "pass"


def test_a_number_holds_for_all_that_an_output_is_made_of() -> None:
    two = replace(spec(review_number=NUMBER), versus={"year": 2024})
    bound = replace(two, review=Review("public", content=two.mark()))
    for whole, number in ((bound, NUMBER), (replace(bound, lang="en"), "internal")):
        for each in (whole.other(), whole.part(versus={}), *compared(whole).specs):
            assert each.titled().review_number == number


def test_a_mark_is_of_the_content_and_not_of_who_made_it_when() -> None:
    one = spec()
    assert one.mark() == replace(one, sheet=replace(one.sheet, author="B", date="", dpi=300)).mark()
    assert one.mark() == replace(one, review=Review("internal")).mark()
    for other in (
        replace(one, lang="en"),
        replace(one, extent=(112.0, 28.0, 113.0, 28.5)),
        replace(one, sheet=replace(one.sheet, notes=("注",))),
    ):
        assert one.mark() != other.mark()


def test_the_base_map_has_its_sources_years_and_number() -> None:
    on_tiles = subject("天地图 矢量")
    on_tiles.__dict__["content"] = Content({}, (), base="tianditu")
    assert base_sources(on_tiles.content) == [("天地图 矢量", "")]
    assert verdict("base_source", on_tiles) == "fail", "no year"
    assert verdict("base_source", subject("")) == "fail", "not shown"
    assert verdict("base_number", subject(f"底图审图号 {FULL['base_number']}")) == "pass"
    assert verdict("base_number", subject("", base_number="")) == "fail"


def test_a_base_map_all_of_whose_sources_are_dated_passes(monkeypatch) -> None:
    monkeypatch.setattr("layers.review.papers.base_sources", lambda _: [("标准地图", "2024")])
    assert verdict("base_source", subject("底图：标准地图（2024）")) == "pass"


def test_boundaries_that_are_drawn_are_looked_at() -> None:
    assert verdict("boundaries_standard", subject()) == "look"
    assert verdict("boundaries_standard", showing(place("园区"))) == "pass"


def test_proof_and_who_lets_it_pass_are_stated() -> None:
    signed = replace(spec(), review=Review("public", proof="未使用", passed_by="张三"))
    for rule in ("classified_proof", "trace"):
        assert verdict(rule, Subject((), signed)) == "pass"
        assert verdict(rule, subject()) == "fail"
    assert verdict("trace", Subject((), None, ".png", b"x")) == "fail", "no record"


def test_what_was_brought_in_is_verified(monkeypatch) -> None:
    assert verdict("uploads", subject()) == "pass"
    noted = replace(spec(), notes=(Note(112.9, 28.2, "桥头"),))
    assert verdict("uploads", Subject((), noted)) == "look"
    monkeypatch.setattr("layers.record.specification.MapSpec.receipts", lambda _: ["a.csv"])
    assert verdict("uploads", subject()) == "look"


def test_no_key_path_or_note_is_in_a_file(monkeypatch) -> None:
    monkeypatch.setenv("TIANDITU_KEY", "0123456789abcdef")
    assert verdict("secrets_absent", subject("https://t0.tianditu.gov.cn/?tk={key}")) == "pass"
    for text in ("?tk=ab12cd34ef56", "0123456789abcdef", "/home/someone/a.csv", "内部资料"):
        assert verdict("secrets_absent", subject(text)) == "fail", text
    assert verdict("secrets_absent", subject("待核实")) == "look"
    found = asdict(
        RULES["secrets_absent"](subject("?tk=ab12cd34ef56 /home/a/b.csv 内部资料 待核实"))
    )
    kinds = [each if isinstance(each, str) else each["en"] for each in found["values"]["names"]]
    assert kinds == ["a key of a map service", "a path of a machine", "内部资料"]


# ---- the marks ----


@pytest.mark.parametrize(
    ("rule", "suffix", "good", "bad"),
    [
        ("title", "", "“224”总体布局", ""),
        ("scale", ".svg", "1:330\u00a0000", "比例尺"),
        ("north", ".pdf", "北", "南"),
        ("frame", ".svg", "112°30′E", "112"),
        ("compiler", "", "制图：设计院", "制图"),
        ("date", "", "2026-11-29", "2026"),
        ("plan_status", "", "规划状态：已公开", "规划状态"),
        ("heights", "", "，1985 国家高程基准", "高程"),
        ("boundaries", "", "图上界线不作为划界依据", "界线"),
        ("crs", "", "CGCS2000 / 3 度带高斯–克吕格投影，中央经线 114°E（EPSG:4547）", "CGCS2000"),
        ("schematic", "", "虚线图形按规则示意，不是实测界线", "虚线"),
    ],
)
def test_a_mark_is_found_in_the_text_or_missed(rule, suffix, good, bad) -> None:
    assert verdict(rule, subject(good, suffix=suffix)) == "pass"
    assert verdict(rule, subject(bad, suffix=suffix)) == "fail"


def test_what_is_not_stated_at_all_fails(monkeypatch) -> None:
    assert verdict("compiler", subject("", author="")) == "fail"
    assert verdict("date", subject("", date="")) == "fail"
    monkeypatch.setattr("layers.review.marks.area", lambda: type("Area", (), {"status": ""}))
    assert verdict("plan_status", subject("规划")) == "fail"


def test_marks_of_a_slide_are_read_as_those_of_a_print() -> None:
    for rule, words in (("scale", "1:330\u00a0000（原大）"), ("frame", "28°N"), ("north", "北")):
        assert verdict(rule, subject(words, suffix=".pptx")) == "pass"
        assert verdict(rule, subject("现有平台", suffix=".pptx")) == "fail"


def test_the_plan_in_ten_slides_has_a_title_of_its_own() -> None:
    deck = subject(say("app.title", "zh"), suffix=".pptx", title="")
    deck.asked = replace(deck.spec, pages="brief")
    assert verdict("title", deck) == "pass"
    deck.asked = replace(deck.spec, pages=None)
    assert verdict("title", deck) == "fail"


def test_a_legend_lists_what_is_shown() -> None:
    text = "双城 两纵 四圈 节点与板块"
    assert verdict("legend", subject(text, suffix=".svg")) == "pass"
    assert verdict("legend", subject("双城", suffix=".svg")) == "fail"
    assert verdict("legend", subject("")) == "pass", "a picture's is drawn from what is shown"


def test_nothing_schematic_needs_no_words() -> None:
    assert verdict("schematic", showing(place("园区", evidence="located"))) == "pass"


# ---- what is shown ----


@pytest.mark.parametrize(
    ("rule", "extent", "wanted"),
    [
        ("china_complete", (108.0, 24.0, 115.0, 31.0), "pass"),
        ("china_complete", ALL_CHINA, "look"),
        ("china_complete", (70.0, 18.0, 136.0, 54.0), "fail"),
        ("china_complete", (75.0, 3.0, 136.0, 54.0), "fail"),
        ("china_complete", (70.0, 3.0, 130.0, 54.0), "fail"),
        ("china_complete", (70.0, 3.0, 136.0, 50.0), "fail"),
        ("south_china_sea", (105.0, 17.0, 115.0, 30.0), "fail"),
        ("south_china_sea", (105.0, 19.0, 115.0, 30.0), "pass"),
        ("south_china_sea", ALL_CHINA, "pass"),
        ("south_china_sea_extent", (104.0, 2.0, 123.0, 25.0), "look"),
        ("south_china_sea_extent", (104.0, 2.0, 119.0, 25.0), "fail"),
        ("south_china_sea_extent", (107.0, 2.0, 123.0, 25.0), "fail"),
        ("south_china_sea_extent", (104.0, 2.0, 123.0, 22.0), "fail"),
        ("south_china_sea_extent", (104.0, 3.5, 123.0, 25.0), "fail"),
        ("south_china_sea_extent", ALL_CHINA, "pass"),
        ("taiwan", (108.0, 24.0, 115.0, 31.0), "pass"),
        ("taiwan", (115.0, 20.0, 123.0, 27.0), "look"),
    ],
)
def test_extents_are_judged_by_where_they_reach(rule, extent, wanted) -> None:
    found = subject()
    found.__dict__["content"] = Content({}, (), extent=extent)
    assert verdict(rule, found) == wanted


def test_an_inset_is_judged_by_its_extent_too(monkeypatch) -> None:
    short = {"map": (112.0, 28.0, 113.0, 29.0), "inset": (73.0, 18.0, 135.2, 54.0)}
    monkeypatch.setattr(Subject, "extents", lambda _: short)
    found = RULES["china_complete"](subject())
    assert (found.verdict, found.why) == ("fail", "review.lacks.inset")


def test_names_and_figures_that_must_not_be_shown_are_found(tmp_path) -> None:
    for name, wanted in (("某军事基地", "fail"), ("国防科技大学", "look"), ("软件园", "pass")):
        assert verdict("sensitive_names", showing(place(name))) == wanted
    # Whatever a reader of the map reads.
    assert verdict("sensitive_names", showing(place("桥", note_text=["某军事基地"]))) == "fail"
    for sheet in ({"title": "某军事基地"}, {"notes": ("某军事基地",)}):
        assert verdict("sensitive_names", showing(place("桥"), **sheet)) == "fail"
    assert verdict("sensitive_figures", showing(place("桥", 水深=[3.2]))) == "fail"
    assert verdict("sensitive_figures", showing(place("桥", amount=[3.2]))) == "pass"
    own = tmp_path / "own.txt"
    own.write_text("软件园\n\n", encoding="utf-8")
    found = showing(place("长沙软件园"))
    found.words = sensitive(own)
    assert verdict("sensitive_names", found) == "fail"


@pytest.mark.parametrize("suffix", [".svg", ".html", ".pdf", ".pptx", ".gpkg"])
def test_what_was_written_into_a_file_since_is_found(suffix) -> None:
    for asked in (spec(), None):
        found = subject(suffix=suffix)
        found.asked = asked
        found.__dict__["content"] = Content({}, ())
        found.__dict__["texts"] = ["某军事基地"]
        found.__dict__["raw"] = "某军事基地"
        found.__dict__["whole_texts"] = []
        assert verdict("sensitive_names", found) == "fail"
    assert not subject(suffix=".png").written, "a picture is not read"


def test_zones_of_control_are_looked_at() -> None:
    assert verdict("control_lines", showing(place("某永久基本农田"))) == "look"
    assert verdict("control_lines", showing(place("软件园"))) == "pass"


def test_tables_for_a_map_program_say_how_they_stand_with_review() -> None:
    with open_plan(TINY):
        made = output(spec(), ".gpkg")
    for number, wanted in (("internal", "pass"), (NUMBER, "fail")):
        found = Subject(sensitive(), spec(review_number=number), ".gpkg", made, {}, "internal")
        assert verdict("review_number", found) == wanted


def test_a_planners_own_list_is_found_by_the_environment_too(monkeypatch, tmp_path) -> None:
    own = tmp_path / "own.txt"
    own.write_text("某园", encoding="utf-8")
    monkeypatch.setenv("XIANGJIANG_SENSITIVE", str(own))
    assert sensitive()[-1] == Sensitive("name", "某园", "fail", sensitive()[-1].why)
    for own in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(InputError, match="list of words"):
            sensitive(own)


def test_amounts_are_looked_at() -> None:
    assert verdict("unpublished_figures", showing(place("项目"), name="projects")) == "look"
    assert verdict("unpublished_figures", showing(place("园区"))) == "pass"


def test_places_for_the_public_are_made_coarser() -> None:
    frame = place("园区", accuracy_m=[5.0], lon=[112.934567], lat=[28.123456])
    content = reduced(Content({"parks": frame}, ("parks",), (Points(frame, "点", "P"),)))
    for coarse in (content.frames["parks"], content.overlays[0].frame):
        assert shapely.get_coordinates(coarse.geometry).tolist() == [[112.935, 28.123]]
        assert coarse[["lon", "lat"]].to_numpy().tolist() == [[112.935, 28.123]]
        assert coarse["accuracy_m"].tolist() == [LEAST_M]
    assert frame.geometry.iloc[0].x == 112.934567, "what was given stays"
    axes = layers.load("axes")
    (drawn,) = scene(reduced(Content({"axes": axes}, ("axes",)))).layers
    stops = shapely.get_coordinates([stop.place for stop in drawn.stops])
    assert stops.round(DECIMALS).tolist() == stops.tolist()
    public = replace(spec(), review=Review("public"))
    assert public.content().reduced
    assert not spec().content().reduced
    assert verdict("accuracy", Subject((), public)) == "pass"
    assert verdict("accuracy", subject()) == "fail"
    assert DECIMALS == 3


def test_neighbours_for_the_public_are_neighbours_still() -> None:
    districts = layers.load("districts")
    left, right = (
        shapely.box(112.90049, 28.1, 112.95049, 28.2),
        shapely.box(112.95049, 28.1, 113, 28.2),
    )
    small = shapely.box(112.90010, 28.30010, 112.90020, 28.30020)
    short = shapely.LineString([(112.90010, 28.30010), (112.90020, 28.30020)])
    frame = gpd.GeoDataFrame(geometry=[left, right, small, short], crs=4490)
    coarse = coarser(frame).geometry
    assert shapely.get_coordinates(coarse).round(DECIMALS).tolist() == (
        shapely.get_coordinates(coarse).tolist()
    )
    assert coarse.iloc[0].union(coarse.iloc[1]).equals(shapely.box(112.9, 28.1, 113, 28.2))
    assert [each.geom_type for each in coarse.iloc[2:]] == ["Polygon", "LineString"]
    assert coarse.iloc[2].area == pytest.approx(1e-6)
    units = coarser(districts).geometry
    assert units.is_valid.all()
    assert not units.is_empty.any()
    # On a grid of a thousandth of a degree no two of them share more ground than they did.
    areas = shapely.area(units.to_numpy())
    assert units.union_all().area == pytest.approx(areas.sum(), rel=1e-6)
    content = replace(spec(), review=Review("public")).content()
    told = say("standing.reduced", content.lang)
    assert told in content.statement.standing
    assert told not in spec().content().statement.standing


# ---- outputs ----


def test_of_two_maps_both_are_checked() -> None:
    versus = {"map": "coverage", "versus": {"distance_m": 1000}}
    with open_plan(TINY):
        found = Subject((), read_spec(versus, review_number="internal"))
        one, other = found.contents
        assert len(list(found.shown())) == sum(
            len(each.visible) + len(each.results) for each in (one, other)
        )
        assert verdict("title", found) == "pass"
        assert "1km" in found.text


def test_a_check_is_a_table_the_gravest_first() -> None:
    found = layers.check(spec(review_number=NUMBER))
    assert tuple(found.columns) == COLUMNS
    assert found["verdict"].tolist() == sorted(
        found["verdict"], key=["fail", "look", "unknown", "pass"].index
    )
    assert set(found.loc[found["verdict"] == "fail", "id"]) == {
        "base_source",
        "accuracy",
        "classified_proof",
        "trace",
    }
    assert (found.loc[found["verdict"] != "pass", "do"] != "").all()
    with pytest.raises(InputError, match="profile"):
        layers.check(spec(), profile="secret")
    assert profile_named("内部") == "internal"


def test_a_public_map_that_fails_is_not_made_and_says_why() -> None:
    public = replace(spec(), review=Review("public", passed_by="张三"))
    with pytest.raises(NotForThePublicError) as refused:
        passed(public, ".png", b"", {})
    assert "审图号" in refused.value.sentence("zh")
    assert "Map review number" in refused.value.sentence("en")
    good = replace(
        spec(review_number=NUMBER),
        review=Review("public", proof="未使用涉密测绘成果"),
    )
    with pytest.raises(InputError, match="passed_by"):
        passed(good, ".png", b"", {})
    signed = replace(good, review=replace(good.review, passed_by="张三"))
    about = passed(signed, ".png", b"", {})
    assert about["passed_by"] == "张三"
    assert about["content"] == signed.mark()
    assert "review_content" in about["look"]
    assert "classified_proof" not in about["failed"]


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".svg", ".html", ".pptx", ".gpkg"])
def test_each_kind_of_file_is_read(suffix, tmp_path) -> None:
    file = tmp_path / f"map{suffix}"
    review = Review("internal", passed_by="Li")
    with open_plan(TINY):
        made = replace(spec(review_number=NUMBER, dpi=50), lang="en", review=review)
        file.write_bytes(output(made, suffix))
        found = layers.check(file, lang="en").set_index("id")["verdict"]
        kept = provenance.read(file)["review"]
    failing = set(found.index[found == "fail"])
    assert "unknown" not in set(found)
    assert (kept["passed_by"], set(kept["failed"])) == ("Li", failing)
    # That plan does not say how far it has come.
    assert failing == (set() if suffix == ".gpkg" else {"plan_status"})


def slides(words):
    """The bytes of an archive with one slide."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/slides/slide1.xml", words)
    return target.getvalue()


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        (".svg", b"<svg>" + b"<style " * 300_000 + b"<" * 3_000_000),
        (".html", b"<html>" + b'<script type="application/json" id="a_document">' * 50_000),
        (".html", b'<html><script type="application/json" id="a_document">' + b"[" * 200_000),
        (".pptx", slides("<" * 5_000_000)),
        (".pptx", slides("<" * 50_000_000)),
        (".pptx", slides(b"\xff")),
        (".pptx", b"PK"),
        (".pdf", b"%PDF-1.7\n" + b"1 0 obj <<" * 1000),
    ],
)
def test_a_file_made_to_hold_the_check_up_is_read_in_time_or_refused(suffix, data) -> None:
    found = Subject((), None, suffix, data)
    for name in ("text", "raw"):
        # Anything but a text or a refusal of ours fails here.
        with contextlib.suppress(InputError):
            assert isinstance(getattr(found, name), str)


def pdf_of(operators: bytes) -> bytes:
    writer, held = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(9, 9)
    stream = StreamObject()
    stream.set_data(operators)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    writer.write(held)
    return held.getvalue()


def test_a_small_pdf_that_draws_without_end_is_refused_before_it_is_read_out() -> None:
    assert Subject((), None, ".pdf", pdf_of(b"BT (a) Tj ET\n")).text == "", "it has no font"
    bomb = pdf_of(b"BT (a) Tj ET\n" * 400_000)
    assert len(bomb) < 50_000
    started = process_time()
    with pytest.raises(InputError, match="too much"):
        _ = Subject((), None, ".pdf", bomb).text
    assert process_time() - started < 2


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_file_that_has_lost_its_end_is_not_sound(suffix, tmp_path) -> None:
    file = tmp_path / f"map{suffix}"
    with open_plan(TINY):
        whole = output(read_spec("overview", review_number="internal", dpi=50), suffix)
        for left in (whole, whole[:-20], whole[: len(whole) * 3 // 4]):
            file.write_bytes(left)
            if left is whole:
                assert layers.check(file)["verdict"].tolist()
                continue
            with pytest.raises(InputError) as caught:
                layers.check(file)
            assert caught.value.code == "record.broken"


@pytest.mark.parametrize("suffix", [".png", ".gif"])
def test_a_picture_of_others_is_not_taken_for_one_that_the_atlas_drew(suffix) -> None:
    found = Subject((), None, suffix, b"")
    for name in ("legend", "scale", "north", "frame"):
        with pytest.raises(InputError, match="no record"):
            verdict(name, found)


def test_a_file_of_a_kind_without_records_is_refused_with_the_kinds_that_have(tmp_path) -> None:
    (tmp_path / "scan.jpg").write_bytes(b"x")
    with pytest.raises(InputError, match=r"\.png.*\.gpkg"):
        layers.check(tmp_path / "scan.jpg")


def test_a_file_without_a_record_says_which_rules_it_cannot_be_judged_by(tmp_path) -> None:
    file = tmp_path / "other.svg"
    file.write_text("<svg xmlns='http://www.w3.org/2000/svg'><text>图</text></svg>", "utf-8")
    found = layers.check(file, lang="en").set_index("id")
    assert found.loc["trace", "verdict"] == "fail"
    assert found.loc["title", "verdict"] == "unknown"
    assert "no record" in found.loc["title", "why"]
    assert isinstance(found, pd.DataFrame)
