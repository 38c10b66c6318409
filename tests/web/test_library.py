"""The library: what a reader keeps for themselves, seen by nobody else, quick at any size."""

import json
import time
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from broadsheet import library
from broadsheet.errors import BadInput
from broadsheet.ingest import ingest
from broadsheet.store.catalogue import find_paper
from broadsheet.store.library import SORTS, Wanted, list_papers
from broadsheet.store.models import LibraryEntry, Paper, PaperState
from broadsheet.web.library import SORT_NAMES

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


@pytest.fixture
def papers(draft):
    """Three papers: their ids, by their numbers from 1."""
    ingest([draft(f"2601.{number:05}", title=f"Study {number}") for number in range(1, 4)])
    return [0, *(find_paper(f"2601.{number:05}")[0] for number in range(1, 4))]


@pytest.fixture
def alice(person):
    return person("alice")


@pytest.fixture
def kept(alice, viewer_of, papers):
    """Alice's library: the three papers, one in each state, the first with a note and tags."""
    viewer = viewer_of(alice)
    for paper, state in zip(papers[1:], library.STATES, strict=True):
        library.put(viewer, paper, state, NOW)
    library.jot(viewer, papers[1], "Compare with $x_t$ of mine.", "gaze, To Cite", NOW)
    return papers


def test_a_paper_is_kept_from_its_own_page(alice, signed_in, papers):
    ask, here, there = signed_in(alice), "/papers/2601.00001", f"/library/papers/{papers[1]}"
    assert ask(here).all(f"//details[@id='keep']//form[@action='{there}']")
    sent = ask(there, 303, "post", {"do": "keep", "state": "reading", "next": here, "at": "keep"})
    assert sent.response.headers["Location"] == f"{here}#keep"
    assert ask(here).all("//button[@name='state' and @aria-pressed='true']/@value") == ["reading"]
    ask(there, 303, "post", {"do": "keep", "state": "read", "note": "Read $x$.", "tags": "gaze", "next": here})
    page = ask("/library")
    assert page.headlines == ["Study 1"]
    assert page.all("//p[@class='remark']//math")
    assert "#gaze" in page.words
    ask(there, 303, "post", {"do": "remove", "next": here})
    assert LibraryEntry.objects.count() == 0


def test_keeping_again_changes_the_state_and_not_the_note(alice, signed_in, kept):
    signed_in(alice)(f"/library/papers/{kept[1]}", 303, "post", {"state": "read"})
    entry = LibraryEntry.objects.get(paper_id=kept[1])
    assert (entry.state, entry.note, entry.tags) == ("read", "Compare with $x_t$ of mine.", ["gaze", "to cite"])


def test_the_library_is_narrowed_by_state_tag_and_words(alice, signed_in, kept):
    ask = signed_in(alice)
    assert sorted(ask("/library").headlines) == ["Study 1", "Study 2", "Study 3"]
    assert ask("/library?state=reading").headlines == ["Study 2"]
    assert ask("/library?tag=To+Cite").headlines == ["Study 1"]
    for words, found in (
        ("study 3", ["Study 3"]),
        ("COMPARE mine", ["Study 1"]),
        ("cite", ["Study 1"]),
        ("okafor 2", ["Study 2"]),
        ("look next propose", ["Study 1", "Study 2", "Study 3"]),
        ("100%", []),
        ("_", ["Study 1"]),
        ("\\", []),
    ):
        assert sorted(ask("/library?sort=title&q=" + words.replace("%", "%25")).headlines) == found, words
    assert "Nothing in your library fits" in ask("/library?q=nowhere").words
    assert "There is no page 9" in ask("/library?page=9").words
    for query in ("state=lost", "sort=colour", "page=x"):
        ask(f"/library?{query}", 400)
    ask("/library?q=%00&tag=%00")


def test_the_orders(alice, signed_in, kept):
    ask = signed_in(alice)
    assert set(SORTS) == set(SORT_NAMES)
    assert ask("/library?sort=title").headlines == ["Study 1", "Study 2", "Study 3"]
    ask(f"/library/papers/{kept[2]}", 303, "post", {"state": "read"})
    assert ask("/library").headlines[0] == "Study 2"
    assert len(ask("/library?sort=published").headlines) == 3


def test_counts_stand_beside_states_and_tags(alice, signed_in, kept):
    words = signed_in(alice)("/library").words
    assert "All 3 To read 1 Reading 1 Read 1" in words
    assert "gaze 1 to cite 1" in words


