"""Front pages: editions of days, weeks and months, in order, with their neighbours, honest when there is nothing."""

from datetime import UTC, date, datetime

import pytest

from broadsheet import sources
from broadsheet.drafts import Counts, DraftLink, Organisation, PrintedAuthor
from broadsheet.ingest import ingest

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 30, tzinfo=UTC)


@pytest.fixture
def editions(draft, edition_of):
    """Three editions: Thursday 28 and Friday 29 May 2026, and Monday 1 June, the next week and the next month."""

    def entry(number, day, position, votes):
        counts = Counts(votes=votes, comments=3, stars=None, observed_at=NOW)
        return draft(f"2605.0000{number}", title=f"Paper {number}", counts=counts, edition=edition_of(day, position))

    ingest(
        [
            entry(1, "2026-05-28", 1, 5),
            entry(2, "2026-05-29", 1, 7),
            entry(3, "2026-05-29", 2, 40),
            entry(4, "2026-05-29", 3, 7),
            entry(5, "2026-06-01", 1, None),
        ]
    )


def test_without_papers_the_front_page_says_so_and_shows_ways_on(visit):
    page = visit("/")
    assert "No edition yet" in page.words
    assert page.all("//main//a[@href='/papers']")


@pytest.mark.parametrize("path", ["/papers/week", "/papers/month"])
def test_without_papers_week_and_month_say_so_too(visit, path):
    assert "No edition yet" in visit(path).words


def test_today_is_the_newest_edition_that_has_entries(visit, editions):
    page = visit("/")
    assert page.headlines == ["Paper 5"]
    assert "Monday, 1 June 2026" in page.words
    assert page.all("//link[@rel='canonical']/@href") == ["/papers/date/2026-06-01"]


def test_a_day_is_ordered_by_votes_then_position(visit, editions):
    page = visit("/papers/date/2026-05-29")
    assert page.headlines == ["Paper 3", "Paper 2", "Paper 4"]
    assert [rank.text_content() for rank in page.all("//p[@class='rank']")] == ["Rank 1", "Rank 2", "Rank 3"]


def test_an_entry_shows_what_is_known_of_it(visit, draft, edition_of):
    authors = tuple(PrintedAuthor(f"Author Number {n}") for n in range(9))
    links = (DraftLink("code", "https://example.org/code", "hub"), DraftLink("project", "https://example.org/p", "hub"))
    counts = Counts(votes=1234, comments=1, stars=None, observed_at=NOW)
    known = {
        "authors": authors,
        "links": links,
        "counts": counts,
        "organisation": Organisation("acme", "Acme Research"),
    }
    ingest([draft(edition=edition_of("2026-05-29", 1), summary="It looks where you look.", **known)])
    words = visit("/").words
    for text in ("Author Number 3 and 5 more", "Acme Research", "1,234 votes", "1 comment ", "5 Jan 2026"):
        assert text in words
    for text in ("It looks where you look.", "People look at pictures.", "Code", "Project"):
        assert text in words
    assert "Author Number 4" not in words


def test_an_organisation_stands_on_the_card_only_once(visit, draft, edition_of):
    ingest([draft(edition=edition_of("2026-05-29", 1), organisation=Organisation("acme", "Acme"))])
    assert len(visit("/").all("//a[@href='/organisations/acme']")) == 1


def test_days_lead_to_the_days_before_and_after_that_have_entries(visit, editions):
    page = visit("/papers/date/2026-05-29")
    assert page.all("//a[@rel='prev']/@href") == ["/papers/date/2026-05-28"]
    assert page.all("//a[@rel='next']/@href") == ["/papers/date/2026-06-01"]


def test_the_first_and_the_last_day_have_one_neighbour(visit, editions):
    assert not visit("/papers/date/2026-05-28").all("//a[@rel='prev']")
    assert not visit("/papers/date/2026-06-01").all("//a[@rel='next']")


def test_a_week_and_a_month_hold_their_days(visit, editions):
    week = visit("/papers/week/2026-W22")
    assert week.headlines == ["Paper 3", "Paper 2", "Paper 4", "Paper 1"]
    assert week.all("//a[@rel='next']/@href") == ["/papers/week/2026-W23"]
    month = visit("/papers/month/2026-06")
    assert month.headlines == ["Paper 5"]
    assert month.all("//a[@rel='prev']/@href") == ["/papers/month/2026-05"]


