"""A search as Atom, JSON Feed and JSON: valid, whole addresses, stable, and the same papers as on the page."""

import json
from dataclasses import replace
from datetime import date
from urllib.parse import quote

import pytest
from django.test import Client
from lxml import etree

from broadsheet.cards import Card, Named
from broadsheet.drafts import PartialDate
from broadsheet.errors import Unavailable
from broadsheet.ingest import ingest
from broadsheet.web import search_feeds
from broadsheet.web.feeds import Feed, atom, json_feed

pytestmark = pytest.mark.django_db

NS = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def papers(draft, index):
    """Twenty-five papers on gaze, one on bread with all that XML minds, in an index."""
    gaze = [
        draft(
            f"2601.{n:05}", title=f"Gaze Study {n}", published=PartialDate(date(2026, 1, 1 + n)), categories=("cs.CV",)
        )
        for n in range(25)
    ]
    bread = draft("2401.00001", title="Bread & <Crusts> of $x^2$", published=PartialDate(date(2024, 1, 1), "month"))
    ingest([*gaze, bread])
    index()


@pytest.fixture
def fetch():
    """An answer's body, read by its kind."""

    def ask(path, status=200):
        response = Client(raise_request_exception=False).get(path)
        assert response.status_code == status
        if response.headers["Content-Type"].startswith("application/atom+xml"):
            return etree.fromstring(response.content)
        return json.loads(response.content)

    return ask


def test_the_feed_is_newest_first_with_whole_addresses(fetch, papers):
    feed = fetch("/papers.atom?q=gaze+study")
    assert feed.findtext("a:entry/a:title", namespaces=NS) == "Gaze Study 24"
    assert feed.findtext("a:updated", namespaces=NS) == "2026-01-25T00:00:00Z"
    assert feed.findtext("a:id", namespaces=NS) == "http://testserver/papers.atom?q=gaze+study"
    links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", NS)}
    assert links["alternate"] == "http://testserver/papers?q=gaze+study"
    assert links["self"] == "http://testserver/papers.atom?q=gaze+study"
    entry = feed.find("a:entry", NS)
    assert entry.findtext("a:id", namespaces=NS) == "urn:broadsheet:paper:2601.00024"
    assert entry.find("a:link", NS).get("href") == "http://testserver/papers/2601.00024"
    assert [name.text for name in entry.findall("a:author/a:name", NS)] == ["Mira Okafor", "Jonas Lindqvist"]


def test_feeds_can_be_paged_to_the_end(fetch, papers):
    address, seen = "/papers.atom?q=gaze+study", []
    while address:
        feed = fetch(address.removeprefix("http://testserver"))
        seen += feed.xpath("a:entry/a:id/text()", namespaces=NS)
        address = next(iter(feed.xpath("a:link[@rel='next']/@href", namespaces=NS)), "")
    assert len(seen) == len(set(seen)) == 25


def test_titles_are_escaped_and_formulas_readable(fetch, papers):
    assert fetch("/papers.atom?q=bread").findtext("a:entry/a:title", namespaces=NS) == "Bread & <Crusts> of x²"
    assert fetch("/papers.feed.json?q=bread")["items"][0]["title"] == "Bread & <Crusts> of x²"


def test_an_empty_feed_is_valid(fetch, papers):
    query = "q=%22xylophone%22&from=1999&to=1999"
    feed = fetch(f"/papers.atom?{query}")
    assert feed.find("a:entry", NS) is None
    assert feed.findtext("a:updated", namespaces=NS) == "1970-01-01T00:00:00Z"
    assert fetch(f"/papers.feed.json?{query}")["items"] == []


def test_the_json_feed_holds_what_the_specification_asks_for(fetch, papers):
    feed = fetch("/papers.feed.json?q=gaze+study")
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"].endswith(": gaze study")
    item = feed["items"][0]
    assert item["id"] == "urn:broadsheet:paper:2601.00024"
    assert item["url"] == "http://testserver/papers/2601.00024"
    assert item["date_published"] == "2026-01-25T00:00:00Z"
    assert item["authors"][0] == {"name": "Mira Okafor", "url": "http://testserver/authors/mira-okafor"}
    assert item["content_text"]
    assert feed["next_url"].startswith("http://testserver/papers.feed.json?q=gaze+study&cursor=")


