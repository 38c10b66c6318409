"""dblp: hits of its search, and its records as XML with the letters of its DTD."""

# ruff: noqa: E501 - records are written as compactly as they read well

import json
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.sources.mutations import read_all, survives

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.sources import dblp
from broadsheet.sources.files import open_file
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import Malformed, UpstreamError, WrongContent

INFO = {
    "authors": {"author": [{"@pid": "1/2", "text": "Mira Okafor 0001"}, {"@pid": "1/3", "text": "Jo Lind"}]},
    "title": "Where People Look: Paintings &amp; Prints.",
    "venue": "ETRA",
    "year": "2024",
    "type": "Conference and Workshop Papers",
    "key": "conf/etra/OkaforL24",
    "doi": "10.5555/Gaze.1",
    "ee": ["https://doi.org/10.5555/gaze.1", "https://www.wikidata.org/entity/Q1", "https://example.org/paper"],
    "url": "https://dblp.org/rec/conf/etra/OkaforL24",
}
XML = """<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE dblp SYSTEM "dblp.dtd"><dblp>
<article key="journals/corr/abs-2401-00001" mdate="{mdate}" publtype="informal"><author orcid="0000-0002-1825-0097">Jörg M&uuml;ller 0002</author>
 <author>Mira Okafor</author><title>Looking at H<sub>2</sub>O &amp; Ice.</title><journal>CoRR</journal><volume>abs/2401.00001</volume>
 <year>2024</year><month>March</month><ee type="oa">https://doi.org/10.48550/arXiv.2401.00001</ee></article>
<inproceedings key="conf/etra/X"><title>Why?</title><editor>Ed Itor</editor><year>2020</year><booktitle>ETRA</booktitle>
 <ee>http://doi.acm.org/10.1145/1.2</ee></inproceedings>
<proceedings key="conf/etra/2020"><editor>Ed Itor</editor><title>Proceedings of ETRA.</title></proceedings>
<article key="journals/x/Y" publtype="withdrawn"><author>A B</author><title>Taken Back...</title><journal>J. Look.</journal></article>
<www key="homepages/1/2"><author>Mira Okafor</author><title>Home Page</title></www></dblp>"""


def result(hits, **more):
    return {"result": {"query": "x", "status": {"@code": "200", "text": "OK"}, "hits": {"@total": "9", **more} | hits}}


def hit(**changes):
    return {"hit": [{"@score": "1", "@id": "5", "info": INFO | changes}]}


def one(**changes):
    (found,) = read_all(dblp, result(hit(**changes)))
    assert isinstance(found, Draft)
    return found


def answer(value, url="https://dblp.org/search/publ/api?q=x&h=1000&f=0"):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer(url, body, datetime(2026, 1, 5, tzinfo=UTC))


def test_every_field_of_a_hit_is_read():
    found = one()
    assert (found.source, found.key) == ("dblp", "conf/etra/OkaforL24")
    assert (found.title, found.venue) == ("Where People Look: Paintings & Prints", "ETRA")
    assert found.identifiers == (
        Identifier("doi", "10.5555/gaze.1"),
        Identifier("other", "dblp:conf/etra/OkaforL24"),
        Identifier("url", "https://example.org/paper"),
    )
    assert found.authors == (PrintedAuthor("Mira Okafor"), PrintedAuthor("Jo Lind"))
    assert found.published == PartialDate(date(2024, 1, 1), "year")


def test_small_differences():
    assert one(authors={"author": {"text": "Mira Okafor"}}).authors == (PrintedAuthor("Mira Okafor"),)
    assert one(ee="http://arxiv.org/abs/2401.00001").identifiers[1] == Identifier("arxiv", "2401.00001")
    assert one(venue=["ETRA", "Looking"]).venue == "ETRA"
    corr = one(venue="CoRR", volume="abs/2401.00001", doi=None, ee=None)
    assert (corr.venue, corr.identifiers[0]) == ("", Identifier("arxiv", "2401.00001"))
    assert one(type="Withdrawn Items").withdrawn
    assert one(title="And so on...").title == "And so on..."


def test_proceedings_are_passed_over_and_a_hit_without_title_is_set_aside():
    assert read_all(dblp, result(hit(type="Editorship"))) == []
    (found,) = read_all(dblp, result(hit(title="")))
    assert isinstance(found, Problem)


def test_no_hits_and_one_hit():
    assert read_all(dblp, result({})) == []
    assert len(read_all(dblp, result({"hit": {"info": INFO}}))) == 1


def test_xml_records():
    corr, paper, withdrawn = read_all(dblp, XML.encode("latin-1"))
    assert (corr.title, corr.venue) == ("Looking at H2O & Ice", "")
    assert corr.authors == (PrintedAuthor("J\u00f6rg M\u00fcller", "0000-0002-1825-0097"), PrintedAuthor("Mira Okafor"))
    assert corr.published == PartialDate(date(2024, 3, 1), "month")
    assert corr.identifiers == (
        Identifier("arxiv", "2401.00001"),
        Identifier("other", "dblp:journals/corr/abs-2401-00001"),
    )
    assert (paper.title, paper.authors, paper.venue) == ("Why?", (), "ETRA")
    assert paper.identifiers[0] == Identifier("doi", "10.1145/1.2")
    assert (withdrawn.withdrawn, withdrawn.title) == (True, "Taken Back...")


def test_a_record_stamped_anew_is_known():
    first, second = (read_all(dblp, XML.format(mdate=day).encode("latin-1"))[0] for day in ("2024-01-01", "2025-01-01"))
    assert first.payload_hash == second.payload_hash


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"result": {"status": {"@code": "500", "text": "no"}, "hits": {}}}, UpstreamError),
        (result({"hit": [{"info": {"author": "Mira Okafor", "url": "x"}}]}), WrongContent),
        ({"result": {"status": {"@code": "200"}}}, Malformed),
        ({}, Malformed),
        (b"<html>", Malformed),
        (b'{"result": {', Malformed),
    ],
)
def test_refusals(body, refusal):
    with pytest.raises(refusal):
        dblp.read_page(answer(body), Window())


def test_pages_follow_the_place_in_the_list():
    url = dblp.first_url("https://dblp.org", "venue:ETRA:", Window())
    assert parse_qs(urlsplit(url).query)["q"] == ["venue:ETRA:"]
    page = dblp.read_page(answer(result({"hit": [{"info": INFO}] * 3})), Window())
    assert (page.total, parse_qs(urlsplit(page.next_url).query)["f"]) == (9, ["3"])
    assert dblp.read_page(answer(result(hit()), "https://dblp.org/search/publ/api?f=8"), Window()).next_url == ""
    assert dblp.read_page(answer(result({})), Window()).next_url == ""


def test_anything_may_stand_anywhere():
    survives(dblp, result(hit()))


def test_recorded_answers(shared):
    with open_file(shared / "wire" / "dblp" / "internetarchive__fatcat__example_dblp__085f78.xml") as (stream, head):
        assert dblp.recognises(head)
        found = {each.key: each for each in dblp.read(stream, "x")}
    assert list(found) == ["conf/er/Norrie08", "journals/cacm/Gentry10", "conf/focs/Yao82a"]
    assert found["conf/er/Norrie08"].authors[1].name == "Michael H. B\u00f6hlen"
    assert found["journals/cacm/Gentry10"].title == "Computing arbitrary functions of encrypted data"
    for path in (shared / "wire" / "dblp").glob("*.txt"):
        assert not dblp.recognises(path.read_bytes())
