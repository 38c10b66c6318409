"""The map's pages: the list that stands without script, what browsers draw, and what is asked wrongly."""

import json
import shutil
from datetime import date

import numpy as np
import pytest
from django.test import Client

from broadsheet.drafts import PartialDate
from broadsheet.errors import Unavailable
from broadsheet.ingest import ingest
from broadsheet.mapping.catalogue import describe, field_codes
from broadsheet.mapping.files import find_map
from broadsheet.mapping.making import build
from broadsheet.mapping.projection import Effort
from broadsheet.store.catalogue import find_paper, list_cards

pytestmark = pytest.mark.django_db

SUBJECTS = {
    "Black Holes": ("gr-qc", "Rotating", "The Entropy of", "Mergers of"),
    "Protein Folding": ("q-bio.BM", "Pathways of", "Molecular Dynamics of", "Fast"),
    "Graph Coloring": ("math.CO", "Bounds on", "List", "Random"),
}


@pytest.fixture
def papers(draft):
    """Ninety papers of three subjects, thirty each."""
    made = []
    for number in range(90):
        subject, (category, *starts) = list(SUBJECTS.items())[number % 3]
        title = f"{starts[number // 3 % 3]} {subject}, Part {number // 3 + 1}"
        day = PartialDate(date(2000 + number // 5, 3, 1))
        made.append(draft(f"2601.{number:05}", title=title, published=day, categories=(category,)))
    ingest(made)
    return [find_paper(f"2601.{number:05}")[0] for number in range(90)]


@pytest.fixture
def drawn(papers, data):
    """The map of these papers; it is gone after the test."""
    chance = np.random.default_rng(2)
    vectors = chance.normal(size=(3, 16))[np.arange(90) % 3] + 0.8 * chance.normal(size=(90, 16))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    effort = Effort(gathering=50, settling=80, threads=1)
    build(data / "map", lambda: [(np.array(papers), vectors)], describe, field_codes(), effort=effort)
    yield find_map(data / "map")
    shutil.rmtree(data / "map")


class Found:
    """A search that finds the papers of one subject."""

    def __init__(self, papers):
        self.rows = [type("Row", (), {"paper_id": paper}) for paper in papers]

    def find(self, question):
        if question.words == "broken":
            raise Unavailable("The search index is being repaired.")
        return self if question.words == "holes" else Found([])


@pytest.fixture
def search(monkeypatch, papers):
    """Words find papers without an index: "holes" those on black holes, others none."""
    from broadsheet.web import map_choice

    monkeypatch.setattr(map_choice, "finder", lambda: Found(papers[::3]))


def regions(page):
    return page.all("//div[@id='regions']//h3/a/text()")


def view(page):
    return json.loads(page.all("//script[@id='map-data']/text()")[0])


def test_without_a_map_the_page_says_what_to_do(visit, db):
    page = visit("/map")
    assert "There is no map yet" in page.words
    assert "broadsheet map build" in page.words
    assert not page.all("//script[contains(@src, 'map')]")


def test_without_script_the_regions_stand_as_headed_lists_of_papers(visit, drawn):
    page = visit("/map")
    assert "90 papers" in page.words
    assert {name.split(",")[0] for name in regions(page)} & {"Black holes", "Protein folding", "Graph coloring"}
    assert len(page.all("//div[@id='regions']//ul[@class='map-papers']//a[starts-with(@href, '/papers/2601.')]")) >= 4
    assert page.all("//figure[@id='map']//canvas[@aria-hidden='true']")


def test_a_region_has_a_page_with_all_its_papers(visit, drawn):
    address = visit("/map").all("//div[@id='regions']//h3/a/@href")[0]
    page = visit(address)
    region = max(drawn.levels[0], key=lambda each: each.size)
    assert page.all("//h2[@id='region']/text()") == [region.label]
    assert len(page.all("//ol[@class='map-papers']/li")) == min(region.size, 50)
    assert view(page)["region"] == [region.x, region.y, region.reach]


def test_fields_and_years_narrow_list_and_view(visit, drawn):
    page = visit("/map?field=math&from=2005&to=2012")
    titles = page.all("//ul[@class='map-papers']//a/text()")
    assert titles
    assert all("Graph Coloring" in title for title in titles)
    assert "13 papers chosen" in page.words
    assert view(page)["fields"] == [drawn.field_codes.index("math")]
    assert view(page)["years"] == [2005, 2012]
    assert page.all("//input[@name='field'][@checked]/@value") == ["math"]
    assert "No paper on the map passes" in visit("/map?field=math&from=1990&to=1999").words


def test_the_filters_stay_in_the_links_to_regions(visit, drawn):
    page = visit("/map?field=math&from=2005")
    assert all("field=math&from=2005" in address for address in page.all("//div[@id='regions']//h3/a/@href"))


def test_words_mark_papers(visit, drawn, search, papers):
    page = visit("/map?q=holes")
    marked = {int(drawn.papers[row]) for row in view(page)["marked"]}
    assert marked == set(papers[::3])
    assert "30 papers chosen" in page.words
    assert "No paper on the map matches" in visit("/map?q=xylophone").words
    assert "being repaired" in visit("/map?q=broken").words


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("from=abc", 400, "write a year"),
        ("from=20260", 400, "write a year"),
        ("from=2010&to=2000", 400, "later than"),
        ("field=alchemy", 400, "knows no such field"),
        ("region=atlantis", 404, "no region"),
        ("page=0&region=", 200, ""),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_name(visit, drawn, query, status, said):
    assert said in visit(f"/map?{query}", status).words


def get(path, status=200, **headers):
    response = Client(raise_request_exception=False).get(path, headers=headers)
    assert response.status_code == status
    return response


def test_the_points_are_six_bytes_each_and_are_kept_for_good(drawn):
    response = get(f"/map/points/{drawn.version}")
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert "immutable" in response.headers["Cache-Control"]
    body = response.content
    assert np.frombuffer(body, "<u2", 180).reshape(2, 90).tolist() == drawn.xy.tolist()
    assert body[360:450] == drawn.fields.tobytes()
    assert body[450:] == drawn.years.tobytes()
    get(f"/map/points/{drawn.version}", 304, **{"If-None-Match": f'"{drawn.version}"'})
    get("/map/points/m999999", 404)


def test_regions_are_named_with_their_places(drawn):
    levels = get(f"/map/regions/{drawn.version}").json()["levels"]
    assert [region["papers"] for region in levels[0]] == [region.size for region in drawn.levels[0]]
    assert all(0 <= value <= 1 for region in levels[0] for value in region["at"])


def test_points_have_titles(drawn):
    found = get(f"/map/papers?version={drawn.version}&rows=5,0").json()["papers"]
    assert [paper["row"] for paper in found] == [5, 0]
    card = list_cards([int(drawn.papers[5])])[0]
    assert found[0]["title"] == card.title
    assert found[0]["url"] == f"/papers/{card.key}"


@pytest.mark.parametrize("rows", ["", "x", "1,,2", "-1", "90", ",".join("1" * 61), "9" * 30, "٣"])
def test_points_that_do_not_exist_are_refused(drawn, rows):
    get(f"/map/papers?version={drawn.version}&rows={rows}", 400)


def test_points_of_another_version_are_refused(drawn):
    get("/map/papers?version=m000000&rows=1", 404)


def test_a_paper_that_is_gone_is_left_out(drawn, monkeypatch):
    from broadsheet.web import map as pages

    monkeypatch.setattr(pages, "list_cards", lambda ids: [])
    assert get(f"/map/papers?version={drawn.version}&rows=1").json() == {"papers": []}
    assert get("/map").status_code == 200


def test_a_damaged_map_is_not_available_and_says_what_to_do(visit, drawn, data):
    (data / "map" / drawn.version / "points.bin").write_bytes(b"x")
    (data / "map" / "current").write_text(drawn.version)
    assert "broadsheet map build" in visit("/map", 503).words


def test_titles_with_markup_stay_text(visit, drawn, draft, data, papers):
    ingest([draft("2601.00000", title="<script>alert(1)</script> Black Holes", payload_hash="other")])
    assert "<script>alert" not in visit("/map").text


def test_an_edition_on_the_map_is_small_linked_and_named(drawn, papers):
    from broadsheet.web.edition_map import edition_svg

    svg = str(edition_svg(list_cards(papers[:40]), "the papers of 29 May 2026"))
    assert len(svg.encode()) < 10_000
    assert 'aria-label="Map of the literature with the papers of 29 May 2026"' in svg
    assert svg.count("<a href=") == 31
    assert '<a href="/papers/2601.00000" tabindex="-1"><title>Rotating Black Holes, Part 1</title>' in svg


def test_an_edition_has_no_map_where_there_is_none(db, papers, data):
    from broadsheet.web.edition_map import edition_svg

    assert edition_svg(list_cards(papers[:3]), "x") == ""
    (data / "map").mkdir()
    (data / "map" / "current").write_text("m000007")
    try:
        assert edition_svg(list_cards(papers[:3]), "x") == ""
    finally:
        shutil.rmtree(data / "map")
