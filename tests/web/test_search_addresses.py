"""Addresses of searches: one thing changed, all else kept, and back to the first page."""

from dataclasses import replace
from datetime import date

import pytest

from broadsheet.cards import Named
from broadsheet.search import FacetCount, Facets, Request
from broadsheet.web.search_addresses import Address, Choice, chips, facets, orders, orders_of_search, without_filters

pytestmark = pytest.mark.django_db  # the fixtures of all pages want the test database

ASKED = Request(words="gaze")
HERE = Address("/papers", {"q": "gaze", "category": "cs", "from": "2024", "to": "2024"})


def test_a_change_keeps_the_rest():
    assert str(HERE) == "/papers?q=gaze&category=cs&from=2024&to=2024"
    assert HERE.changed({"category": "stat"}) == "/papers?q=gaze&category=stat&from=2024&to=2024"
    assert HERE.changed({"from": "", "to": ""}) == "/papers?q=gaze&category=cs"
    assert HERE.changed({"q": ""}, path="/papers.atom") == "/papers.atom?category=cs&from=2024&to=2024"
    assert Address("/papers", {}).changed({}) == "/papers"
    assert without_filters(HERE) == "/papers?q=gaze"


def test_what_is_typed_cannot_leave_its_field():
    assert Address("/papers", {"q": "a&sort=x#y é"}).changed({}) == "/papers?q=a%26sort%3Dx%23y+%C3%A9"


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ({"from": "2024", "to": "2024"}, "2024"),
        ({"from": "2024-02", "to": "2026"}, "2024-02 to 2026"),
        ({"from": "2024"}, "Since 2024"),
        ({"to": "2024"}, "Until 2024"),
    ],
)
def test_dates_are_one_filter(given, label):
    asked = replace(
        ASKED, since=date(2024, 1, 1) if "from" in given else None, until=date(2026, 1, 1) if "to" in given else None
    )
    assert chips(asked, Address("/papers", {"q": "gaze", **given})) == [Choice(label, "/papers?q=gaze")]


def test_every_filter_has_its_chip():
    asked = replace(
        ASKED,
        category=Named("cs", "Computer Science"),
        venue=Named("v", "V"),
        organisation=Named("o", "O"),
        has_code=True,
    )
    here = Address("/papers", {"q": "gaze", "category": "cs", "venue": "v", "organisation": "o", "has": "code"})
    assert [chip.label for chip in chips(asked, here)] == ["Computer Science", "V", "O", "With code"]
    assert chips(asked, here)[1].url == "/papers?q=gaze&category=cs&organisation=o&has=code"


FOUND = Facets(
    fields=(FacetCount("cs", "Computer Science", 40), FacetCount("stat", "Statistics", 10)),
    years=(FacetCount("2024", "2024", 50),),
    venues=(FacetCount("chi", "CHI", 1000),),
    with_code=3,
)


def test_facets_lead_in_and_what_is_on_leads_out():
    asked = replace(ASKED, category=Named("cs", "Computer Science"), since=date(2024, 1, 1), until=date(2024, 12, 31))
    groups = dict(facets(FOUND, asked, HERE))
    assert list(groups) == ["Field", "Year", "Venue", "Has"]
    computing, statistics = groups["Field"]
    assert (computing.chosen, computing.url, computing.share) == (True, "/papers?q=gaze&from=2024&to=2024", 100)
    assert (statistics.chosen, statistics.share) == (False, 25)
    assert statistics.url == "/papers?q=gaze&category=stat&from=2024&to=2024"
    assert groups["Year"][0] == Choice("2024", "/papers?q=gaze&category=cs", 50, 100, chosen=True)
    assert groups["Has"][0].url.endswith("&has=code")


def test_facets_of_one_name_are_told_apart():
    both = replace(FOUND, fields=(FacetCount("grp_physics", "Physics", 4), FacetCount("physics", "Physics", 3)))
    labels = [choice.label for choice in dict(facets(both, ASKED, HERE))["Field"]]
    assert labels == ["Physics (all)", "Physics (physics)"]


def test_a_part_of_a_year_is_not_that_year():
    asked = replace(ASKED, since=date(2024, 1, 1), until=date(2024, 6, 30))
    assert not dict(facets(FOUND, asked, HERE))["Year"][0].chosen


def test_no_facets_no_groups():
    assert facets(None, ASKED, HERE) == facets(Facets((), (), (), 0), ASKED, HERE) == []


def test_orders_know_which_is_on():
    found = orders(replace(ASKED, order="votes"), HERE)
    assert [(each.label, each.chosen) for each in found] == [
        ("Relevance", False),
        ("New", False),
        ("Votes", True),
        ("Hot", False),
    ]
    assert found[0].url == str(HERE)
    assert found[3].url == str(HERE) + "&sort=hot"


def test_without_words_nothing_is_more_relevant():
    found = orders_of_search(Request(), Address("/papers", {}))
    assert [(each.label, each.url) for each in found if each.chosen] == [("New", "/papers")]
    assert "Relevance" not in [each.label for each in found]
