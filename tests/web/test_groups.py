"""Groups: labs and reading groups, joined by invitation, known to their members alone."""

from datetime import UTC, datetime

import pytest
from django.core.signing import TimestampSigner
from django.test import Client

from broadsheet import collecting, groups
from broadsheet.errors import BadInput
from broadsheet.store.collections import Described
from broadsheet.store.models import Collection, Group, GroupMember

pytestmark = pytest.mark.django_db

NOW = datetime.now(UTC)


@pytest.fixture
def people(person):
    """Alice looks after the group, bob belongs to it, charlie is a stranger."""
    return {handle: person(handle) for handle in ("alice", "bob", "charlie")}


@pytest.fixture
def lab(people, viewer_of):
    """A group of alice and bob, with a collection of each."""
    made = groups.make(viewer_of(people["alice"]), "Gaze Lab", "We read on Fridays.", NOW)
    groups.join(viewer_of(people["bob"]), made.id, 1, NOW)
    for handle in ("alice", "bob"):
        collecting.make(viewer_of(people[handle]), Described(f"List of {handle}", "", "group", made.id), NOW)
    return made


@pytest.fixture
def asks(people, signed_in):
    """Visits of alice, bob and charlie."""
    return {handle: signed_in(each) for handle, each in people.items()}


def invitation(asks, lab):
    (url,) = asks["alice"](lab.path).all("//input[@id='invitation']/@value")
    return url.partition("testserver")[2]


def test_a_group_is_made_and_somebody_joins_by_the_link(asks):
    path = asks["alice"]("/groups/new", 303, "post", {"name": "Reading Group", "about": "Theory"}).response.headers[
        "Location"
    ]
    page = asks["alice"](path)
    (url,) = page.all("//input[@id='invitation']/@value")
    link = url.partition("testserver")[2]
    assert "Reading Group" in asks["bob"](link).words
    assert GroupMember.objects.count() == 1  # opening the link alone changes nothing
    token = asks["bob"](link).all("//input[@name='invitation']/@value")[0]
    for _ in range(2):
        joined = asks["bob"]("/groups/join", 303, "post", {"invitation": token})
        assert joined.response.headers["Location"] == path
    assert "2 members" in asks["bob"](path).words
    assert "Reading Group" in asks["bob"]("/groups").words
    assert not asks["bob"](path).all("//input[@id='invitation']")


def test_a_visitor_with_an_invitation_signs_in_first(visit, asks, lab):
    link = invitation(asks, lab)
    assert visit(link, 302).response.headers["Location"].startswith("/account/login?next=%2Fgroups%2Fjoin%3F")
    visit("/groups/join", 403, "post")


@pytest.mark.parametrize("token", ["", "1-1", "1-1:abc:def", "\0", "x" * 5_000])
def test_a_forged_invitation_is_refused(asks, lab, token):
    assert "not one of this instance" in asks["charlie"]("/groups/join", 403, "post", {"invitation": token}).words


def test_an_invitation_for_something_else_is_refused(asks, lab):
    token = TimestampSigner(salt="broadsheet.operator.link").sign(f"{lab.id}-1")
    asks["charlie"]("/groups/join", 403, "post", {"invitation": token})


def test_an_old_invitation_is_refused(asks, lab, monkeypatch):
    from broadsheet.web import groups as pages

    link = invitation(asks, lab)
    monkeypatch.setattr(pages, "INVITED_S", -1)
    assert "expired" in asks["charlie"](link, 403).words


def test_withdrawn_invitations_let_nobody_in(asks, lab):
    link = invitation(asks, lab)
    asks["alice"](f"{lab.path}/invitations", 303, "post")
    assert "withdrawn" in asks["charlie"](link, 403).words
    asks["charlie"](invitation(asks, lab))


def test_who_was_removed_does_not_come_back_by_the_same_link(asks, lab):
    link = invitation(asks, lab)
    asks["alice"](f"{lab.path}/members/bob", 303, "post", {"do": "remove"})
    asks["bob"](link, 403)
    asks["bob"](lab.path, 404)


ROUTES = [
    ("get", "", {}, 200),
    ("post", "/edit", {"name": "Mine"}, 403),
    ("post", "/invitations", {}, 403),
    ("post", "/members/alice", {"do": "remove"}, 403),
    ("post", "/members/bob", {"do": "manager"}, 403),
    ("post", "/delete", {"sure": "yes"}, 403),
]


@pytest.mark.parametrize(("method", "suffix", "data", "status"), ROUTES)
def test_members_see_a_group_and_only_who_looks_after_it_changes_it(asks, lab, method, suffix, data, status):
    asks["bob"](lab.path + suffix, status, method, data)
    assert list(Group.objects.values_list("name", "invitation_round")) == [("Gaze Lab", 1)]
    assert set(GroupMember.objects.values_list("person__handle", "role")) == {("alice", "manager"), ("bob", "member")}


@pytest.mark.parametrize(
    ("method", "suffix", "data"), [*(each[:3] for each in ROUTES), ("post", "/leave", {"sure": "yes"})]
)
@pytest.mark.parametrize("role", ["member", "moderator", "admin"])
def test_for_strangers_a_group_does_not_exist(person, signed_in, lab, method, suffix, data, role):
    dora = signed_in(person("dora", role=role))
    answer = dora(lab.path + suffix, 404, method, data)
    nothing = dora("/groups/nothing" + suffix, 404, method, data)
    assert "Gaze Lab" not in answer.words
    assert answer.words.replace(lab.slug, "nothing").replace(lab.slug.replace("-", " "), "nothing") == nothing.words
    assert GroupMember.objects.count() == 2


