"""Search by example: what is pasted is understood and shown, near papers come first, and the address can be shared."""

from urllib.parse import quote, urlencode

import pytest
from django.conf import settings

from broadsheet.ingest import ingest
from broadsheet.models import Models
from broadsheet.store.schema import name_catalogue
from broadsheet.vectoring import Instant

pytestmark = pytest.mark.django_db

GAZE = "Scanpaths of readers tell where attention goes. We model saccades and fixations of readers with a network."
BREAD = "Ovens turn dough into loaves with crusts. We measure crusts of bread and bake loaves in ovens of three kinds."


@pytest.fixture
def index(index, data):
    """Builds the vectors too."""

    def build():
        index()
        name_catalogue()
        Instant(data / "index", Models(settings.ENVIRONMENT)).catch_up()

    return build


@pytest.fixture
def papers(draft, index):
    gaze = [draft(f"2601.{n:05}", title=f"Scanpaths of Readers {n}", abstract=GAZE) for n in range(25)]
    bread = [
        draft(f"2401.{n:05}", title=f"Crusts of Loaves {n}", abstract=BREAD, categories=("physics.bio-ph",))
        for n in range(3)
    ]
    ingest([*gaze, *bread])
    index()


def ask(**fields):
    return "/papers/like?" + urlencode(fields)


def test_the_page_asks_for_examples(visit):
    page = visit("/papers/like")
    assert page.all("//textarea/@name") == ["like", "unlike"]
    assert page.meta("robots") == ["noindex"]
    assert not page.headlines


def test_a_pasted_abstract_finds_its_like(visit, papers):
    page = visit(ask(like=BREAD))
    assert page.headlines[0].startswith("Crusts of Loaves")
    assert page.all("//textarea[@id='like']")[0].text.strip() == BREAD
    assert page.all("//section[@aria-label='Like']//q")


def test_papers_of_the_catalogue_are_shown_by_title_and_not_found_themselves(visit, papers):
    page = visit(ask(like="2401.00001", unlike="arXiv:2601.00003"))
    assert page.all("//section[@aria-label='Like']//a/@href") == ["/papers/2401.00001"]
    assert page.all("//section[@aria-label='Unlike']//a/@href") == ["/papers/2601.00003"]
    assert page.headlines[0].startswith("Crusts of Loaves")
    assert "Crusts of Loaves 1" not in page.headlines


def test_the_filters_hold(visit, papers):
    page = visit(ask(like=GAZE, category="physics"))
    assert page.headlines
    assert all(title.startswith("Crusts") for title in page.headlines)
    assert page.all("//ul[@class='chips']//a/@href") == [ask(like=GAZE)]


def test_pages_keep_the_examples(visit, papers):
    following = visit(ask(like=GAZE)).all("//nav[@class='pager']/a[@rel='next']/@href")
    assert following == [ask(like=GAZE, page=2)]
    assert visit(following[0]).headlines


def test_papers_found_can_be_judged(visit, papers):
    page = visit(ask(like="2401.00001", unlike="bread"))
    key = page.all("//article[@class='match']//p[@class='facts']/span/text()")[0]
    buttons = [(each.get("name"), each.get("value")) for each in page.all("//p[@class='judging']/button")]
    assert buttons[:2] == [("like", key), ("unlike", key)]
    assert page.all("//p[@class='judging']/button/@form")[0] == page.all("//form[@class='pasting']/@id")[0]


def test_a_box_given_twice_counts_as_one(visit, papers):
    page = visit(ask(like="2401.00001", unlike="bread") + "&like=2401.00002&unlike=")
    assert page.all("//section[@aria-label='Like']//a/@href") == ["/papers/2401.00001", "/papers/2401.00002"]
    assert page.all("//nav[@aria-label='Order']//a/@href")[0] == ask(like="2401.00001\n2401.00002", unlike="bread")


def test_what_is_not_in_the_catalogue_is_told(visit, papers):
    page = visit(ask(like="10.1234/nowhere"))
    assert "10.1234/nowhere is not in the catalogue" in page.words
    assert "Nothing of what you pasted could be searched with." in page.words


def test_without_an_index_the_page_keeps_what_was_pasted(visit):
    page = visit(ask(like=BREAD))
    assert page.all("//textarea[@id='like']")[0].text.strip() == BREAD
    assert page.all("//p[@class='note'][@role='note']")


def test_dislikes_alone_are_not_enough(visit, papers):
    assert "Say also what the papers should be like" in visit(ask(unlike=GAZE)).words


def test_what_is_wrong_is_refused_by_name(visit, papers):
    assert "6,001 characters, the limit is 6,000" in visit(ask(like="x " * 3_000 + "x"), 400).words
    assert "sort=best" in visit(ask(like=GAZE, sort="best"), 400).words
    assert "There is no page 999." in visit(ask(like=GAZE, page=999)).words


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "@article{<b>", "\0", "\u202e", "視線研究", "'; --", "@" * 5_000, "$x^2$ " * 900],
)
def test_hostile_examples_are_shown_as_text(visit, papers, text):
    page = visit(f"/papers/like?like={quote(text)}&unlike={quote(text)}")
    assert not page.all("//main//script")
    assert not page.all("//main//b")
