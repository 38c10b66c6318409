"""The search page shows all that the search tells: notes, a better spelling, why, facets."""

from dataclasses import replace

import pytest

from broadsheet.cards import Card, Named
from broadsheet.search import FacetCount, Facets, Match, Results, Why
from broadsheet.web import search as page_module

pytestmark = pytest.mark.django_db

CARD = Card(
    id=7,
    key="2601.00007",
    title="Where $x^2$ Readers Look",
    abstract="They look.",
    summary="",
    summary_by="",
    published=None,
    withdrawn=False,
    votes=0,
    comments=0,
    author_count=1,
    authors=(Named("ada", "Ada"),),
)
MATCH = Match(
    CARD,
    [("Where $x^2$ ", False), ("Readers", True), (" Look", False)],
    [("They look.", False)],
    Why(("reader",), (), "words"),
)
FOUND = Results(
    matches=(MATCH,),
    total=1_234,
    facets=Facets(
        fields=(FacetCount("cs", "Computer Science", 900),),
        years=tuple(FacetCount(str(year), str(year), 10) for year in range(2026, 2010, -1)),
        venues=(FacetCount("chi", "CHI & <Friends>", 5),),
        with_code=12,
    ),
    notes=("Search by meaning is away.",),
    suggestion="readers <look>",
    cursor="abc",
    milliseconds=4.6,
)
NOTHING = Results((), 0, None, (), "", "", 1.0)


@pytest.fixture
def answer(monkeypatch, visit):
    """The page of a search that finds what is given, or what a function of the request gives."""

    def ask(found, path="/papers?q=raeders"):
        monkeypatch.setattr(page_module, "finder", lambda: None)
        monkeypatch.setattr(page_module, "search", lambda _, asked: found(asked) if callable(found) else found)
        return visit(path)

    return ask


def test_counts_notes_and_a_better_spelling(answer):
    page = answer(FOUND)
    assert "1,234 papers in 5 ms" in page.words
    assert page.all("//p[@class='note'][@role='note']/text()") == ["Search by meaning is away."]
    assert page.all("//p[@class='suggestion']/a/@href") == ["/papers?q=readers+%3Clook%3E"]
    assert "Did you mean readers <look>?" in page.words


def test_facets_in_groups_and_the_rest_folded(answer):
    page = answer(FOUND)
    assert page.all("//*[@class='groups']/section/@aria-label") == ["Field", "Year", "Venue", "Has"]
    assert len(page.all("//section[@aria-label='Year']/ul/li")) == 8
    assert len(page.all("//section[@aria-label='Year']/details//li")) == 8
    assert page.all("//section[@aria-label='Venue']//a/@href") == ["/papers?q=raeders&venue=chi"]
    assert page.all("//section[@aria-label='Has']//a/@href") == ["/papers?q=raeders&has=code"]


def test_the_next_page_is_behind_the_cursor(answer):
    assert answer(FOUND).all("//a[@rel='next']/@href") == ["/papers?q=raeders&cursor=abc"]
    assert answer(FOUND, "/papers?q=raeders&cursor=x").all("//a[@rel='first']/@href") == ["/papers?q=raeders"]
    assert not answer(replace(FOUND, cursor="")).all("//nav[@class='pager']")


@pytest.mark.parametrize(
    ("why", "line"),
    [
        (Why(("reader", "look"), (), "words"), "Holds reader, look"),
        (
            Why((), (("They ", False), ("look", True), (".", False)), "meaning"),
            "Near in meaning; nearest sentence: They look.",
        ),
        (Why(("reader",), (("They look.", False),), "both"), "Holds reader; nearest sentence: They look."),
        (Why((), (), "name"), "Bears this very name"),
        (Why((), (), "meaning"), None),
    ],
)
def test_why_it_matched(answer, why, line):
    page = answer(replace(FOUND, matches=(replace(MATCH, why=why),)))
    assert [" ".join(each.text_content().split()) for each in page.all("//p[@class='why']")] == ([line] if line else [])


def test_formulas_and_marks_stand_in_the_title(answer):
    page = answer(FOUND)
    assert page.all("//h2//math")
    assert page.all("//h2//mark/text()") == ["Readers"]
    assert page.all("//a[@href='/papers/similar/2601.00007']/text()") == ["Similar"]


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/papers?q=raeders&from=2024", "Without the filters"),
        ("/papers?q=%22raeders+look%22+-dark", "The same words, taken freely"),
        ("/papers?q=title:raeders", "The same words, taken freely"),
    ],
)
def test_nothing_found_shows_what_the_words_find_elsewhere(answer, path, heading):
    page = answer(
        lambda asked: FOUND if asked.words in ("raeders", "raeders look") and not asked.since else NOTHING, path
    )
    assert "Nothing matches." in page.words
    assert page.all("//section[@class='nearby']/h2/text()") == [heading]
    assert len(page.headlines) == 1


def test_plain_words_that_find_nothing_find_nothing_elsewhere(answer):
    assert not answer(NOTHING, "/papers?q=raeders&sort=new&page=1").all("//section[@class='nearby']")


def test_behind_the_end_is_no_dead_end(answer):
    page = answer(NOTHING, "/papers?q=x&cursor=zz")
    assert "The list ends here." in page.words
    assert page.all("//p[@class='verdict']/a/@href") == ["/papers?q=x"]