def test_many_are_changed_at_once(alice, signed_in, kept):
    ask = signed_in(alice)
    ask("/library/papers", 303, "post", {"do": "read", "paper": kept[1:3], "next": "/library?state=read"})
    assert set(LibraryEntry.objects.values_list("paper_id", "state")) == {(paper, "read") for paper in kept[1:]}
    ask("/library/papers", 303, "post", {"do": "remove", "paper": kept[1:3]})
    assert list(LibraryEntry.objects.values_list("paper_id", flat=True)) == [kept[3]]
    ask("/library/papers", 400, "post", {"do": "burn", "paper": kept[3]})
    ask("/library/papers", 400, "post", {"do": "read", "paper": "x"})
    ask("/library/papers", 303, "post", {"do": "read"})
    assert LibraryEntry.objects.count() == 1


@pytest.mark.parametrize("role", ["member", "trusted", "moderator", "admin"])
def test_nobody_sees_or_changes_the_library_of_another(person, signed_in, kept, role):
    ask, before = signed_in(person("charlie", role=role)), list(LibraryEntry.objects.order_by("paper_id").values())
    for path in ("/library", "/library?q=compare", "/library?tag=gaze", "/library/collections", "/papers/2601.00001"):
        words = ask(path).text
        assert "Compare with" not in words
        assert "to cite" not in words
    assert ask("/library/papers.bib").text == ""
    ask("/library/papers", 303, "post", {"do": "remove", "paper": kept[1:]})
    ask("/library/papers", 303, "post", {"do": "read", "paper": kept[1:]})
    ask(f"/library/papers/{kept[1]}", 303, "post", {"do": "remove"})
    assert list(LibraryEntry.objects.order_by("paper_id").values()) == before
    ask(f"/library/papers/{kept[1]}", 303, "post", {"state": "read", "note": "Mine.", "tags": ""})
    assert list(LibraryEntry.objects.exclude(person__handle="charlie").order_by("paper_id").values()) == before


def test_visitors_are_led_to_sign_in(visit, kept):
    for path in ("/library", "/library/papers.bib", "/library/collections"):
        assert visit(path, 302).response.headers["Location"].startswith("/account/login?")
    for path in ("/library/papers", f"/library/papers/{kept[1]}", f"/library/papers/{kept[1]}/collections"):
        visit(path, 403, "post")
    assert not visit("/papers/2601.00001").all("//details[@id='keep']")


def test_who_is_suspended_reads_and_exports_but_changes_nothing(person, signed_in, viewer_of, papers):
    dora = person("dora", suspended_until=datetime(9999, 1, 1, tzinfo=UTC))
    library.put(viewer_of(dora), papers[1], "read", NOW)
    ask = signed_in(dora)
    assert ask("/library").headlines == ["Study 1"]
    assert "@misc{" in ask("/library/papers.bib").text
    ask(f"/library/papers/{papers[1]}", 403, "post", {"do": "remove"})


def test_pages_of_the_library_are_kept_by_no_cache(alice, signed_in, kept):
    for path in ("/library", "/library/papers.ris", "/library/collections"):
        assert signed_in(alice)(path).response.headers["Cache-Control"] == "no-store, private"


def test_the_library_goes_along_with_notes_and_tags(alice, signed_in, kept):
    ask = signed_in(alice)
    bibtex = ask("/library/papers.bib").text
    assert bibtex.count("@misc{") == 3
    assert "keywords = {gaze, to cite}" in bibtex
    assert ask("/library/papers.ris?state=read").text.count("TY  - ") == 1
    assert json.loads(ask("/library/papers.csl.json?tag=gaze").text)[0]["note"].startswith("Compare with")
    ask("/library/papers.docx", 404)


@pytest.mark.parametrize(
    "data",
    [
        {"state": "burnt"},
        {"state": ""},
        {"do": "fly"},
        {"state": "read", "note": "x" * 5_001},
        {"state": "read", "note": "", "tags": ",".join(str(number) for number in range(21))},
        {"state": "read", "note": "", "tags": "x" * 41},
    ],
)
def test_what_makes_no_sense_is_refused(alice, signed_in, kept, data):
    signed_in(alice)(f"/library/papers/{kept[1]}", 400, "post", data)
    entry = LibraryEntry.objects.get(paper_id=kept[1])
    assert (entry.state, entry.note) == ("to-read", "Compare with $x_t$ of mine.")


def test_papers_there_are_not_cannot_be_kept(alice, signed_in, papers):
    ask = signed_in(alice)
    PaperState.objects.create(paper_id=papers[2], hidden=True)
    for paper in (999_999, 2**70, papers[2]):
        ask(f"/library/papers/{paper}", 404, "post", {"state": "read"})
    ask("/library/papers", 400, "post", {"do": "read", "paper": 2**70})


