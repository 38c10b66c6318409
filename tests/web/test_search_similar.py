"""Similar papers: near ones in three orders; any name of the paper leads to the one address."""

from datetime import UTC, date, datetime

import pytest
from django.conf import settings

from broadsheet.drafts import Counts, PartialDate
from broadsheet.ingest import ingest
from broadsheet.models import Models
from broadsheet.store.schema import name_catalogue
from broadsheet.vectoring import Instant

pytestmark = pytest.mark.django_db

ABSTRACT = "Scanpaths of readers tell where attention goes. We model saccades and fixations of readers with a network."


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
    def gaze(n):
        return draft(
            f"2601.{n:05}",
            title=f"Scanpaths of Readers, Study {n}",
            abstract=ABSTRACT,
            published=PartialDate(date(2026, 1, 1 + n)),
            counts=Counts(votes=(7 * n) % 5, comments=0, stars=None, observed_at=datetime(2026, 2, 1, tzinfo=UTC)),
        )

    ingest([*(gaze(n) for n in range(8)), draft("2401.00001", title="Bread Crusts", abstract="Of ovens and loaves.")])
    index()


def test_the_page_names_its_paper_and_shows_those_near_to_it(visit, papers):
    page = visit("/papers/similar/2601.00001")
    assert page.all("//h1")[0].text_content() == "Scanpaths of Readers, Study 1"
    assert "Scanpaths of Readers, Study 1" not in page.headlines
    assert len([title for title in page.headlines if "Scanpaths" in title]) == 7
    assert page.all("//a[@href='/papers/like?like=2601.00001']")


def test_the_orders(visit, papers):
    page = visit("/papers/similar/2601.00001?sort=new")
    gaze = [title for title in page.headlines if "Scanpaths" in title]
    assert gaze == [f"Scanpaths of Readers, Study {n}" for n in (7, 6, 5, 4, 3, 2, 0)]
    assert page.all("//nav[@aria-label='Order']//a[@aria-current]/text()") == ["New"]
    assert visit("/papers/similar/2601.00001?sort=near").all("//nav[@aria-label='Order']//a[@aria-current]/text()") == [
        "Nearest"
    ]
    visit("/papers/similar/2601.00001?sort=votes")


def test_other_names_lead_to_the_one_address(visit, papers):
    answer = visit("/papers/similar/arXiv:2601.00001v3?sort=votes", 302)
    assert answer.response.headers["Location"] == "/papers/similar/2601.00001?sort=votes"


def test_what_is_not_there_or_not_understood(visit, papers):
    visit("/papers/similar/9901.99999", 404)
    visit("/papers/similar/%00", 404)
    assert "sort=best" in visit("/papers/similar/2601.00001?sort=best", 400).words


def test_without_an_index_the_page_says_so(visit, draft):
    ingest([draft("2601.00001")])
    assert visit("/papers/similar/2601.00001").all("//p[@class='nothing']")
