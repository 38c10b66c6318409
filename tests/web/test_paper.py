"""A paper's page: the ways to it, what it shows, what it tells machines, and its other forms."""

import json
from datetime import date

import pytest

from broadsheet.drafts import DraftLink, Identifier, PartialDate, PrintedAuthor
from broadsheet.store.catalogue import find_paper

pytestmark = pytest.mark.django_db

PATH = "/papers/2601.00001"


@pytest.fixture
def paper(publish, draft):
    """A paper with everything a page can show."""
    publish(
        draft(
            title="Where People Look: $L_2$ Models & More",
            abstract="People look at pictures. We propose a model of where they look next.\n\nIt works <well>.",
            identifiers=(Identifier("arxiv", "2601.00001"), Identifier("doi", "10.1000/xyz-1")),
            authors=(PrintedAuthor("Mira Okafor", affiliation="Institute of Sight"), PrintedAuthor("Jonas Lindqvist")),
            version=3,
            updated=date(2026, 2, 1),
            venue="Proceedings of the Conference on Seeing",
            tags=("eye tracking",),
            links=(DraftLink("code", "https://example.org/code", "jsonl"),),
            comment="12 pages",
            licence="CC BY 4.0",
        )
    )


def meta(page, name):
    return page.xpath(f"//meta[@name='{name}' or @property='{name}']/@content")


def test_the_page_shows_what_is_known(read, said, paper):
    page = read(PATH)
    text = said(page)
    for shown in ("Institute", "Mira Okafor", "Jonas Lindqvist", "version 3", "Proceedings of the", "12 pages", "CC BY"):
        assert shown in text or page.xpath(f"//main//a[contains(@title, '{shown}')]")
    assert "It works <well>." in text
    assert len(page.xpath("//section[@class='abstract']/p[@dir='auto']")) >= 2
    links = page.xpath("//main//a/@href")
    for link in ("https://arxiv.org/abs/2601.00001", "https://arxiv.org/pdf/2601.00001", "https://example.org/code"):
        assert link in links
    assert "/categories/cs.CV" in links
    assert any(link.startswith("/tags/") for link in links)


def test_versions_and_provenance_can_be_looked_up(read, said, paper):
    page = read(PATH)
    summaries = [" ".join(summary.text_content().split()) for summary in page.xpath("//summary")]
    assert any(summary.startswith("Versions") for summary in summaries)
    record = page.xpath("//section[@class='record']")[0].text_content()
    for shown in ("v3", "10.1000/xyz-1", "title", "jsonl", "hash of 2601.00001", "https://example.org/code"):
        assert shown in record


@pytest.mark.parametrize(
    "name",
    [
        "10.1000/xyz-1",
        "https://doi.org/10.1000/xyz-1",
        "https:/doi.org/10.1000/xyz-1",
        "https://arxiv.org/abs/2601.00001",
        "https://arxiv.org/pdf/2601.00001v2",
        "arXiv:2601.00001",
        "2601.00001v1",
        "2601.00001/",
    ],
)
def test_every_spelling_of_every_identifier_leads_to_the_page(client, paper, name):
    answer = client.get(f"/papers/{name}")
    assert (answer.status_code, answer.headers.get("Location")) == (302, PATH)


def test_an_old_identifier_with_a_slash_has_a_page_and_forms(client, publish, draft):
    publish(draft("hep-th/9711200", published=PartialDate(date(1997, 11, 27))))
    assert client.get("/papers/hep-th/9711200").status_code == 200
    assert client.get("/papers/hep-th/9711200v3").headers["Location"] == "/papers/hep-th/9711200"
    bib = client.get("/papers/hep-th/9711200.bib")
    assert 'filename="hep-th-9711200.bib"' in bib.headers["Content-Disposition"]


def test_a_paper_without_arxiv_id_or_authors_stands(read, said, publish, draft):
    publish(
        draft(
            key="doi",
            identifiers=(Identifier("doi", "10.1000/only"),),
            authors=(),
            abstract="",
            published=None,
            categories=(),
        )
    )
    page = read(f"/papers/{find_paper('10.1000/only')[1]}")
    assert "No source gives an abstract." in said(page)
    assert "https://doi.org/10.1000/only" in page.xpath("//main//a/@href")


def test_a_withdrawn_paper_carries_a_banner_with_the_reason(read, publish, draft):
    publish(draft(withdrawn=True, comment="Lemma 2 is false"))
    banner = read(PATH).xpath("//*[@class='banner']")[0].text_content()
    assert "This paper has been withdrawn." in banner
    assert "Lemma 2 is false" in banner


