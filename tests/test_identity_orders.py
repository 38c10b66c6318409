"""One work, told by many sources in any order and from many sides at once, is one paper."""

import itertools
import random
import threading
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from tests.test_replaying import replayed, stored, told

from broadsheet import reading
from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor
from broadsheet.ingest import ingest, take_batch
from broadsheet.reading import prepare
from broadsheet.store.catalogue import count_papers, find_paper, get_paper
from broadsheet.store.content import content_hash
from broadsheet.store.query import rows

ARXIV = Identifier("arxiv", "2405.01234")
DOI = Identifier("doi", "10.1145/3618260.3649777")
FORUM = Identifier("openreview", "zZn2Kk5CLt")
TITLE = "Scanpaths over Paintings: A Model of Where People Look Next"
FULL = ("Mira Okafor", "Jonas Lindqvist", "Ana María Peña")
INITIALS = ("Okafor, M.", "Lindqvist, J.", "Peña, A. M.")


def record(source, key, title, names, published, *identifiers):
    return Draft(
        source, key, f"{source} {key}", title, identifiers=identifiers,
        authors=tuple(PrintedAuthor(name) for name in names), published=published,
    )  # fmt: skip


def seven():
    """The work as seven sources tell of it; only some know a name that another knows too."""
    day, year = PartialDate(date(2024, 5, 3)), PartialDate(date(2024, 1, 1), "year")
    return [
        record("arxiv-api", ARXIV.value, TITLE, FULL, day, ARXIV),
        record("arxiv-oai", f"oai:arXiv.org:{ARXIV.value}", TITLE, FULL, day, ARXIV),
        record("arxiv-rss", f"{ARXIV.value}v1", TITLE, FULL, PartialDate(date(2024, 5, 6)), ARXIV),
        record("openreview", FORUM.value, TITLE.upper(), FULL, PartialDate(date(2024, 9, 30)), FORUM),
        record("bibtex", "okafor2024scanpaths", f"{{{TITLE}}}.", INITIALS, year),
        record("crossref", DOI.value, TITLE, INITIALS, PartialDate(date(2025, 3, 1), "month"), DOI),
        record("jsonl", "row 7", TITLE.lower(), FULL, year, ARXIV),
    ]


def names(paper):
    """What a paper is known by, but for keys that it had on the way."""
    return {name for name in get_paper(paper).identifiers if not name[1].startswith("bs-")}


EVERY = {
    ("arxiv", ARXIV.value),
    ("doi", DOI.value),
    ("openreview", FORUM.value),
    ("other", "bibtex:okafor2024scanpaths"),
}


class rolled_back:  # noqa: N801 - reads as a statement
    """What happens inside is undone at the end."""

    def __enter__(self):
        self.savepoint = connection.savepoint()

    def __exit__(self, *_):
        connection.savepoint_rollback(self.savepoint)


@pytest.mark.django_db
def test_five_sources_in_every_order():
    views = [view for view in seven() if view.source not in ("arxiv-oai", "jsonl")]
    for order in itertools.permutations(views):
        with rolled_back():
            outcomes = [ingest([view]) for view in order]
            assert [(o.new, o.merged) for o in outcomes] == [(1, 0)] + [(0, 1)] * 4
            assert count_papers() == 1
            assert names(find_paper(ARXIV.value)[0]) == EVERY


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(8))
def test_seven_sources_in_many_orders(seed):
    dice, views = random.Random(seed), seven()
    for _ in range(20):
        dice.shuffle(views)
        with rolled_back():
            ingest(views) if dice.random() < 0.5 else [ingest([view]) for view in views]
            assert count_papers() == 1
            assert find_paper(DOI.value)[1] == ARXIV.value
            assert names(find_paper(ARXIV.value)[0]) == EVERY


def bridged():
    """A preprint and its published version under another title, and two records that name both."""
    preprint, published, again = seven()[0], seven()[5], seven()[3]
    other = "A Model of Where People Look Next over Paintings"
    bridge = replace(seven()[6], identifiers=(ARXIV, DOI))
    return [preprint, replace(published, title=other), bridge, replace(again, title=other, identifiers=(FORUM, DOI))]


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 1000])
def test_a_record_that_names_two_papers_joins_them_in_every_order(monkeypatch, size):
    monkeypatch.setattr(reading, "BATCH", size)
    for order in itertools.permutations(bridged()):
        with rolled_back():
            ingest(order)
            assert count_papers() == 1
            assert find_paper(DOI.value)[1] == ARXIV.value
            assert names(find_paper(ARXIV.value)[0]) == {each for each in EVERY if each[0] != "other"}
            assert stored() == replayed()


@pytest.mark.django_db
def test_a_later_draft_of_a_known_record_joins_two_papers():
    first, second = seven()[0], seven()[5]
    ingest([first, replace(second, title="A Model of Where People Look Next over Paintings")])
    assert count_papers() == 2
    outcome = ingest([replace(first, payload_hash="v2", identifiers=(ARXIV, DOI), version=2)])
    assert (outcome.changed, count_papers()) == (1, 1)
    assert rows("SELECT rule, evidence FROM paper_match") == [("DOI", f"DOI {DOI.value}")]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_the_batch_size_makes_no_difference_to_joins_either(monkeypatch, seed):
    drafts, found = told(200, seed, works=12), {}
    for size in (1, 7, 1000):
        monkeypatch.setattr(reading, "BATCH", size)
        with rolled_back():
            ingest(drafts)
            found[size] = content_hash(), stored(), joinings()
    assert found[1][1] == found[7][1] == found[1000][1]
    assert found[1] == found[7] == found[1000]


def joinings():
    """Who was joined to whom and why, by key."""
    return sorted(
        rows(
            """SELECT p.key, m.source, m.key, m.rule, m.evidence FROM paper_match m
               JOIN source_record r USING (paper_id, source, key) JOIN paper p ON p.id = m.paper_id"""
        )
    )


def take_in(views, start, failures):
    start.wait()
    try:
        for view in views:
            take_batch(list(prepare([view])))
    except Exception as error:
        failures.append(error)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("sources", [seven, bridged])
@pytest.mark.parametrize("seed", range(3))
def test_many_sources_from_four_sides_at_once(seed, sources):
    dice, start, failures = random.Random(seed), threading.Barrier(4), []
    threads = []
    for _ in range(4):
        views = sources()
        dice.shuffle(views)
        threads.append(threading.Thread(target=take_in, args=(views, start, failures)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert count_papers() == 1
    assert find_paper(DOI.value) == find_paper(ARXIV.value) == find_paper(f"openreview:{FORUM.value}")
    assert stored() == replayed()