def test_week_and_month_without_a_code_are_the_newest(visit, editions):
    assert "Week 23, 2026" in visit("/papers/week").words
    assert "June 2026" in visit("/papers/month").words


def test_a_day_without_an_edition_says_so_and_names_its_neighbours(visit, editions):
    page = visit("/papers/date/2026-05-30")
    assert "No edition appeared on Saturday, 30 May 2026." in page.words
    assert "/papers/date/2026-05-29" in page.all("//main//a/@href")
    assert "/papers/date/2026-06-01" in page.all("//main//a/@href")
    assert page.headlines == []


@pytest.mark.parametrize("path", ["/papers/week/2026-W30", "/papers/month/1999-01", "/papers/date/2999-12-31"])
def test_any_period_of_the_calendar_may_be_asked_for(visit, editions, path):
    assert "No edition appeared" in visit(path).words


@pytest.mark.parametrize(
    "path",
    [
        "/papers/date/2026-02-30",
        "/papers/date/yesterday",
        "/papers/date/2026-5-1",
        "/papers/date/9999-01-01",
        "/papers/week/2026-W54",
        "/papers/month/2026-13",
        "/papers/month/٢٠٢٦-٠٥",
    ],
)
def test_what_is_no_period_is_refused_with_an_example(visit, path):
    assert "write it as 20" in visit(path, 400).words


def test_a_long_edition_is_cut_into_pages(visit, draft, edition_of):
    entries = (draft(f"2605.{n:05}", title=f"Paper {n}", edition=edition_of("2026-05-29", n)) for n in range(1, 106))
    ingest(entries)
    first, second = visit("/"), visit("/?page=2")
    assert (len(first.headlines), len(second.headlines)) == (100, 5)
    assert first.all("//nav[@class='pager']/a[@rel='next']/@href") == ["/?page=2"]
    assert second.all("//p[@class='rank']")[0].text_content() == "Rank 101"
    assert not second.all("//article[contains(@class,'lead')]")
    assert set(first.headlines).isdisjoint(second.headlines)


def test_a_page_beyond_the_end_says_so(visit, editions):
    page = visit("/papers/date/2026-05-29?page=9")
    assert "no page 9" in page.words
    assert "/papers/date/2026-05-29" in page.all("//main//a/@href")


@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5", "٣", "99999999", "1e3", "9999999"])
def test_what_is_no_page_is_refused_by_name(visit, editions, text):
    assert f"page={text[:7]}" in visit(f"/?page={text}", 400).words


def test_every_field_has_its_front_page(visit, editions):
    links = visit("/").all("//nav[@class='fields']//a/@href")
    assert len(links) == 8
    for link in links:
        visit(link)


def test_the_seed_edition_looks_as_its_page_did(visit, shared):
    ingest(sources.read_file(shared / "seed" / "papers.json", "seed", date(2025, 11, 12)))
    page = visit("/papers/date/2025-11-12")
    assert len(page.headlines) == 90
    assert len({rank.text_content() for rank in page.all("//p[@class='rank']")}) == 90
    assert any("Chronos-2" in title for title in page.headlines)


@pytest.mark.parametrize(
    ("abstract", "line", "rest"),
    [
        ("We propose a model. It works well.", "We propose a model.", ["It works well."]),
        ("Models matter. We propose one.", "We propose one.", ["Models matter. We propose one."]),
        ("We propose a model.", "We propose a model.", []),
        (f"We propose {'very ' * 80}much. Then more.", f"We propose {'very ' * 44}very…", []),
    ],
)
def test_a_card_does_not_say_the_same_twice(visit, draft, edition_of, abstract, line, rest):
    ingest([draft(abstract=abstract, edition=edition_of("2026-05-29", 1))])
    page = visit("/")
    assert page.all("//p[@class='lede']/text()") == [line]
    assert page.all("//p[@class='opening']/text()") == rest


def test_an_edition_from_the_far_future_is_not_today(visit, draft, edition_of):
    ingest(
        [
            draft("2601.00001", edition=edition_of("2026-01-06", 1)),
            draft("2601.00002", edition=edition_of("2150-01-01", 1)),
        ]
    )
    assert "6 January 2026" in visit("/").words