def test_citation_managers_find_their_words(read, paper):
    page = read(PATH)
    assert meta(page, "citation_title")[0].startswith("Where People Look")
    assert meta(page, "citation_author") == ["Mira Okafor", "Jonas Lindqvist"]
    assert meta(page, "citation_author_institution") == ["Institute of Sight"]
    assert meta(page, "citation_publication_date") == ["2026/01/05"]
    assert meta(page, "citation_doi") == ["10.1000/xyz-1"]
    assert meta(page, "citation_arxiv_id") == ["2601.00001"]
    assert meta(page, "citation_pdf_url") == ["https://arxiv.org/pdf/2601.00001"]
    assert meta(page, "citation_conference_title") == ["Proceedings of the Conference on Seeing"]


@pytest.mark.parametrize(("precision", "shown"), [("month", "2026/01"), ("year", "2026")])
def test_a_date_is_no_more_precise_than_known(read, publish, draft, precision, shown):
    publish(draft(published=PartialDate(date(2026, 1, 1), precision)))
    page = read(PATH)
    assert meta(page, "citation_publication_date") == [shown]
    [block] = page.xpath("//script[@type='application/ld+json']")
    assert json.loads(block.text)["datePublished"] == shown.replace("/", "-")


def test_link_previews_find_title_text_and_address(read, paper):
    page = read(PATH)
    assert meta(page, "og:title")[0].startswith("Where People Look")
    assert meta(page, "og:description") == ["We propose a model of where they look next."]
    assert meta(page, "og:url") == ["http://testserver/papers/2601.00001"]
    assert page.xpath("//link[@rel='canonical']/@href") == meta(page, "og:url")


def test_the_structured_data_is_json_and_names_the_paper(read, paper):
    [block] = read(PATH).xpath("//script[@type='application/ld+json']")
    told = json.loads(block.text)
    assert told["@type"] == "ScholarlyArticle"
    assert [author["name"] for author in told["author"]] == ["Mira Okafor", "Jonas Lindqvist"]
    assert told["abstract"].endswith("It works <well>.")
    assert told["sameAs"] == "https://arxiv.org/abs/2601.00001"


def test_the_configured_address_stands_in_absolute_links(read, paper, settings):
    settings.ENVIRONMENT = {"url": "https://papers.example.org", "site_name": "B", "data": settings.ENVIRONMENT["data"]}
    assert meta(read(PATH), "og:url") == ["https://papers.example.org/papers/2601.00001"]


@pytest.mark.parametrize(
    ("suffix", "content_type", "holds"),
    [
        (".md", "text/markdown", "# Where People Look: $L_2$ Models & More"),
        (".bib", "application/x-bibtex", "author"),
        (".ris", "application/x-research-info-systems", "AU  - Okafor, Mira"),
        (".csl.json", "application/vnd.citationstyles.csl+json", '"DOI"'),
    ],
)
def test_the_other_forms(client, paper, suffix, content_type, holds):
    answer = client.get(PATH + suffix)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{content_type}; charset=utf-8"
    assert holds in answer.content.decode()


def test_a_form_under_another_name_leads_to_the_form_under_the_key(client, paper):
    assert client.get("/papers/10.1000/xyz-1.bib").headers["Location"] == f"{PATH}.bib"
    assert client.get(f"{PATH}v2.csl.json").headers["Location"] == f"{PATH}.csl.json"


def test_similar_papers_are_offered(read, publish, draft, build_index):
    publish(
        draft("2601.00001", title="Scanpath models", abstract="Scanpaths of saccades in scenes."),
        draft("2601.00002", title="More scanpath models", abstract="Saccades, scanpaths, and scenes again."),
        *(draft(f"2601.0010{n}", title=f"Protein folding {n}", abstract="Proteins fold.") for n in range(5)),
    )
    build_index()
    links = read(PATH).xpath("//section[@class='similar']//a/@href")
    assert links[0] == "/papers/2601.00002"


def test_the_page_stands_without_an_index(read, paper, no_index):
    assert read(PATH).xpath("//section[@class='similar']") == []


@pytest.mark.parametrize("name", ["2601.99999", "10.1000/nothing", "no-such-paper", "x" * 3000, "a\0b", "2601.99999.bib"])
def test_an_unknown_paper_gets_a_page_that_helps(client, read, said, name):
    page = read(f"/papers/{name}".replace("\0", "%00"), 404)
    assert page.xpath("//main//form[@action='/papers']//input[@name='q']")
    assert "Search for its title" in said(page)


def test_head_answers_without_a_body(client, paper):
    answer = client.head(PATH)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
def test_other_methods_are_refused(client, paper, method):
    answer = getattr(client, method)(PATH)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_a_long_list_of_authors_is_folded(read, said, publish, draft):
    publish(draft(authors=tuple(PrintedAuthor(f"Author Number{n}") for n in range(300))))
    page = read(PATH)
    assert "and 280 more authors" in said(page)
    assert len(page.xpath("//div[@class='byline']//a")) == 300


def test_authors_that_are_only_counted_are_counted(read, said, publish, draft):
    publish(draft(authors=(), author_count=7))
    assert "7 authors" in said(read(PATH))
