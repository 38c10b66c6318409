"""What an operator decides: joins, splits and pairs kept apart; a wrong merge taken back loses nothing."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from broadsheet import deciding, identity
from broadsheet.drafts import Counts, Draft, DraftLink, Identifier, PartialDate, PrintedAuthor
from broadsheet.errors import BadInput, NotFound
from broadsheet.identifying import join, keep_apart, review, split
from broadsheet.ingest import ingest
from broadsheet.store import changes, intake, loading, matching
from broadsheet.store.catalogue import count_papers, find_paper, get_paper
from broadsheet.store.content import content_hash
from broadsheet.store.query import rows
from broadsheet.terms import slug

pytestmark = pytest.mark.django_db

DOI = Identifier("doi", "10.1000/volume")
PARTS = ("paper_identifier", "authorship", "paper_category", "paper_tag", "paper_link", "paper_version",
         "paper_organisation", "imported_count", "edition_entry")  # fmt: skip


def every_row():
    """Every row of papers and their parts, ids and times included, but for when a paper was last changed."""
    found = {name: sorted(map(repr, rows(f"SELECT * FROM {name}"))) for name in (*PARTS, "source_record")}
    found["paper"] = sorted(map(repr, rows("SELECT to_jsonb(p) - 'changed_at' FROM paper p WHERE merged_into IS NULL")))
    return found


def living():
    ids = [row[0] for row in rows("SELECT id FROM paper WHERE merged_into IS NULL")]
    records = loading.load_records(ids).values()
    return {r.key: replace(r, tags=tuple(map(slug, r.tags)), venue=slug(r.venue)) for r in records}


@pytest.fixture
def two(draft):
    """Two papers: a preprint, and a published one of another title."""
    link = DraftLink("code", "https://example.org/code", "jsonl")
    ingest([draft(links=(link,), venue="ETRA", tags=("gaze",))])
    ingest([draft(key="doi", payload_hash="d", title="On Tides and Fields", identifiers=(DOI,), links=(link,))])
    return "2601.00001", find_paper("10.1000/volume")[1]


def test_a_join_leaves_one_paper_that_both_keys_lead_to(two):
    older, younger = two
    number = find_paper(younger)[0]
    assert join(younger, older) == older
    assert count_papers() == 1
    assert find_paper(younger) == find_paper(older) == find_paper("10.1000/volume")
    assert set(get_paper(find_paper(older)[0]).identifiers) >= {("doi", "10.1000/volume")}
    assert [row[0] for row in rows("SELECT paper_id FROM change WHERE removed")] == [number]
    assert list(changes.paper_ids(10)) == [[find_paper(older)[0]]]
    assert matching.papers_of(find_paper(older)[0]) == [find_paper(older)[0], number]


def test_an_emptied_paper_has_no_parts(two):
    number = find_paper(two[1])[0]
    join(*two)
    assert [rows(f"SELECT count(*) FROM {part} WHERE paper_id = %s", number)[0][0] for part in PARTS] == [0] * 9
    assert rows("SELECT title, merged_into IS NULL FROM paper WHERE id = %s", number) == [("", False)]


def test_a_join_taken_back_restores_every_row(two):
    before = every_row()
    join(*two)
    assert every_row() != before
    assert split(two[0], [("jsonl", "doi")]) == two
    assert every_row() == before


def test_the_side_that_is_named_makes_no_difference(two):
    before = every_row()
    join(*two)
    split(two[0], [("jsonl", "arxiv:2601.00001")])
    assert every_row() == before


def test_the_content_is_that_of_one_paper_however_it_came_to_be(two, draft):
    join(*two)
    joined = content_hash()
    split(two[0], [("jsonl", "doi")])
    assert content_hash() != joined
    join(*two)
    assert content_hash() == joined


def test_joins_within_joins_are_taken_back_one_by_one(two, draft):
    ingest([draft("2602.00003", title="A Third Work on Something Else")])
    third = "2602.00003"
    before = every_row()
    join(two[1], third)
    between = every_row()
    join(*two)
    assert count_papers() == 1
    assert {find_paper(key) for key in (*two, third)} == {find_paper(two[0])}
    split(two[0], [("jsonl", "doi"), ("jsonl", "arxiv:2602.00003")])
    assert every_row() == between
    split(two[1], [("jsonl", "arxiv:2602.00003")])
    assert every_row() == before


def test_a_split_makes_a_new_paper_of_what_a_rule_had_added(draft):
    ingest([draft(identifiers=(DOI,), key="a")])
    key = find_paper("10.1000/volume")[1]
    ingest([draft(identifiers=(DOI, Identifier("arxiv", "2601.00001")), key="b", payload_hash="b")])
    assert find_paper(key)[1] == "2601.00001"
    number = find_paper(key)[0]
    assert split(key, [("jsonl", "b")]) == (key, "2601.00001")
    assert find_paper(key) == (number, key)
    assert find_paper("2601.00001")[0] != number
    assert [match.evidence for match in get_paper(find_paper("2601.00001")[0]).matches] == [
        "taken out of 2601.00001 by an operator"
    ]


def test_what_was_split_stays_apart_even_where_a_third_record_names_both(draft):
    ingest([draft(), draft(key="b", payload_hash="b", identifiers=(DOI, Identifier("arxiv", "2601.00001")))])
    assert count_papers() == 1
    split("2601.00001", [("jsonl", "b")])
    assert count_papers() == 2
    ingest([draft(key="c", payload_hash="c", identifiers=(DOI, Identifier("arxiv", "2601.00001")))])
    ingest([draft(key="b", payload_hash="b2", abstract="New.", identifiers=(DOI, Identifier("arxiv", "2601.00001")))])
    assert count_papers() == 2
    assert review() == []


def test_papers_kept_apart_are_not_joined_by_a_bridge(draft):
    title = "On the Motion of Eyes over Paintings"
    ingest([draft(title=title)])
    ingest([draft(key="d", payload_hash="d", title=f"{title}, Revised", identifiers=(DOI,))])
    keep_apart("2601.00001", "10.1000/volume")
    bridge = draft(key="c", payload_hash="c", title=title, identifiers=(Identifier("arxiv", "2601.00001"), DOI))
    ingest([bridge])
    assert count_papers() == 2
    join("2601.00001", "10.1000/volume")
    assert count_papers() == 1


def test_a_bridge_joins_and_is_told_on_the_page(draft):
    title = "On the Motion of Eyes over Paintings"
    ingest([draft(title=title)])
    ingest([draft(key="d", payload_hash="d", title=f"{title}, Revised", identifiers=(DOI,))])
    before, number = every_row(), find_paper("10.1000/volume")[0]
    bridge = draft(key="c", payload_hash="c", title=title, identifiers=(Identifier("arxiv", "2601.00001"), DOI))
    assert ingest([bridge]).merged == 1
    assert count_papers() == 1
    told = {(m.key, m.rule): m.evidence for m in get_paper(find_paper("2601.00001")[0]).matches}
    assert told == {("d", "DOI"): "DOI 10.1000/volume", ("c", "arXiv id"): "arXiv id 2601.00001"}
    split("2601.00001", [("jsonl", "d")])
    assert find_paper("10.1000/volume")[0] == number
    after = every_row()
    del after["source_record"], before["source_record"]
    assert after == before


def test_pairs_in_doubt_are_listed_until_somebody_decides(draft):
    title = "On the Motion of Eyes over Paintings and over Walls"
    ingest([draft(title=title, published=PartialDate(date(2001, 1, 1)), authors=(PrintedAuthor("Ada Lovelace"),))])
    ingest([draft("other", title=title, identifiers=(DOI,))])
    forum = (Identifier("openreview", "forum"),)
    ingest([draft("third", title=title, authors=(PrintedAuthor("Ada Lovelace"),), identifiers=forum)])
    pairs = review()
    assert [pair.reason.partition("; but ")[2] for pair in pairs] == [
        "other authors",
        "25 years apart",
        "other authors",
    ]
    assert all(title in (pair.paper.title, pair.other.title) for pair in pairs)
    for pair in pairs[:-1]:
        keep_apart(pair.paper.key, pair.other.key)
    join(pairs[-1].paper.key, pairs[-1].other.key)
    assert review() == []


@pytest.mark.parametrize("title", ["Editorial", "Introduction", "Reply to Comment on Stable Knots"])
def test_titles_that_many_bear_are_never_in_doubt(draft, title):
    ingest([draft(f"2601.{n:05}", title=title) for n in range(1, 9)])
    assert (count_papers(), review()) == (8, [])


def test_what_cannot_be_done_says_why(two):
    with pytest.raises(BadInput, match="one paper"):
        join(two[0], two[0])
    with pytest.raises(BadInput, match="no record of this paper"):
        split(two[0], [("jsonl", "doi")])
    with pytest.raises(NotFound):
        keep_apart(two[0], "2699.99999")
    rows("DELETE FROM source_draft RETURNING id")
    with pytest.raises(BadInput, match="before drafts were kept"):
        join(*two)


def test_papers_from_before_the_log_are_not_joined_but_listed(two, draft):
    rows("DELETE FROM source_draft RETURNING id")
    bridge = draft(
        key="c", payload_hash="c", title="On Tides and Fields", identifiers=(Identifier("arxiv", "2601.00001"), DOI)
    )
    ingest([bridge])
    assert count_papers() == 2
    assert len(review()) == 1


def test_a_key_that_no_paper_bears_any_more_leads_on(draft):
    ingest([draft("2601.00001", title="The First Work of All")])
    ingest([draft(key="d", payload_hash="d", identifiers=(DOI,), title="The Second Work of All")])
    ingest([draft(key="e", payload_hash="e", identifiers=(DOI,), title="The Second Work of All, Enlarged")])
    second = find_paper("10.1000/volume")[1]
    kept, other = split(second, [("jsonl", "e")])
    join(other, "2601.00001")
    join("2601.00001", kept)
    assert count_papers() == 1
    assert {find_paper(key)[1] for key in (second, kept, other)} == {"2601.00001"}


def wrongly_merged(seed):
    """Drafts of two works by one author; the second carries the first one's DOI.

    Gives the founding drafts and what comes later, in one order.
    """
    dice = random.Random(seed)
    own = {"alpha": Identifier("arxiv", "2601.00001"), "beta": Identifier("openreview", "betaForum")}

    seen_keys = set()

    def told(work, number, *, first):
        key = f"{work}-first" if first else f"{work}{dice.randrange(3)}"
        shares = first or dice.random() < 0.5
        bare = not first and shares and key in seen_keys and dice.random() < 0.5
        names = ((DOI,) if shares else ()) + (() if bare else (own[work],))
        seen_keys.add(key)
        source = "hub" if key.endswith("1") else "arxiv-oai" if key.endswith("2") else "jsonl"
        seen = datetime(2026, 2, 1 + number % 27, tzinfo=UTC)
        return Draft(
            source=source,
            key=key,
            payload_hash=f"{work}{number}",
            title=f"Of {work} and what comes of it" + dice.choice(["", ", again"]),
            abstract=dice.choice(["", f"About {work}, {number}."]),
            identifiers=names,
            authors=dice.choice([(), (PrintedAuthor("Mira Okafor"),)]),
            published=PartialDate(date(2026, 1, dice.randrange(1, 28))),
            version=dice.choice([None, 1, 2]),
            tags=dice.choice([(), ("gaze", work)]),
            categories=dice.choice([(), ("cs.CV",), ("cs.AI", "cs.CV")]),
            venue=dice.choice(["", "ETRA", f"{work} days"]),
            links=dice.choice([(), (DraftLink("code", "https://example.org/code", source),)]),
            counts=dice.choice([None, Counts(number, 1, None, seen)]),
            withdrawn=dice.random() < 0.1,
        )

    firsts = [told("alpha", 0, first=True), told("beta", 1, first=True)]
    return [*firsts, *(told(dice.choice(["alpha", "beta"]), n, first=False) for n in range(2, 14))]


def of_one_work(a, b):
    """The rules, but that they tell the two works of `wrongly_merged` apart."""
    works = [{"alpha", "beta"} & {w for w in ("alpha", "beta") if w in each.title_key} for each in (a, b)]
    return identity.match(a, b) if works[0] == works[1] else None


@pytest.mark.parametrize("seed", range(60))
def test_a_wrong_merge_taken_back_leaves_what_there_would_have_been(monkeypatch, seed):
    drafts = wrongly_merged(seed)
    savepoint = connection.savepoint()
    monkeypatch.setattr(deciding, "match", of_one_work)
    ingest(drafts)
    right, keys = living(), {key: find_paper(key)[1] for key in living()}
    belongs = dict(
        rows("SELECT r.source || ':' || r.key, p.key FROM source_record r JOIN paper p ON p.id = r.paper_id")
    )
    connection.savepoint_rollback(savepoint)
    monkeypatch.setattr(deciding, "match", identity.match)
    for one in drafts:
        ingest([one])
    assert (len(right), count_papers()) == (2, 1)
    beta = {(d.source, d.key) for d in drafts if "beta" in d.title}
    split(
        drafts[0].identifiers[0].value if drafts[0].identifiers[0].kind == "arxiv" else "10.1000/volume", sorted(beta)
    )
    assert living() == right
    assert {key: find_paper(key)[1] for key in right} == keys
    assert belongs == dict(
        rows("SELECT r.source || ':' || r.key, p.key FROM source_record r JOIN paper p ON p.id = r.paper_id")
    )
    ingest(drafts)
    assert count_papers() == 2


def test_a_decision_is_one_transaction(two, monkeypatch):
    before = every_row()
    monkeypatch.setattr(matching, "set_state", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        join(*two)
    assert every_row() == before
    assert intake.list_problems(9) == []
