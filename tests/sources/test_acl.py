"""The ACL Anthology: ids of both styles, inline markup, and what a volume says for all its papers."""

# ruff: noqa: E501 - records are written as compactly as they read well

from datetime import UTC, date, datetime

import pytest
from tests.sources.mutations import read_all

from broadsheet.drafts import Draft, DraftLink, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import acl
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import Malformed, TooLarge, WrongContent

NEW = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="2024.look"><volume id="long" ingest-date="2024-08-01" type="proceedings">
 <meta><booktitle>Proceedings of <fixed-case>L</fixed-case>ooking (Volume 1)</booktitle><editor><first>Ed</first><last>Itor</last></editor>
  <month>July 28&#8211;30</month><year>2024</year><url hash="1">2024.look-long</url><venue>look</venue><doi>10.5555/vol</doi></meta>
 <frontmatter><url hash="2">2024.look-long.0</url></frontmatter>
 <paper id="1"><title><fixed-case>BERT</fixed-case> Looks at <tex-math>x_1</tex-math> &amp; <i>y</i></title>
  <author orcid="0000-0002-1825-0097"><first>Mira</first><last>Okafor</last><affiliation>Institute of Sight</affiliation>
   <variant script="hani"><first>X</first><last>Y</last></variant></author>
  <author><first/><last>Lind</last></author><editor><first>Ed</first><last>Itor</last></editor>
  <pages>1-10</pages><abstract>We look at <tex-math>\\alpha</tex-math>, see <url>https://example.org/x</url>.</abstract>
  <url hash="3">2024.look-long.1</url><doi>10.18653/v1/2024.look-long.1</doi><bibkey>okafor-lind-2024</bibkey>
  <pwccode url="https://github.com/okafor/look" additional="false">okafor/look</pwccode><award>Best Paper</award>
  <revision id="1" href="2024.look-long.1v1" hash="4"/><revision id="2" href="2024.look-long.1v2" hash="5" date="2024-09-01">Typo.</revision></paper>
 <paper id="2"><title>Taken Back</title><author><first>A</first><last>B</last></author><retracted date="2025-01-01">Errors.</retracted></paper>
 <paper id="3"><author><first>A</first><last>B</last></author><url>2024.look-long.3</url></paper>
</volume></collection>"""
OLD = """<collection id="{collection}"><volume id="{volume}"><meta><booktitle>Old Looking</booktitle><year>1999</year></meta>
 <paper id="{number}"><title>Old</title></paper></volume></collection>"""
JOURNAL = """<collection id="2021.cl"><volume id="2"><meta><booktitle>Journal of Looking, Volume 47</booktitle><month>June</month>
 <year>2021</year><journal-title>Journal of Looking</journal-title></meta><paper id="7"><title>T</title></paper></volume></collection>"""


def test_every_field_is_read():
    found, withdrawn, problem = read_all(acl, NEW)
    assert (found.source, found.key) == ("acl", "2024.look-long.1")
    assert found.title == "BERT Looks at $x_1$ & y"
    assert found.abstract == "We look at $\\alpha$, see https://example.org/x."
    assert found.identifiers == (
        Identifier("acl", "2024.look-long.1"),
        Identifier("doi", "10.18653/v1/2024.look-long.1"),
    )
    assert found.authors == (
        PrintedAuthor("Mira Okafor", "0000-0002-1825-0097", "Institute of Sight"),
        PrintedAuthor("Lind"),
    )
    assert found.published == PartialDate(date(2024, 7, 1), "month")
    assert (found.version, found.updated, found.version_days) == (2, date(2024, 9, 1), ((2, date(2024, 9, 1)),))
    assert (found.venue, found.withdrawn) == ("Proceedings of Looking (Volume 1)", False)
    assert found.links == (DraftLink("code", "https://github.com/okafor/look", "acl"),)
    assert (withdrawn.key, withdrawn.withdrawn) == ("2024.look-long.2", True)
    assert isinstance(problem, Problem)
    assert (problem.key, problem.reason) == ("2024.look-long.3", "it has no title")


@pytest.mark.parametrize(
    ("collection", "volume", "number", "key"),
    [
        ("P19", "1", "1", "P19-1001"),
        ("W19", "1", "1", "W19-0101"),
        ("W19", "24", "5", "W19-2405"),
        ("D19", "5", "12", "D19-0512"),
        ("D19", "1", "12", "D19-1012"),
        ("2020.acl", "main", "3", "2020.acl-main.3"),
    ],
)
def test_ids_built_from_places(collection, volume, number, key):
    (found,) = read_all(acl, OLD.format(collection=collection, volume=volume, number=number))
    assert (found.key, found.published) == (key, PartialDate(date(1999, 1, 1), "year"))


def test_a_journal_is_the_venue_rather_than_its_volume():
    (found,) = read_all(acl, JOURNAL)
    assert (found.venue, found.key) == ("Journal of Looking", "2021.cl-2.7")


def test_a_paper_without_any_id_is_set_aside():
    (found,) = read_all(acl, "<collection><volume><paper><title>T</title></paper></volume></collection>")
    assert isinstance(found, Problem)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (NEW[:-30], Malformed),
        ("404: Not Found", Malformed),
        ("<html><body/></html>", WrongContent),
        ("<!DOCTYPE c [<!ENTITY a 'b'>]><collection>&a;</collection>", TooLarge),
        ("<collection>" + "<a>" * 10_000, TooLarge),
        ("", Malformed),
    ],
)
def test_refusals(body, refusal):
    answer = Answer("https://x.example/2024.look.xml", body.encode(), datetime(2026, 1, 5, tzinfo=UTC))
    with pytest.raises(refusal):
        acl.read_page(answer, Window())


def test_a_collection_is_one_page():
    url = acl.first_url(acl.LIVE.root, "2024.look", Window(date(2026, 1, 1)))
    assert url == "https://raw.githubusercontent.com/acl-org/acl-anthology/master/data/xml/2024.look.xml"
    page = acl.read_page(Answer(url, NEW.encode(), datetime(2026, 1, 5, tzinfo=UTC)), Window())
    assert (len(page.items), page.next_url) == (3, "")
    assert isinstance(page.items[0], Draft)


@pytest.mark.parametrize("stream", ["", "../x", "2024", "P19/..", "2024.acl\n"])
def test_streams_that_cannot_be(stream):
    with pytest.raises(BadInput):
        acl.check_stream(stream)


@pytest.mark.parametrize(
    ("head", "ours"),
    [
        (NEW.encode(), True),
        (b'<collection xmlns="http://www.loc.gov/MARC21/slim"><record/></collection>', False),
        (b"<collection><record/></collection>", False),
        (b"", False),
    ],
)
def test_recognised_by_its_volumes(head, ours):
    assert acl.recognises(head) is ours
