"""Ranked lists: the orders a reader may choose, why each paper stands where it does, and the same for programs."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.closing import close_due
from broadsheet.drafts import Counts
from broadsheet.impressions import TALLY
from broadsheet.ingest import ingest
from broadsheet.ranked_lists import ORDERS
from broadsheet.rising import rising_now
from broadsheet.store import standings
from broadsheet.store.models import Comment, Vote
from broadsheet.store.query import execute, rows
from broadsheet.web.shown import listing_of

pytestmark = pytest.mark.django_db

TODAY = datetime.now(UTC).date()
NAMES = [order.name for order in ORDERS]


@pytest.fixture(autouse=True)
def nothing_rose_before():
    rising_now.cache_clear()


@pytest.fixture
def papers(draft, edition_of):
    """Nine papers on vision of today and one on mathematics of yesterday, all with votes from elsewhere."""
    seen = datetime(2026, 5, 30, tzinfo=UTC)

    def entry(number, day, votes, category):
        counts = Counts(votes=votes, comments=1, stars=None, observed_at=seen)
        place = edition_of(day.isoformat(), number)
        title = f"Paper {number}"
        return draft(f"2605.{number:05}", title=title, counts=counts, edition=place, categories=(category,))

    ingest([entry(n, TODAY, 200 - 10 * n, "cs.CV") for n in range(1, 10)])
    ingest([entry(10, TODAY - timedelta(days=1), 12, "math.CO")])
    ids = dict(rows("SELECT title, id FROM paper"))
    standings.refresh_listed(list(ids.values()))
    return ids


@pytest.mark.parametrize("name", NAMES)
def test_every_order_is_a_page_with_reasons_and_a_plain_row_of_links(visit, papers, name):
    page = visit(f"/ranked/{name}")
    assert page.headlines
    assert len(page.all("//article//details[@class='why']")) == len(page.headlines)
    assert page.all("//nav[@aria-label='Orders']//a/@href") == [f"/ranked/{each}" for each in NAMES]
    assert page.all("//nav[@aria-label='Orders']//a[@aria-current='page']/@href") == [f"/ranked/{name}"]
    assert not page.all("//*[@style]")


@pytest.mark.parametrize("name", NAMES)
def test_every_order_is_told_to_programs_with_scores_and_parts_that_sum_to_them(visit, papers, name):
    told = json.loads(visit(f"/ranked/{name}.json").text)
    assert told["order"] == name
    assert [paper["title"] for paper in told["papers"]] == visit(f"/ranked/{name}").headlines
    assert [paper["place"] for paper in told["papers"]] == list(range(1, told["total"] + 1))
    for paper in told["papers"]:
        assert sum(part["points"] for part in paper["parts"]) == pytest.approx(paper["score"])
        assert paper["url"].startswith("http")
    assert told["next"] is None


def test_no_category_takes_more_than_half_of_a_page_of_hot_papers(visit, papers):
    page = visit("/ranked/hot")
    assert page.headlines[5] == "Paper 10"
    words = page.words
    assert "Place 10 by score; it moved up past papers of a category that already had its share." in words
    assert "Place 6 by score; it waited because cs.CV already had 5 of 10 places." in words


def test_votes_here_lift_a_paper_in_all_lists_that_count_them(visit, papers, person):
    for number in range(9):
        Vote.objects.create(
            paper_id=papers["Paper 10"], person=person(f"voter{number}"), weight=1, cast_at=datetime.now(UTC)
        )
    Comment.objects.create(paper_id=papers["Paper 10"], person=person("writer"), body="b")
    before = visit("/ranked/hot.json").text
    standings.lock(papers["Paper 10"])
    standings.refresh(papers["Paper 10"])
    found = {paper["title"]: paper for paper in json.loads(visit("/ranked/hot.json").text)["papers"]}["Paper 10"]
    past = {paper["title"]: paper for paper in json.loads(before)["papers"]}["Paper 10"]
    assert found["votes"] == 21
    assert found["score"] > past["score"]
    assert "Votes here weigh 9, and 12 counted elsewhere weigh 0.5 each: 15 in all." in found["parts"][0]["why"]
    assert float(found["parts"][0]["points"]) == pytest.approx(1.204, abs=1e-3)


def test_a_paper_rises_in_a_small_field_with_fewer_votes_than_a_large_one_usually_has(visit, papers, draft, edition_of):
    quiet = ("math.AG", "math.NT", "math.LO", "q-bio.NC", "stat.ME")
    counts = Counts(votes=1, comments=0, stars=None, observed_at=datetime(2026, 5, 30, tzinfo=UTC))
    place = edition_of(TODAY.isoformat(), 50)
    ingest([draft(f"2604.{n:05}", categories=(code,), counts=counts, edition=place) for n, code in enumerate(quiet)])
    standings.refresh_listed([row[0] for row in rows("SELECT id FROM paper")])
    told = told_rising(visit)
    assert told["Paper 10"]["votes"] < told["Paper 1"]["votes"] / 10
    assert told["Paper 10"]["score"] > told["Paper 1"]["score"]
    assert "Usual for Combinatorics (math.CO) in the last 14 days" in told["Paper 10"]["parts"][1]["why"]


def told_rising(visit):
    return {paper["title"]: paper for paper in json.loads(visit("/ranked/rising.json").text)["papers"]}


def test_top_of_the_day_holds_only_what_was_listed_in_it(visit, papers):
    assert "Paper 10" not in visit("/ranked/top-day").headlines
    assert visit("/ranked/top-week").headlines == [f"Paper {number}" for number in range(1, 11)]


def test_an_order_that_does_not_exist_is_a_page_that_names_those_that_do(visit):
    assert "top-week" in visit("/ranked/best", 404).words
    told = json.loads(visit("/ranked/best.json", 404).text)
    assert told["error"]["status"] == 404
    assert json.loads(visit("/ranked/hot.json?size=3", 400).text)["error"]["status"] == 400


@pytest.mark.parametrize("name", NAMES)
def test_without_papers_every_order_says_so(visit, name):
    assert "No papers here yet" in visit(f"/ranked/{name}").words
    assert json.loads(visit(f"/ranked/{name}.json").text)["papers"] == []


def test_pages_behind_the_last_lead_back(visit, papers):
    assert "There is no page 3" in visit("/ranked/hot?page=3").words


def test_a_category_has_orders_to_choose_from(visit, papers):
    page = visit("/categories/cs.CV?order=top-all")
    assert page.headlines == [f"Paper {number}" for number in range(1, 10)]
    assert page.all("//nav[@aria-label='Orders']//a[@aria-current='page']/@href") == ["/categories/cs.CV?order=top-all"]
    assert "rising" in visit("/categories/cs.CV?order=rising", 400).words
    assert visit("/categories/cs.CV?order=hot").headlines


def test_the_rules_are_a_page(visit):
    words = visit("/ranking").words
    for text in (
        "10(1 + weight of the votes here + 0.5 × votes counted elsewhere)",
        "Ten times the votes are worth 4 days",
        "Of any 10 places in a row, one category takes at most 5",
        "closes at 00:00 UTC of the next day",
    ):
        assert text in words


def test_an_open_edition_stands_as_it_would_close_and_a_closed_one_stays(visit, papers):
    day = f"/papers/date/{TODAY.isoformat()}"
    assert visit(day).headlines == [f"Paper {number}" for number in range(1, 10)]
    assert "open, closes on" in visit(day).words
    execute("UPDATE paper SET changed_at = '2026-05-01'")
    close_due(datetime.combine(TODAY + timedelta(days=1), datetime.min.time(), UTC))
    execute("UPDATE paper SET imported_votes = 5000 WHERE title = 'Paper 9'")
    standings.refresh_listed(list(papers.values()))
    page = visit(day)
    assert page.headlines == [f"Paper {number}" for number in range(1, 10)]
    assert "closed on" in page.words
    told = json.loads(visit(f"{day}.json").text)
    assert told["edition"] == TODAY.isoformat()
    assert told["papers"][0]["score"] == pytest.approx(
        sum(part["points"] for part in told["papers"][0]["parts"]), abs=1e-5
    )
    assert json.loads(visit("/papers/date/yesterday.json", 400).text)["error"]["status"] == 400


def test_every_entry_of_an_edition_says_why_it_stands_there(visit, papers):
    page = visit(f"/papers/date/{TODAY.isoformat()}")
    assert len(page.all("//article/details[@class='why']")) == 9
    assert page.words.count("Ten times as many add 1.") == 9


def test_a_title_that_looks_like_the_end_of_a_card_breaks_nothing(visit, draft, edition_of):
    ingest([draft(title="All about </article> and <b>more</b>", edition=edition_of("2026-05-29", 1))])
    page = visit("/papers/date/2026-05-29")
    assert page.headlines == ["All about </article> and <b>more</b>"]
    assert len(page.all("//article/details")) == 1


def test_what_is_shown_is_tallied_without_anybodys_name(visit, papers):
    TALLY.flush()
    execute("DELETE FROM impression")
    visit("/ranked/hot")
    visit("/ranked/hot", method="head")
    visit(f"/papers/date/{TODAY.isoformat()}")
    TALLY.flush()
    assert rows(
        "SELECT listing, count(*), sum(shown), max(position) FROM impression GROUP BY listing ORDER BY listing"
    ) == [
        ("edition", 9, 9, 9),
        ("hot", 10, 10, 10),
    ]


@pytest.mark.parametrize(
    ("referer", "listing"),
    [
        ("https://papers.example.org/", "edition"),
        ("https://papers.example.org/papers/date/2026-05-29", "edition"),
        ("https://papers.example.org/ranked/hot?page=2", "hot"),
        ("https://papers.example.org/papers?q=x", ""),
        ("https://elsewhere.example.org/ranked/hot", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_the_listing_that_led_to_a_paper(referer, listing):
    assert listing_of(referer, "papers.example.org") == listing


def test_behind_the_first_entries_a_link_brings_the_reason(visit, papers, monkeypatch):
    monkeypatch.setattr("broadsheet.web.why.INLINE", 3)
    page = visit("/ranked/hot?x=%26")
    assert len(page.all("//article/details[@class='why']")) == 3
    link = page.all("//article/p[@class='why']/a/@href")[-1]
    path, _, anchor = link.partition("#")
    opened = visit(path)
    assert opened.all("//article[details[@open]]/h2/@id") == [anchor]
    assert len(opened.all("//article/details[@class='why']")) == 4
