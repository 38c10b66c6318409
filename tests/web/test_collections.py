"""Collections: lists that people make, in their order, seen and changed by whom they are meant for."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from broadsheet import collected, collecting
from broadsheet.collecting import MAKING
from broadsheet.errors import BadInput
from broadsheet.ingest import ingest
from broadsheet.limits import DAY, HOUR, Allowance
from broadsheet.people import Trust
from broadsheet.store import collections as store
from broadsheet.store.catalogue import find_paper
from broadsheet.store.collections import Described
from broadsheet.store.models import Collection, CollectionEntry, CollectionFollow, FilterRule, Paper, PaperState
from broadsheet.web import keeping

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
def shelf(alice, viewer_of, papers):
    """Makes a collection of alice's that holds the three papers."""

    def make(visibility="public", title="Where people look", group=None):
        viewer = viewer_of(alice)
        made = collecting.make(viewer, Described(title, "About $x_t$.", visibility, group), NOW)
        for paper in papers[1:]:
            collected.add(viewer, "alice", made.slug, paper, NOW, f"Note on {paper}.")
        return made

    return make


def test_a_reader_makes_a_collection_and_fills_it_by_forms_alone(alice, signed_in, papers):
    ask = signed_in(alice)
    assert ask("/library/collections").all("//form[@action='/collections/new']")
    made = ask("/collections/new", 303, "post", {"title": "To discuss", "about": "On Friday.", "shown_to": "private"})
    path = made.response.headers["Location"]
    assert path == "/collections/alice/to-discuss"
    for name in ("2601.00001", "https://arxiv.org/abs/2601.00002v1", "http://testserver/papers/2601.00003"):
        ask(f"{path}/papers", 303, "post", {"paper": name, "note": "Read $x_t$"})
    page = ask(path)
    assert page.headlines == ["Study 1", "Study 2", "Study 3"]
    assert "Only you see it" in page.words
    assert len(page.all("//p[@class='remark']//math")) == 3
    assert "To discuss" in ask("/library/collections").words


