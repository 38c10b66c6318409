"""Profiles: what stands on somebody's page and who sees it, and that no text on it does anything."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.test import Client
from tests.web.account_visits import joined, no_evenness

from broadsheet.avatars import COLOURS, avatar, colour_of, initials
from broadsheet.errors import BadInput
from broadsheet.ingest import ingest
from broadsheet.profile_form import ProfileForm, checked, is_link
from broadsheet.store.models import Claim, Collection, Comment, Paper, PaperState, Person
from broadsheet.store.votes import Ballot, cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


@pytest.fixture(autouse=True)
def fast():
    with no_evenness():
        yield


@pytest.fixture
def papers(draft):
    ingest([draft(f"2601.0000{n}", title=f"Paper Number {n}") for n in range(1, 5)])
    return list(Paper.objects.order_by("pk"))


def test_a_profile_is_changed_and_shown():
    browser = joined("alice")
    browser.send(
        "/account/profile",
        status=303,
        name="Alice  Ångström",
        affiliation="Institute of Light",
        about="I look at light.\n\nOften.",
        links="https://example.org/alice\nhttp://light.example",
        public_votes="yes",
    )
    page = browser.get("/people/alice")
    words = " ".join(page.xpath("//main")[0].text_content().split())
    for text in ("Alice Ångström", "@alice", "Institute of Light", "I look at light.", "Change this page"):
        assert text in words
    links = page.xpath("//main//ul[@class='ways']//a")
    assert [link.get("href") for link in links] == ["https://example.org/alice", "http://light.example"]
    assert {link.get("rel") for link in links} == {"nofollow ugc noreferrer"}
    assert "Change this page" not in Client().get("/people/alice").content.decode()


def test_a_page_of_nobody(visit):
    visit("/people/nobody-here", 404)
    visit("/people/nobody-here/avatar.svg", 404)
    joined("alice")
    assert visit("/people/Alice", 302).response.headers["Location"] == "/people/alice"


def test_who_has_not_confirmed_an_address_has_no_page(visit, person):
    person("ghost", verified=False)
    visit("/people/ghost", 404)


def test_texts_of_a_profile_do_nothing(visit, person):
    person("eve")
    Person.objects.update(
        name=NASTY[:80],
        affiliation=NASTY,
        about=NASTY,
        links=["javascript:alert(1)", 'https://x"onclick=y', "https://ok.example"],
    )
    page = visit("/people/eve")
    assert not page.all("//main//script | //main//*[@onerror or @onclick]")
    assert len(page.all("//main//img")) == 1
    assert page.all("//main//ul[@class='ways']//a/@href") == ["https://ok.example"]
    assert "49" not in page.words
    ElementTree.fromstring(visit("/people/eve/avatar.svg").text)


def test_papers_votes_comments_and_collections_stand_there(visit, person, signed_in, papers):
    alice = person("alice")
    Claim.objects.create(paper=papers[0], position=1, person=alice, state="confirmed")
    Claim.objects.create(paper=papers[1], position=1, person=alice, state="pending")
    cast(papers[2].pk, Ballot(alice.pk, 1.0, NOW))
    cast(papers[3].pk, Ballot(alice.pk, 1.0, NOW))
    PaperState.objects.create(paper=papers[3], hidden=True)
    Comment.objects.create(paper=papers[0], person=alice, body="A **fine** paper.")
    Comment.objects.create(paper=papers[3], person=alice, body="On a hidden one.")
    Comment.objects.create(paper=papers[0], person=alice, body="Taken back.", removed_at=NOW)
    Collection.objects.create(owner=alice, slug="light", title="On Light")
    Collection.objects.create(owner=alice, slug="dark", title="On Dark", visibility="private")
    words = visit("/people/alice").words
    for text in ("1 paper Paper Number 1", "1 collection On Light 0 papers", "A **fine** paper.", "Paper Number 3"):
        assert text in words
    for text in ("Paper Number 2", "Paper Number 4", "Taken back", "On a hidden one", "On Dark"):
        assert text not in words
    Person.objects.update(public_votes=False)
    assert "Paper Number 3" not in visit("/people/alice").words
    assert "only you see them" in signed_in(alice)("/people/alice").words
    assert "Paper Number 3" not in signed_in(person("bob"))("/people/alice").words


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", "x" * 81),
        ("affiliation", "x" * 161),
        ("about", "x" * 2_001),
        ("links", "javascript:alert(1)"),
        ("links", "\n".join(f"https://a{n}.example" for n in range(7))),
    ],
)
def test_what_is_too_long_or_no_link_is_refused_and_nothing_is_lost(field, text):
    browser = joined("alice")
    given = {"name": "Alice", "affiliation": "", "about": "kept text", "links": "", field: text}
    browser.send("/account/profile", status=400, **given)
    assert f"{field}: " in browser.words
    assert "kept text" in browser.answer.content.decode() or field == "about"
    assert Person.objects.get().about == ""


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "//x.example",
        "https://",
        "ftp://x.example",
        "https://a@b.example",
        "https://x y.example",
        "data:text/html,x",
        'https://x.example/"',
        "https://x.example/<b>",
        "https://x.example:99999",
        "HTTPS//x",
        "x" * 301,
        "https://x.example/\u202egpj",
        "vbscript:x",
        "https://x.example\\@evil.example",
    ],
)
def test_what_is_no_link(text):
    assert not is_link(text)


def test_a_name_hides_nothing():
    made = checked(ProfileForm("A\u202elice\u200b\x00  B", "", "a\r\nb\tc", "", public_votes=True))
    assert (made.name, made.about) == ("Alice B", "a\nb\tc")
    with pytest.raises(BadInput, match="name"):
        checked(ProfileForm("x" * 81, "", "", "", public_votes=True))


@pytest.mark.parametrize(
    ("name", "handle", "letters"),
    [
        ("Mira Okafor", "mo", "MO"),
        ("Plato", "p1", "P"),
        ("", "mira-7", "MI"),
        ("李 明", "li", "李明"),
        ("<b> &", "x-y", "B"),
        ("Ada (Countess) Lovelace", "ada", "AL"),
        ("!!", "zz", "ZZ"),
    ],
)
def test_initials(name, handle, letters):
    assert initials(name, handle) == letters
    ElementTree.fromstring(avatar(name, handle))


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_initials_can_be_read_on_every_colour():
    assert all(1.05 / (luminance(colour) + 0.05) >= 5.5 for colour in COLOURS)
    assert colour_of("mira") == colour_of("mira")


def test_a_picture_is_nothing_that_runs(visit, person):
    person("alice")
    response = visit("/people/alice/avatar.svg").response
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
