"""Any OAI-PMH repository and any feed."""

import io
import json
from datetime import date

import pytest

from broadsheet.drafts import Identifier, Problem
from broadsheet.sources import feeds, oai
from broadsheet.sources.refusals import Malformed, TooLarge, WrongContent

HEAD = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>'
RECORD = """<record><header><identifier>oai:repo.example:7</identifier></header><metadata>
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>On Reading</dc:title><dc:creator>Okafor, Mira</dc:creator><dc:creator>Brun, J.</dc:creator>
<dc:subject>Reading</dc:subject><dc:description>12 pages</dc:description><dc:description>{abstract}</dc:description>
<dc:date>2026-03-01</dc:date><dc:date>2026-01-05</dc:date><dc:type>{type}</dc:type>
<dc:identifier>https://repo.example/7</dc:identifier><dc:identifier>doi:10.1000/read.1</dc:identifier>
<dc:relation>doi:10.1000/other</dc:relation><dc:language>en</dc:language></oai_dc:dc></metadata></record>"""
ABSTRACT = "We read, and we read again, until nothing is left that could be read by anybody who reads. " * 2


def read(module, body):
    return list(module.read(io.BytesIO(body if isinstance(body, bytes) else body.encode()), "file"))


def records(*parts):
    return f"{HEAD}{''.join(parts)}</ListRecords></OAI-PMH>"


def test_dublin_core_is_mapped():
    (draft,) = read(oai, records(RECORD.format(abstract=ABSTRACT, type="article")))
    assert (draft.key, draft.title, draft.comment) == ("oai:repo.example:7", "On Reading", "12 pages")
    assert [author.name for author in draft.authors] == ["Okafor, Mira", "Brun, J."]
    assert draft.abstract == ABSTRACT.strip()
    assert draft.identifiers == (Identifier("doi", "10.1000/read.1"), Identifier("url", "https://repo.example/7"))
    assert (draft.published.day, draft.language, draft.tags) == (date(2026, 1, 5), "en", ("Reading",))


def test_a_dataset_is_set_aside_with_the_reason():
    (problem,) = read(oai, records(RECORD.format(abstract=ABSTRACT, type="info:eu-repo/semantics/dataset")))
    assert isinstance(problem, Problem)
    assert "no paper" in problem.reason


def test_another_form_of_metadata_is_refused():
    marc = (
        '<record><header><identifier>a</identifier></header><metadata><r xmlns="urn:marc"><x/></r></metadata></record>'
    )
    with pytest.raises(WrongContent, match="urn:marc"):
        read(oai, records(marc))


# ruff: noqa: E501
RSS = """<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<channel><title>J</title>{}</channel></rss>"""
ITEM = """<item><title>On &lt;i&gt;Reading&lt;/i&gt;</title><link>https://j.example/7</link><guid>tag:7</guid>
<description>&lt;p&gt;We read.&lt;/p&gt;</description><dc:creator>Mira Okafor</dc:creator><prism:doi>10.1000/read.1</prism:doi>
<pubDate>Tue, 03 Mar 2026 00:00:00 GMT</pubDate><category>Reading</category></item>"""


def test_an_item_of_a_feed():
    (draft,) = read(feeds, RSS.format(ITEM))
    assert (draft.key, draft.title, draft.abstract) == ("tag:7", "On Reading", "We read.")
    assert Identifier("doi", "10.1000/read.1") in draft.identifiers
    assert (draft.published.day, [a.name for a in draft.authors], draft.tags) == (
        date(2026, 3, 3),
        ["Mira Okafor"],
        ("Reading",),
    )


def test_an_item_that_leads_to_arxiv_is_that_paper():
    (draft,) = read(feeds, RSS.format(ITEM.replace("https://j.example/7", "https://arxiv.org/abs/2603.00001v2")))
    assert Identifier("arxiv", "2603.00001") in draft.identifiers


def test_a_json_feed():
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [
        {"id": 7, "title": "On Reading", "content_html": "<p>We read.</p>", "url": "https://doi.org/10.1000/read.1",
         "authors": [{"name": "Mira Okafor"}], "date_published": "2026-03-03T00:00:00Z"}, "none"]}  # fmt: skip
    draft, problem = read(feeds, json.dumps(feed))
    assert (draft.key, draft.abstract, draft.identifiers) == ("7", "We read.", (Identifier("doi", "10.1000/read.1"),))
    assert isinstance(problem, Problem)


@pytest.mark.parametrize("body", [b"<html><body/></html>", b"hello", b"{", b"", b"<a/>"])
def test_what_is_no_feed_is_refused(body):
    with pytest.raises(Malformed):
        read(feeds, body)


def test_a_mark_without_end_and_a_feed_without_end_are_refused():
    for body in (
        RSS.format("<a " + "x='' " * 10_000 + "/>"),
        RSS.format("<a/>" * 200_000),
        RSS.format("<!ENTITY a 'b'>"),
    ):
        with pytest.raises(TooLarge):
            read(feeds, body)


def test_feedparsers_own_edge_cases_are_read_or_refused(shared):
    for path in sorted((shared / "wire" / "feed_edge_cases").iterdir()):
        try:
            read(feeds, path.read_bytes())
        except (Malformed, TooLarge):
            continue