def test_merged_papers_are_one_with_all_notes_and_tags(alice, signed_in, viewer_of, kept):
    viewer, ask = viewer_of(alice), signed_in(alice)
    library.jot(viewer, kept[3], "Published version.", "gaze, venue", NOW)
    Paper.objects.filter(pk=kept[1]).update(merged_into=kept[3])
    assert sorted(ask("/library").headlines) == ["Study 2", "Study 3"]
    entry = library.find_kept(viewer, kept[3])
    assert (entry.state, entry.tags) == ("read", ("gaze", "venue", "to cite"))
    assert entry.note == "Published version.\n\nCompare with $x_t$ of mine."
    for query in ("tag=to+cite", "q=compare", "state=read"):
        assert ask(f"/library?{query}").headlines == ["Study 3"], query
    assert "All 2" in ask("/library").words
    ask(f"/library/papers/{kept[3]}", 303, "post", {"state": "reading", "note": "One now.", "tags": "one"})
    assert library.find_kept(viewer, kept[3]).note == "One now."
    assert ask("/library?tag=gaze").headlines == []
    Paper.objects.filter(pk=kept[1]).update(merged_into=None)
    assert sorted(ask("/library").headlines) == ["Study 1", "Study 2", "Study 3"]
    Paper.objects.filter(pk=kept[1]).update(merged_into=kept[3])
    ask(f"/library/papers/{kept[3]}", 303, "post", {"do": "remove"})
    assert list(LibraryEntry.objects.values_list("paper_id", flat=True)) == [kept[2]]


def test_a_chain_of_mergers_leads_to_its_end(alice, signed_in, kept):
    Paper.objects.filter(pk=kept[1]).update(merged_into=kept[2])
    Paper.objects.filter(pk=kept[2]).update(merged_into=kept[3])
    ask = signed_in(alice)
    assert ask("/library").headlines == ["Study 3"]
    ask("/library/papers", 303, "post", {"do": "remove", "paper": kept[3]})
    assert LibraryEntry.objects.count() == 0


def test_hidden_papers_vanish_and_come_back(alice, signed_in, kept):
    state = PaperState.objects.create(paper_id=kept[1], hidden=True)
    page = signed_in(alice)("/library")
    assert sorted(page.headlines) == ["Study 2", "Study 3"]
    assert "All 2" in page.words
    state.delete()
    assert len(signed_in(alice)("/library").headlines) == 3


def test_a_library_has_an_end(alice, viewer_of, kept, monkeypatch):
    monkeypatch.setattr(library, "MAX_PAPERS", 3)
    viewer = viewer_of(alice)
    library.put(viewer, kept[1], "reading", NOW)
    library.remove(viewer, [kept[1]], NOW)
    monkeypatch.setattr(library, "MAX_PAPERS", 2)
    with pytest.raises(BadInput, match="holds 2 papers"):
        library.put(viewer, kept[1], "read", NOW)


def test_forms_without_their_token_change_nothing(alice, kept):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    for path in ("/library/papers", f"/library/papers/{kept[1]}"):
        assert client.post(path, {"do": "remove", "paper": kept[1]}).status_code == 403
    assert LibraryEntry.objects.count() == 3


@pytest.fixture
def five_thousand(alice):
    """A library of 5,000 papers with abstracts of usual length; some are merged into others."""
    papers = Paper.objects.bulk_create(
        (
            Paper(key=f"big-{number}", title=f"Paper {number} on gaze", abstract=f"We propose {number}. " * 80)
            for number in range(5_000)
        ),
        batch_size=1_000,
    )
    Paper.objects.filter(pk__in=[paper.pk for paper in papers[:50]]).update(merged_into=papers[-1])
    states = list(library.STATES)
    LibraryEntry.objects.bulk_create(
        LibraryEntry(paper=paper, person=alice, state=states[n % 3], note=f"Note {n}", tags=[f"tag{n % 40}"])
        for n, paper in enumerate(papers)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE paper, library_entry")


def test_five_thousand_papers_page_by_few_queries_and_soon(alice, signed_in, five_thousand):
    ask = signed_in(alice)
    ask("/library")
    for path in ("/library", "/library?page=90", "/library?state=read&tag=tag3", "/library?q=gaze+4999&sort=title"):
        with CaptureQueriesContext(connection) as queries:
            begun = time.perf_counter()
            assert ask(path).headlines
            took = time.perf_counter() - begun
        assert len(queries) <= 12, [query["sql"][:200] for query in queries]
        assert took < 3, f"{path} took {took:.2f} s"  # some 0.1 s on a quiet machine
    assert list_papers(alice.pk, Wanted(), 0, 10).total == 4_950
