"""Ranked lists: in order, without what is hidden or merged away, and read from the heads of indexes."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.store import ranked, standings
from broadsheet.store.models import Category, Paper, PaperCategory, PaperState
from broadsheet.store.query import execute, rows

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 29, 12, tzinfo=UTC)
LISTS = {
    "hot": (ranked.hot_papers, "standing_hot"),
    "top": (ranked.top_papers, "standing_counted"),
    "discussed": (ranked.discussed_papers, "standing_said"),
    "trending": (ranked.trending_papers, "standing_momentum"),
    "new": (ranked.listed_papers, "standing_listed"),
}


@pytest.fixture
def catalogue():
    """5,000 papers with counts from elsewhere, over two years."""
    draw = random.Random(1)
    papers = (
        Paper(
            key=f"p{n}", title="T", imported_votes=draw.randrange(1, 300), imported_comments=draw.randrange(9),
            created_at=NOW - timedelta(hours=draw.randrange(17_000)),
        )
        for n in range(5_000)
    )  # fmt: skip
    Paper.objects.bulk_create(papers, batch_size=1_000)
    standings.refresh_listed([row[0] for row in rows("SELECT id FROM paper")])
    execute("ANALYZE")


def everything(ordering):
    page = ordering(0, 50)
    return list(page.items), page.total


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_from_the_head_of_its_index_and_its_length_is_bounded(catalogue, name):
    make, index = LISTS[name]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        items, total = everything(make())
    assert len(items) == 50
    assert total == ranked.DEPTH
    plans = ["\n".join(row[0] for row in rows(f"EXPLAIN {query['sql']}".replace("%", "%%"))) for query in asked]
    assert index in plans[0]
    assert "Sort" not in plans[0]
    assert all("Seq Scan on paper " not in plan for plan in plans)


@pytest.mark.parametrize("name", LISTS)
def test_what_is_hidden_or_became_another_paper_is_in_no_list(name):
    papers = [
        Paper.objects.create(key=f"p{n}", title="T", imported_votes=n + 1, imported_comments=n + 1) for n in range(3)
    ]
    standings.refresh_listed([paper.pk for paper in papers])
    PaperState.objects.create(paper=papers[1], hidden=True)
    Paper.objects.filter(pk=papers[2].pk).update(merged_into=papers[0])
    assert everything(LISTS[name][0]()) == ([papers[0].pk], 1)


def test_a_window_holds_what_was_listed_in_it_most_votes_first():
    ages = {1: 20, 3: 50, 9: 10}
    made = {
        days: Paper.objects.create(
            key=f"p{days}", title="T", imported_votes=votes, created_at=NOW - timedelta(days=days)
        )
        for days, votes in ages.items()
    }
    standings.refresh_listed([paper.pk for paper in made.values()])
    in_order = {2: [1], 7: [3, 1], 30: [3, 1, 9]}
    for window, expected in in_order.items():
        assert everything(ranked.top_papers(NOW - timedelta(days=window)))[0] == [made[days].pk for days in expected]


def test_a_category_has_its_own_list():
    Category.objects.get_or_create(code="cs.CV", defaults={"name": "Vision", "group": "Computer Science"})
    papers = [Paper.objects.create(key=f"p{n}", title="T", imported_votes=n + 1) for n in range(3)]
    standings.refresh_listed([paper.pk for paper in papers])
    for paper in papers[:2]:
        PaperCategory.objects.create(paper=paper, category_id="cs.CV", position=1)
    assert everything(ranked.hot_papers("cs.CV"))[0] == [papers[1].pk, papers[0].pk]
    assert ranked.first_categories([papers[0].pk, papers[2].pk]) == {papers[0].pk: "cs.CV"}
