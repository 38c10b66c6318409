"""Listings: categories, authors, organisations, venues and tags, all by one path."""

from datetime import date

import pytest

from broadsheet.drafts import Organisation, PartialDate, PrintedAuthor
from broadsheet.ingest import ingest

pytestmark = pytest.mark.django_db


@pytest.fixture
def papers(draft):
    """Three papers of one group, over three years."""
    about = {
        "authors": (PrintedAuthor("Mira Okafor"),),
        "organisation": Organisation("Acme Labs", "Acme Labs & Sons"),
        "venue": "Journal of Gaze",
        "tags": ("eye tracking",),
    }
    for year in (2024, 2026, 2025):
        day = PartialDate(date(year, 1, 5))
        ingest([draft(f"{year - 2000}01.00001", title=f"Paper of {year}", published=day, **about)])


PATHS = [
    "/categories/cs.CV",
    "/categories/cs",
    "/authors/mira-okafor",
    "/organisations/acme-labs",
    "/venues/journal-of-gaze",
    "/tags/eye-tracking",
]


@pytest.mark.parametrize("path", PATHS)
def test_papers_stand_newest_first(visit, papers, path):
    page = visit(path)
    assert page.headlines == ["Paper of 2026", "Paper of 2025", "Paper of 2024"]
    assert "3 papers, newest first" in page.words


@pytest.mark.parametrize("path", PATHS)
def test_a_page_beyond_the_end_and_a_bad_page(visit, papers, path):
    assert "There is no page 7." in visit(f"{path}?page=7").words
    assert "page=first" in visit(f"{path}?page=first", 400).words
    assert "lists end" in visit(f"{path}?page=9999999", 400).words


def test_every_category_has_a_front_page(visit):
    links = set(visit("/categories").all("//div[@class='taxonomy']//a/@href"))
    assert len(links) > 150
    for link in links:
        assert "No papers here yet." in visit(link).words


def test_the_taxonomy_counts_papers_in_categories_and_above(visit, papers):
    words = visit("/categories").words
    assert "Computer Science 3" in words
    assert "Computer Vision and Pattern Recognition cs.CV 3" in words


def test_a_category_leads_up_and_down(visit):
    page = visit("/categories/astro-ph")
    assert "/categories/grp_physics" in page.all("//p[@class='kind']/a/@href")
    assert "/categories/astro-ph.CO" in page.all("//nav[@class='fields']//a/@href")


@pytest.mark.parametrize(("alias", "code"), [("CS.cv", "cs.CV"), ("cmp-lg", "cs.CL"), ("cs.SY", "eess.SY")])
def test_other_names_of_a_category_lead_to_it(visit, alias, code):
    assert visit(f"/categories/{alias}", 302).response.headers["Location"] == f"/categories/{code}"


@pytest.mark.parametrize("kind", ["categories", "authors", "organisations", "venues", "tags"])
@pytest.mark.parametrize("name", ["nobody", "%00", "%2e%2e", "x" * 3000, "%F0%9F%91%81", "a%20b", "%FF", "'"])
def test_what_does_not_exist_gets_a_page_that_helps(visit, kind, name):
    page = visit(f"/{kind}/{name}", 404)
    assert page.all("//main//form[@action='/papers']")


def test_long_listings_are_cut_into_pages(visit, draft):
    ingest(draft(f"2601.{n:05}", title=f"Paper {n}") for n in range(1, 121))
    path, seen = "/categories/cs.CV", []
    while path:
        page = visit(path)
        seen += page.headlines
        path = next(iter(page.all("//nav[@class='pager']/a[@rel='next']/@href")), None)
    assert len(seen) == len(set(seen)) == 120


def test_organisations_are_listed_by_their_papers(visit, papers, draft):
    assert "Acme Labs & Sons 3 papers" in visit("/organisations").words


def test_without_organisations_the_page_says_so(visit):
    assert "No paper here names an organisation yet." in visit("/organisations").words


@pytest.mark.parametrize("name", ["王小明", "Анна Петрова", "★", 'J. R. R. "O\'Neil" / Smith', "محمد علي", "…"])
def test_authors_of_any_script_have_a_page(visit, draft, name):
    ingest([draft(authors=(PrintedAuthor(name),))])
    links = visit("/papers/2601.00001").all("//div[@class='byline']//a/@href")
    assert len(links) == 1
    assert visit(links[0]).headlines == ["A Study of Scanpaths, Part 2601.00001"]


@pytest.mark.parametrize("name", ["株式会社", "★", "a/b"])
def test_organisations_venues_and_tags_of_any_script_have_a_page(visit, draft, name):
    ingest([draft(organisation=Organisation("", name), venue=name, tags=(name,))])
    page = visit("/papers/2601.00001")
    links = [a for a in page.all("//main//a/@href") if a.startswith(("/organisations/", "/venues/", "/tags/"))]
    assert len(links) == 3
    for link in links:
        assert len(visit(link).headlines) == 1


def test_the_formulas_of_a_page_are_typeset_in_one_go(visit, draft, monkeypatch):
    calls = []

    class Recorder:
        def prepare(self, formulas):
            calls.append(("prepare", sorted(body for body, _ in formulas)))

        def formula(self, body, *, display):
            calls.append(("formula", body))

    monkeypatch.setattr("broadsheet.web.markup.typesetter", Recorder)
    ingest(draft(f"2601.0000{n}", title=f"On $x_{n}$", abstract="We show that $y$ is large.") for n in (1, 2, 3))
    visit("/categories/cs.CV")
    assert calls[0] == ("prepare", ["x_1", "x_2", "x_3", "y", "y", "y"])
    assert {kind for kind, _ in calls[1:]} == {"formula"}


def test_a_category_can_be_searched_within_and_followed(visit, draft):
    ingest([draft("2601.00001")])
    page = visit("/categories/cs.CV")
    within = page.all("//form[@class='within']//input[@type='hidden']")[0]
    assert (within.get("name"), within.get("value")) == ("category", "cs.CV")
    assert page.all("//link[@rel='alternate']/@href") == ["/papers.atom?category=cs.CV"]
    assert not visit("/authors/mira-okafor").all("//form[@class='within']")