@pytest.mark.parametrize("path", ["/papers.atom", "/papers.feed.json", "/papers.json"])
def test_what_has_not_changed_is_not_sent_again(papers, path):
    tag = Client().get(f"{path}?q=gaze").headers["ETag"]
    again = Client().get(f"{path}?q=gaze", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_json_tells_what_was_understood_and_found(fetch, papers):
    answer = fetch("/papers.json?q=bread&from=2024&category=cs.CV&sort=newest")
    assert answer["query"] == {
        "q": "bread",
        "category": "cs.CV",
        "venue": None,
        "organisation": None,
        "from": "2024-01-01",
        "to": None,
        "has": [],
        "sort": "new",
    }
    paper = answer["papers"][0]
    assert paper["key"] == "2401.00001"
    assert paper["published"] == "2024-01"
    assert paper["categories"][0] == {"key": "cs.CV", "name": "Computer Vision and Pattern Recognition"}
    assert {"text": "Bread", "match": True} in paper["highlights"]["title"]
    assert paper["why"]["by"] in ("words", "both", "name")
    assert answer["facets"]["year"][0]["value"] == "2024" or answer["total"] > 1
    assert answer["page"] == "http://testserver/papers?q=bread&category=cs.CV&from=2024&sort=newest"


def test_json_pages_to_the_end_and_says_so(fetch, papers):
    address, seen = "/papers.json?q=gaze+study&sort=new", []
    while address:
        answer = fetch(address.removeprefix("http://testserver"))
        seen += [paper["key"] for paper in answer["papers"]]
        address = answer["next"]
    assert answer["next"] is None
    assert len(seen) == len(set(seen)) == answer["total"] == 25


@pytest.mark.parametrize(
    ("query", "named"),
    [("sort=best", "sort=best"), ("page=x", "page=x"), ("categroy=cs", "categroy"), ("q=" + "x" * 9_000, "")],
)
def test_json_refuses_as_json(fetch, papers, query, named):
    answer = fetch(f"/papers.json?{query}", 400)
    assert answer["error"]["status"] == 400
    assert named in answer["error"]["message"]


def test_json_tells_what_is_away(monkeypatch):
    def away(*_):
        raise Unavailable("The index is away.")

    monkeypatch.setattr(search_feeds, "search", away)
    answer = Client().get("/papers.json?q=x")
    assert json.loads(answer.content)["error"] == {"status": 503, "message": "The index is away."}
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


def test_without_an_index_json_has_the_newest_and_says_so(fetch, draft):
    ingest([draft("2601.00001")])
    answer = fetch("/papers.json?q=gaze")
    assert [paper["key"] for paper in answer["papers"]] == ["2601.00001"]
    assert answer["notes"]


@pytest.mark.parametrize("path", ["/papers.atom", "/papers.feed.json", "/papers.json"])
@pytest.mark.parametrize("words", ["\x00", "\x01\x1b", "\uffff", "]]>", "<a>&amp;", "\u202e", "é視👁"], ids=range(7))
def test_hostile_words_leave_it_valid(fetch, papers, path, words):
    fetch(f"{path}?q={quote(words)}gaze")


CARD = Card(
    id=1,
    key="bs-abcdefghijkl",
    title="A\x00 title\x0b \ud800 with\ufffe what XML cannot hold",
    abstract="\x1f",
    summary="",
    summary_by="",
    published=None,
    withdrawn=True,
    votes=0,
    comments=0,
    author_count=1,
    authors=(Named("a\x01", "Ada\x02"),),
)
FEED = Feed(
    "T\x03", "S", "https://papers.example", "https://papers.example/papers", "https://papers.example/x", "", [CARD]
)


def test_characters_that_xml_cannot_hold_are_dropped():
    entry = etree.fromstring(atom(FEED)).find("a:entry", NS)
    assert entry.findtext("a:title", namespaces=NS) == "Withdrawn: A title  with what XML cannot hold"
    assert entry.findtext("a:author/a:name", namespaces=NS) == "Ada"


def test_a_paper_without_date_or_abstract_keeps_the_feed_valid():
    assert etree.fromstring(atom(FEED)).findtext("a:entry/a:updated", namespaces=NS) == "1970-01-01T00:00:00Z"
    item = json_feed(replace(FEED, cards=[replace(CARD, abstract="", title="T")]))["items"][0]
    assert "date_published" not in item
    assert item["content_text"] == "Withdrawn: T"