@pytest.mark.parametrize("suffix", ["", "/edit", "/leave"])
def test_visitors_learn_nothing(visit, lab, suffix):
    if suffix:
        assert visit(lab.path + suffix, 403, "post").words == visit("/groups/nothing" + suffix, 403, "post").words
    else:
        assert visit(lab.path, 302).response.headers["Location"].startswith("/account/login?")


def test_pages_of_groups_are_kept_by_no_cache(asks, lab):
    assert asks["bob"](lab.path).response.headers["Cache-Control"] == "no-store, private"


def test_a_group_shows_what_its_members_share(asks, lab):
    words = asks["bob"](lab.path).words
    assert "List of alice" in words
    assert "List of bob" in words
    assert "We read on Fridays." in words
    assert "List of alice" in asks["bob"]("/library/collections").words


def test_who_leaves_takes_along_what_they_shared(asks, lab):
    asks["bob"](f"{lab.path}/leave", 400, "post")
    asks["bob"](f"{lab.path}/leave", 303, "post", {"sure": "yes"})
    assert Collection.objects.get(title="List of bob").visibility == "private"
    assert "List of bob" not in asks["alice"](lab.path).words
    asks["bob"]("/collections/alice/list-of-alice", 404)
    asks["alice"]("/collections/bob/list-of-bob", 404)


def test_somebody_always_looks_after_a_group(asks, lab):
    assert "Somebody has to look after" in asks["alice"](f"{lab.path}/leave", 403, "post", {"sure": "yes"}).words
    asks["alice"](f"{lab.path}/members/alice", 403, "post", {"do": "member"})
    asks["alice"](f"{lab.path}/members/alice", 403, "post", {"do": "remove"})
    asks["alice"](f"{lab.path}/members/bob", 303, "post", {"do": "manager"})
    asks["alice"](f"{lab.path}/leave", 303, "post", {"sure": "yes"})
    assert asks["bob"](lab.path).all("//input[@id='invitation']")
    asks["bob"](f"{lab.path}/members/nobody", 404, "post", {"do": "remove"})
    asks["bob"](f"{lab.path}/members/bob", 400, "post", {"do": "king"})


def test_with_its_last_member_a_group_ends(asks, lab):
    asks["bob"](f"{lab.path}/leave", 303, "post", {"sure": "yes"})
    asks["alice"](f"{lab.path}/leave", 303, "post", {"sure": "yes"})
    assert Group.objects.count() == 0
    assert set(Collection.objects.values_list("visibility", "group")) == {("private", None)}


def test_ending_a_group_gives_everybody_their_own_back(asks, lab):
    asks["alice"](f"{lab.path}/delete", 400, "post")
    asks["alice"](f"{lab.path}/delete", 303, "post", {"sure": "yes"})
    assert Group.objects.count() == 0
    assert asks["bob"]("/collections/bob/list-of-bob").words.count("Only you see it") == 1
    asks["alice"]("/collections/bob/list-of-bob", 404)


def test_when_an_account_ends_somebody_else_looks_after_its_groups(asks, people, lab):
    collecting.make(
        collecting.Viewer(people["bob"].pk, "bob", "", "member", NOW, verified=True), Described("List of alice"), NOW
    )
    groups.forget_person(people["alice"].pk)
    handed = Collection.objects.get(title="List of alice", visibility="group")
    assert (handed.owner.handle, handed.slug) == ("bob", f"list-of-alice-{handed.pk}")
    assert "List of alice" in asks["bob"](lab.path).words
    assert list(GroupMember.objects.values_list("person__handle", "role")) == [("bob", "manager")]
    groups.forget_person(people["bob"].pk)
    assert Group.objects.count() == 0


def test_name_and_text_change_and_the_address_stays(asks, lab):
    asks["alice"](f"{lab.path}/edit", 303, "post", {"name": "Saccade Lab", "about": "$x_t$"})
    page = asks["bob"](lab.path)
    assert "Saccade Lab" in page.words
    assert page.all("//p[@class='about']//math")
    asks["alice"](f"{lab.path}/edit", 400, "post", {"name": " "})


def test_there_are_limits(people, viewer_of, lab, monkeypatch):
    charlie = viewer_of(people["charlie"])
    monkeypatch.setattr(groups, "MAX_MEMBERS", 2)
    with pytest.raises(BadInput, match="has 2 members, which is the most"):
        groups.join(charlie, lab.id, 1, NOW)
    monkeypatch.setattr(groups, "MAX_GROUPS", 0)
    with pytest.raises(BadInput, match="which is the most"):
        groups.make(charlie, "Another", "", NOW)


def test_forms_without_their_token_change_nothing(people, lab):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["alice"])
    for suffix, data in (("/delete", {"sure": "yes"}), ("/edit", {"name": "x"}), ("/members/bob", {"do": "remove"})):
        assert client.post(lab.path + suffix, data).status_code == 403
    assert GroupMember.objects.count() == 2
