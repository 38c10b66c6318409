"""Completion: what may be meant comes as options with their addresses, escaped; nothing wrong ever comes."""

from urllib.parse import quote

import pytest

from broadsheet.ingest import ingest

pytestmark = pytest.mark.django_db


@pytest.fixture
def papers(draft, index):
    ingest(
        [
            draft("2601.00001", title="Gaze & <Reading> of $x^2$"),
            draft("2601.00002", title="Bread"),
        ]
    )
    index()


def options(page):
    return {" ".join(option.text_content().split()): option.get("href") for option in page.all("//*[@role='option']")}


def test_titles_complete(visit, papers):
    page = visit("/papers/complete?q=gaze")
    assert "/papers/2601.00001" in options(page).values()
    assert page.all("//math")
    assert page.all("//*[@role='group']/@aria-label")[0] == "Papers"
    assert "<Reading>" not in page.text


def test_authors_and_fields_complete(visit, papers):
    assert options(visit("/papers/complete?q=okaf")).get("Mira Okafor") == "/authors/mira-okafor"
    assert "/categories/cs.CV" in options(visit("/papers/complete?q=computer+vision")).values()


@pytest.mark.parametrize("words", ["", " ", "x" * 201, "x" * 5_000, "zzzzqqq", '"', "(", "\0", "a:b", "*", "視"])
def test_nothing_meant_is_an_empty_answer(visit, papers, words):
    page = visit("/papers/complete?q=" + quote(words))
    assert page.response.headers["Content-Type"].startswith("text/html")
    assert "script" not in page.text


def test_without_an_index_nothing_is_offered(visit):
    assert visit("/papers/complete?q=gaze").text.strip() == ""


def test_browsers_keep_it_for_a_minute(visit, papers):
    assert visit("/papers/complete?q=gaze").response.headers["Cache-Control"] == "max-age=60"