def test_papers_are_moved_noted_and_removed(alice, signed_in, shelf, papers):
    path, ask = shelf().path, signed_in(alice)

    def do(paper, **data):
        return ask(f"{path}/papers/{papers[paper]}", 303, "post", data).response.headers["Location"]

    assert do(3, do="up") == f"{path}#p{papers[3]}"
    assert ask(path).headlines == ["Study 1", "Study 3", "Study 2"]
    do(1, do="down")
    do(2, do="place", place="1")
    assert ask(path).headlines == ["Study 2", "Study 3", "Study 1"]
    do(2, do="up")
    do(2, do="place", place="99")
    assert ask(path).headlines == ["Study 3", "Study 1", "Study 2"]
    do(1, do="note", note="Better than I thought.")
    assert "Better than I thought." in ask(path).words
    do(3, do="remove")
    assert ask(path).headlines == ["Study 1", "Study 2"]
    assert list(CollectionEntry.objects.order_by("position").values_list("position", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    "data",
    [{"do": "fly"}, {"do": "place", "place": "-1"}, {"do": "place", "place": "x"}, {"do": "note", "note": "x" * 2001}],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(alice, signed_in, shelf, papers, data):
    path, ask = shelf().path, signed_in(alice)
    before = list(CollectionEntry.objects.order_by("position").values())
    ask(f"{path}/papers/{papers[1]}", 400, "post", data)
    assert list(CollectionEntry.objects.order_by("position").values()) == before


def test_a_paper_stands_in_a_collection_once(alice, signed_in, shelf):
    path, ask = shelf().path, signed_in(alice)
    ask(f"{path}/papers", 303, "post", {"paper": "2601.00001"})
    assert CollectionEntry.objects.count() == 3
    assert "nowhere" in ask(f"{path}/papers", 404, "post", {"paper": "nowhere"}).words
    ask(f"{path}/papers", 400, "post", {"paper": ""})


SECRET = [
    ("get", "", {}, 404),
    ("get", ".bib", {}, 404),
    ("get", "/edit", {}, 404),
    ("post", "/edit", {"title": "Mine now"}, 404),
    ("post", "/delete", {"sure": "yes"}, 404),
    ("post", "/follow", {"to": "follow"}, 404),
    ("post", "/copy", {}, 404),
    ("post", "/papers", {"paper": "2601.00001"}, 404),
    ("post", "/papers/{paper}", {"do": "remove"}, 404),
]
OPEN = [
    ("get", "", {}, 200),
    ("get", ".bib", {}, 200),
    ("get", "/edit", {}, 403),
    ("post", "/edit", {"title": "Mine now"}, 403),
    ("post", "/delete", {"sure": "yes"}, 403),
    ("post", "/follow", {"to": "follow"}, 303),
    ("post", "/copy", {}, 303),
    ("post", "/papers", {"paper": "2601.00001"}, 403),
    ("post", "/papers/{paper}", {"do": "remove"}, 403),
]


def state():
    return list(CollectionEntry.objects.order_by("collection_id", "position").values()), list(
        Collection.objects.values()
    )


@pytest.mark.parametrize(("method", "suffix", "data", "status"), SECRET)
@pytest.mark.parametrize("visibility", ["private", "group"])
@pytest.mark.parametrize("role", ["member", "moderator", "admin"])
def test_what_is_not_for_somebody_does_not_exist_for_them(
    alice, person, signed_in, viewer_of, shelf, papers, visibility, method, suffix, data, status, role
):
    from broadsheet import groups

    group = groups.make(viewer_of(alice), "Lab", "", NOW).id if visibility == "group" else None
    path, before = shelf(visibility, group=group).path, state()
    charlie = signed_in(person("charlie", role=role))
    answer = charlie(path + suffix.format(paper=papers[1]), status, method, data)
    nothing = charlie("/collections/alice/nothing" + suffix.format(paper=papers[1]), status, method, data)
    assert "Where people look" not in answer.words
    assert answer.words.replace("where-people-look", "nothing").replace("where people look", "nothing") == nothing.words
    assert state() == before
    assert CollectionFollow.objects.count() == 0


@pytest.mark.parametrize(("method", "suffix", "data", "status"), OPEN)
def test_what_is_public_is_read_by_strangers_and_changed_by_none(
    person, signed_in, shelf, papers, method, suffix, data, status
):
    made = shelf()
    before = list(CollectionEntry.objects.order_by("position").values())
    signed_in(person("charlie"))(made.path + suffix.format(paper=papers[1]), status, method, data)
    assert list(CollectionEntry.objects.filter(collection=made.id).order_by("position").values()) == before
    assert Collection.objects.get(pk=made.id).title == "Where people look"


@pytest.mark.parametrize(("method", "suffix", "data"), [each[:3] for each in OPEN])
def test_a_visitor_reads_what_is_public_without_a_cookie(visit, shelf, papers, method, suffix, data):
    public, secret = shelf().path, shelf("private", "Another").path
    suffix = suffix.format(paper=papers[1])
    if method == "get" and suffix != "/edit":
        assert "Set-Cookie" not in visit(public + suffix).response.headers
        visit(secret + suffix, 404)
    elif method == "get":
        assert visit(public + suffix, 302).response.headers["Location"].startswith("/account/login?")
    else:
        assert visit(public + suffix, 403, "post").words == visit(secret + suffix, 403, "post").words
    assert CollectionEntry.objects.count() == 6


def test_members_of_a_group_read_and_change_what_is_shared_but_do_not_own_it(
    alice, person, signed_in, viewer_of, shelf, papers
):
    from broadsheet import groups

    bob, group = person("bob"), groups.make(viewer_of(alice), "Lab", "", NOW)
    groups.join(viewer_of(bob), group.id, 1, NOW)
    path, ask = shelf("group", group=group.id).path, signed_in(bob)
    assert ask(path).headlines == ["Study 1", "Study 2", "Study 3"]
    assert ask(path).response.headers["Cache-Control"] == "no-store, private"
    ask(f"{path}/papers/{papers[3]}", 303, "post", {"do": "place", "place": "1"})
    ask(f"{path}/edit", 303, "post", {"title": "Our list", "shown_to": "public"})
    assert ask(path).headlines[0] == "Study 3"
    kept = Collection.objects.get()
    assert (kept.title, kept.visibility, kept.group_id, kept.owner_id) == ("Our list", "group", group.id, alice.pk)
    ask(f"{path}/delete", 403, "post", {"sure": "yes"})
    assert "Our list" in ask("/library/collections").words
    groups.leave(viewer_of(bob), group.slug)
    ask(path, 404)


def test_nobody_shares_with_a_group_they_do_not_belong_to(person, signed_in, viewer_of, shelf, alice):
    from broadsheet import groups

    group = groups.make(viewer_of(person("charlie")), "Theirs", "", NOW)
    ask, path = signed_in(alice), shelf().path
    for given in (f"group:{group.id}", "group:999999"):
        assert "belong" in ask("/collections/new", 403, "post", {"title": "x", "shown_to": given}).words
        ask(f"{path}/edit", 403, "post", {"title": "x", "shown_to": given})
    for given in ("group:x", "group:", "everyone"):
        ask("/collections/new", 400, "post", {"title": "x", "shown_to": given})


def test_public_collections_are_listed_by_their_last_change(alice, visit, signed_in, shelf, papers):
    shelf("private", "Hidden away")
    shelf("public", "Older")
    newer = shelf("public", "Newer")
    collecting.make(
        collecting.Viewer(alice.pk, "alice", "", "member", NOW, verified=True), Described("Empty", "", "public"), NOW
    )
    page = visit("/collections")
    assert [link.text_content() for link in page.all("//ul[@class='shelves']//h2/a")] == ["Newer", "Older"]
    signed_in(alice)(f"{newer.path}/papers/{papers[1]}", 303, "post", {"do": "down"})
    assert "3 papers" in visit("/collections").words


def test_following_and_stopping(alice, person, signed_in, shelf):
    path, ask = shelf().path, signed_in(person("charlie"))
    for _ in range(2):
        ask(f"{path}/follow", 303, "post", {"to": "follow", "next": path})
    assert "1 follower" in ask(path).words
    assert "Where people look" in ask("/library/collections").words
    ask(f"{path}/follow", 303, "post", {"to": "none", "next": path})
    assert CollectionFollow.objects.count() == 0
    ask(f"{path}/follow", 400, "post", {"to": "stalk"})
    signed_in(alice)(f"{path}/follow", 403, "post", {"to": "follow"})


def test_what_was_followed_and_became_private_is_gone_for_followers(alice, person, signed_in, shelf):
    path, ask = shelf().path, signed_in(person("charlie"))
    ask(f"{path}/follow", 303, "post", {"to": "follow"})
    signed_in(alice)(f"{path}/edit", 303, "post", {"title": "Where people look", "shown_to": "private"})
    assert "Where people look" not in ask("/library/collections").words
    ask(path, 404)


def test_a_copy_is_ones_own_and_private(person, signed_in, shelf):
    path, ask = shelf().path, signed_in(person("charlie"))
    mine = ask(f"{path}/copy", 303, "post").response.headers["Location"]
    assert mine == "/collections/charlie/where-people-look"
    assert ask(mine).headlines == ["Study 1", "Study 2", "Study 3"]
    assert Collection.objects.get(owner__handle="charlie").visibility == "private"


def test_deleting_asks_whether_one_is_sure(alice, signed_in, shelf):
    path, ask = shelf().path, signed_in(alice)
    ask(f"{path}/delete", 400, "post")
    ask(f"{path}/delete", 303, "post", {"sure": "yes"})
    ask(path, 404)
    assert CollectionEntry.objects.count() == Collection.objects.count() == 0


def test_a_whole_collection_is_cited(visit, shelf, papers):
    path = shelf().path
    bibtex = visit(f"{path}.bib").response
    assert bibtex.headers["Content-Disposition"] == 'attachment; filename="where-people-look.bib"'
    assert bibtex.content.decode().count("@misc{") == 3
    assert f"Note on {papers[1]}." in bibtex.content.decode()
    assert visit(f"{path}.ris").text.count("TY  - ") == 3
    assert [item["title"] for item in json.loads(visit(f"{path}.csl.json").text)] == ["Study 1", "Study 2", "Study 3"]
    visit(f"{path}.docx", 404)


def test_bibliographies_are_limited_by_the_hour(visit, shelf, monkeypatch):
    monkeypatch.setattr(keeping, "EXPORTS", Allowance(2, HOUR))
    path = shelf().path
    for _ in range(2):
        visit(f"{path}.bib")
    assert "Retry-After" in visit(f"{path}.bib", 429).response.headers
    visit(path)


def test_merged_papers_show_as_one_and_apart_again(alice, signed_in, shelf, papers):
    path, ask = shelf().path, signed_in(alice)
    Paper.objects.filter(pk=papers[1]).update(merged_into=papers[3])
    page = ask(path)
    assert page.headlines == ["Study 2", "Study 3"]
    assert f"Note on {papers[3]}." in page.words
    assert f"Note on {papers[1]}." in page.words
    assert "2 papers" in ask("/collections").words
    ask(f"{path}/papers/{papers[3]}", 303, "post", {"do": "up"})
    assert ask(path).headlines == ["Study 3", "Study 2"]
    Paper.objects.filter(pk=papers[1]).update(merged_into=None)
    assert sorted(ask(path).headlines) == ["Study 1", "Study 2", "Study 3"]
    Paper.objects.filter(pk=papers[1]).update(merged_into=papers[3])
    ask(f"{path}/papers/{papers[3]}", 303, "post", {"do": "remove"})
    assert list(CollectionEntry.objects.values_list("paper_id", flat=True)) == [papers[2]]


def test_a_paper_that_became_one_outside_shows_as_that_one(alice, signed_in, shelf, papers, draft):
    path, ask = shelf().path, signed_in(alice)
    ingest([draft("2601.00009", title="The survivor")])
    survivor = find_paper("2601.00009")[0]
    Paper.objects.filter(pk__in=papers[1:3]).update(merged_into=survivor)
    assert ask(path).headlines == ["The survivor", "Study 3"]
    ask(f"{path}/papers", 303, "post", {"paper": "2601.00009"})
    assert CollectionEntry.objects.count() == 3
    ask(f"{path}/papers/{survivor}", 303, "post", {"do": "note", "note": "Both."})
    assert ask(path).text.count("Both.") == 2  # once to read, once in its form


def test_hidden_papers_are_not_shown_counted_or_added(alice, signed_in, shelf, papers):
    path, ask = shelf().path, signed_in(alice)
    PaperState.objects.create(paper_id=papers[2], hidden=True)
    page = ask(path)
    assert page.headlines == ["Study 1", "Study 3"]
    assert "2 papers" in page.words
    ask(f"{path}/papers/{papers[3]}", 303, "post", {"do": "up"})
    assert ask(path).headlines == ["Study 3", "Study 1"]
    PaperState.objects.all().delete()
    assert sorted(ask(path).headlines) == ["Study 1", "Study 2", "Study 3"]


def test_what_a_moderator_hides_is_seen_by_its_owner_alone(alice, person, signed_in, visit, shelf):
    made = shelf()
    assert store.read_state(made.id) == {"hidden": False}
    store.write_state({"hidden": True}, NOW, made.id)
    visit(made.path, 404)
    signed_in(person("charlie"))(made.path, 404)
    assert "A moderator has hidden this collection" in signed_in(alice)(made.path).words
    assert "Where people look" not in visit("/collections").words


def test_a_moderator_finds_the_way_to_hide_what_is_public(person, signed_in, shelf):
    public, secret = shelf(), shelf("private", "Secret")
    form = "//form[@action='/moderation/act']//input[@name='subject']/@value"
    moderator = signed_in(person("max", role="moderator"))
    assert moderator(public.path).all(form) == [f"collection:{public.id}"]
    moderator(secret.path, 404)
    assert not signed_in(person("charlie"))(public.path).all(form)


def test_the_rules_for_new_texts_hold_in_public_alone(alice, signed_in, papers):
    FilterRule.objects.create(kind="keyword", pattern="casino", action="refuse")
    ask = signed_in(alice)
    assert "casino" in ask("/collections/new", 400, "post", {"title": "Best casino", "shown_to": "public"}).words
    ask("/collections/new", 303, "post", {"title": "Best casino", "shown_to": "private"})
    path = ask("/collections/new", 303, "post", {"title": "Fine", "shown_to": "public"}).response.headers["Location"]
    ask(f"{path}/papers", 400, "post", {"paper": "2601.00001", "note": "casino"})
    ask(f"{path}/papers", 303, "post", {"paper": "2601.00001", "note": "good"})
    ask("/collections/alice/best-casino/edit", 400, "post", {"title": "Best casino", "shown_to": "public"})


def test_titles_may_repeat_and_addresses_stay(alice, signed_in, shelf):
    first, second = shelf(), shelf()
    assert (first.slug, second.slug) == ("where-people-look", "where-people-look-2")
    signed_in(alice)(f"{first.path}/edit", 303, "post", {"title": "Renamed", "shown_to": "public"})
    assert "Renamed" in signed_in(alice)(first.path).words


def test_a_title_in_any_script_has_an_address(alice, signed_in):
    ask = signed_in(alice)
    for title in ("注视模型", "../../admin", "<script>alert(1)</script>", "%2e%2e", "???"):
        path = ask("/collections/new", 303, "post", {"title": title}).response.headers["Location"]
        page = ask(path)
        assert page.all("//h1")[-1].text_content() == title
        assert "alert(1)" not in [script.text for script in page.all("//script")]


def test_there_are_limits(alice, viewer_of, shelf, papers, monkeypatch):
    viewer, made = viewer_of(alice), shelf()
    monkeypatch.setattr(collected, "MAX_PAPERS", 3)
    collected.remove(viewer, "alice", made.slug, papers[1], NOW)
    collected.add(viewer, "alice", made.slug, papers[1], NOW)
    monkeypatch.setattr(collected, "MAX_PAPERS", 2)
    collected.remove(viewer, "alice", made.slug, papers[1], NOW)
    with pytest.raises(BadInput, match="holds 2 papers, which is the most"):
        collected.add(viewer, "alice", made.slug, papers[1], NOW)
    monkeypatch.setattr(collecting, "MAX_COLLECTIONS", 1)
    with pytest.raises(BadInput, match="You have 1 collections"):
        collecting.make(viewer, Described("One more"), NOW)


def test_new_collections_are_limited_by_the_day(alice, signed_in, monkeypatch):
    monkeypatch.setitem(MAKING, Trust.MEMBER, Allowance(2, DAY))
    ask = signed_in(alice)
    for _ in range(2):
        ask("/collections/new", 303, "post", {"title": "x"})
    assert "Retry-After" in ask("/collections/new", 429, "post", {"title": "x"}).response.headers


def test_forms_without_their_token_change_nothing(alice, shelf, papers):
    path, before = shelf().path, state()
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    for suffix, data in (
        ("/delete", {"sure": "yes"}),
        (f"/papers/{papers[1]}", {"do": "remove"}),
        ("/edit", {"title": "x"}),
    ):
        assert client.post(path + suffix, data).status_code == 403
    assert state() == before


def test_a_paper_is_collected_from_its_own_page(alice, signed_in, papers):
    ask, here = signed_in(alice), "/papers/2601.00001"
    assert ask(here).all("//details[@id='keep']")
    there = f"/library/papers/{papers[1]}/collections"
    back = ask(there, 303, "post", {"title": "New one", "shown_to": "private", "next": here})
    assert back.response.headers["Location"] == f"{here}#keep"
    assert "In New one." in ask(here).words
    assert not ask(here).all("//select[@name='collection']")
    (choice,) = ask("/papers/2601.00002").all("//select[@name='collection']/option/@value")
    ask(f"/library/papers/{papers[2]}/collections", 303, "post", {"collection": choice, "next": here})
    assert ask("/collections/alice/new-one").headlines == ["Study 1", "Study 2"]


def test_a_choice_of_somebody_elses_collection_does_not_exist(person, signed_in, shelf, papers):
    ask, secret, public = signed_in(person("charlie")), shelf("private"), shelf("public", "Open")
    there = f"/library/papers/{papers[1]}/collections"
    ask(there, 404, "post", {"collection": str(secret.id)})
    ask(there, 403, "post", {"collection": str(public.id)})
    ask(there, 400, "post", {"collection": "x"})
    ask("/library/papers/999999/collections", 404, "post", {"title": "x"})
    assert not ask("/papers/2601.00001").all("//select[@name='collection']")


def test_a_thousand_papers_take_a_handful_of_queries(alice, signed_in, draft):
    ingest([draft(f"2602.{number:05}", title=f"Paper {number}") for number in range(1, 1_001)])
    made = collecting.make(
        collecting.Viewer(alice.pk, "alice", "", "member", NOW, verified=True), Described("Big"), NOW
    )
    ids = list(Paper.objects.filter(title__startswith="Paper ").order_by("pk").values_list("pk", flat=True))
    CollectionEntry.objects.bulk_create(
        CollectionEntry(collection_id=made.id, paper_id=paper, position=place, note="A note.")
        for place, paper in enumerate(ids, 1)
    )
    ask = signed_in(alice)
    counts = []
    for path in (made.path, f"{made.path}?page=20"):
        with CaptureQueriesContext(connection) as queries:
            assert len(ask(path).headlines) == 50
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
    with CaptureQueriesContext(connection) as queries:
        ask(f"{made.path}/papers/{ids[-1]}", 303, "post", {"do": "place", "place": "1"})
    assert len(queries) <= 25
    assert ask(made.path).headlines[0] == "Paper 1000"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_is_added_and_moved_at_once_keeps_its_places(person, viewer_of, draft):
    ingest([draft(f"2601.{number:05}") for number in range(1, 13)])
    papers = list(Paper.objects.order_by("pk").values_list("pk", flat=True))
    viewer = viewer_of(person("alice"))
    made = collecting.make(viewer, Described("At once"), NOW)

    def add(paper: int) -> None:
        try:
            collected.add(viewer, "alice", made.slug, paper, NOW)
            collected.move(viewer, "alice", made.slug, paper, "1", NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add, papers * 2))
    positions = CollectionEntry.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, 13))
