"""A paper: its page, its other forms, and every name that leads to it."""

import json
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest

from broadsheet.drafts import Counts, DraftLink, Identifier, PartialDate, PrintedAuthor
from broadsheet.ingest import ingest

pytestmark = pytest.mark.django_db

PAGE = "/papers/2601.00001"
DOI = "10.1000/xyz(2026)<1>#a?b%c"


@pytest.fixture
def paper(draft, edition_of):
    """One paper of which everything is known."""
    ingest(
        [
            draft(
                title=r"Where $\alpha^2$ Looks",
                identifiers=(Identifier("arxiv", "2601.00001"), Identifier("doi", DOI)),
                authors=(
                    PrintedAuthor("Mira Okafor", affiliation="University of Lagos"),
                    PrintedAuthor("J. Lindqvist"),
                ),
                version=3,
                venue="Proceedings of the Gaze Conference",
                licence="CC-BY-4.0",
                language="en",
                comment="12 pages",
                tags=("eye tracking",),
                links=(DraftLink("code", "https://example.org/code", "hub"),),
                counts=Counts(votes=3, comments=1, stars=None, observed_at=datetime(2026, 1, 7, tzinfo=UTC)),
                edition=edition_of("2026-01-06", 4),
            )
        ]
    )


def test_the_page_shows_the_record(visit, paper):
    words = visit(PAGE).words
    for text in ("Mira Okafor", "J. Lindqvist", "3 votes", "1 comment", "5 Jan 2026", "version 3", "12 pages"):
        assert text in words
    for text in ("Gaze Conference", "Edition of 6 Jan 2026", "Computer Vision", "eye tracking", "CC-BY-4.0"):
        assert text in words


def test_every_link_on_the_page_that_stays_here_works(visit, paper):
    for link in {link for link in visit(PAGE).all("//main//a/@href") if link.startswith("/")}:
        visit(link)


def test_provenance_names_the_sources(visit, paper):
    words = visit(PAGE).words
    assert "titlejsonl" in words  # two cells of a table
    assert "https://example.org/code, said by hub on" in words
    assert "hash of 2601.00001" in words
    assert "DOI10.1000/xyz" in words


def test_the_page_says_why_records_are_one_paper(visit, draft, paper):
    ingest([draft(source="crossref", key=DOI, payload_hash="c", identifiers=(Identifier("doi", DOI),))])
    assert f"crossref{DOI}, joined by DOI {DOI}, " in visit(PAGE).words


def test_versions_are_listed(visit, draft, paper):
    assert "Versions" in visit(PAGE).words
    assert "v3" in visit(PAGE).words


def test_scholars_tools_recognise_it(visit, paper):
    page = visit(PAGE)
    assert page.meta("citation_title") == ["Where α² Looks"]
    assert page.meta("citation_author") == ["Mira Okafor", "J. Lindqvist"]
    assert page.meta("citation_author_institution") == ["University of Lagos"]
    assert page.meta("citation_publication_date") == ["2026/01/05"]
    assert page.meta("citation_arxiv_id") == ["2601.00001"]
    assert page.meta("citation_doi") == [DOI]
    assert page.meta("citation_pdf_url") == ["https://arxiv.org/pdf/2601.00001"]
    assert page.meta("citation_conference_title") == ["Proceedings of the Gaze Conference"]


def test_previews_find_what_they_show(visit, paper):
    page = visit(PAGE)
    assert page.meta("og:title") == ["Where α² Looks"]
    assert page.meta("og:url") == page.all("//link[@rel='canonical']/@href") == ["http://testserver" + PAGE]
    assert "We propose a model" in page.meta("og:description")[0]


def test_the_linked_data_says_the_same(visit, paper):
    found = json.loads(visit(PAGE).all("//script[@type='application/ld+json']/text()")[0])
    assert found["@type"] == "ScholarlyArticle"
    assert [author["name"] for author in found["author"]] == ["Mira Okafor", "J. Lindqvist"]
    assert found["datePublished"] == "2026-01-05"


def test_a_date_known_to_the_month_is_shown_as_such(visit, draft):
    ingest([draft(published=PartialDate(date(2026, 3, 1), "month"))])
    page = visit(PAGE)
    assert "March 2026" in page.words
    assert page.meta("citation_publication_date") == ["2026/03"]
    assert json.loads(page.all("//script[@type='application/ld+json']/text()")[0])["datePublished"] == "2026-03"


@pytest.mark.parametrize(
    ("suffix", "content_type", "start"),
    [
        (".md", "text/markdown", "# Where $\\alpha^2$ Looks"),
        (".bib", "application/x-bibtex", "@"),
        (".ris", "application/x-research-info-systems", "TY  - "),
        (".csl.json", "application/vnd.citationstyles.csl+json", ""),
    ],
)
def test_the_other_forms(visit, paper, suffix, content_type, start):
    response = visit(PAGE + suffix).response
    assert response.headers["Content-Type"].startswith(content_type)
    assert response.content.decode().startswith(start)


def test_the_csl_form_is_json_that_names_the_paper(visit, paper):
    found = json.loads(visit(PAGE + ".csl.json").text)
    found = found[0] if isinstance(found, list) else found
    assert found["title"] == "Where α² Looks"


def test_markdown_keeps_the_text_as_text(visit, draft):
    ingest([draft(title="Stars *and* [links](x) <b>", abstract="# not a heading")])
    text = visit(PAGE + ".md").text
    assert r"Stars \*and\* \[links\](x) \<b\>" in text
    assert r"\# not a heading" in text


@pytest.mark.parametrize(
    "name",
    [
        "2601.00001v2",
        "arXiv:2601.00001",
        "https://arxiv.org/abs/2601.00001v3",
        "https:/arxiv.org/abs/2601.00001",
        "arxiv.org/pdf/2601.00001",
        "10.48550/arXiv.2601.00001",
        "2601.00001/",
        quote(DOI),
        "doi:" + quote(DOI),
        "https://doi.org/" + quote(quote(DOI)),
        quote(DOI.upper()),
    ],
)
def test_every_name_of_the_paper_leads_to_it(visit, paper, name):
    assert visit(f"/papers/{name}", 302).response.headers["Location"] == PAGE


def test_an_address_with_a_query_leads_to_its_paper(visit, draft):
    ingest([draft(identifiers=(Identifier("openreview", "aB_1-x"),))])
    key = visit("/papers/https://openreview.net/forum?id=aB_1-x", 302).response.headers["Location"]
    assert key.startswith("/papers/bs-")
    visit(key)


def test_other_forms_are_found_by_other_names_too(visit, paper):
    assert visit("/papers/2601.00001v2.bib", 302).response.headers["Location"] == PAGE + ".bib"


def test_an_old_style_id_has_its_slash(visit, draft):
    ingest([draft("math/0410379", identifiers=(Identifier("arxiv", "math/0410379"),))])
    assert visit("/papers/math/0410379").meta("citation_arxiv_id") == ["math/0410379"]
    assert visit("/papers/math.AG/0410379v1", 302).response.headers["Location"] == "/papers/math/0410379"
    disposition = visit("/papers/math/0410379.bib").response.headers["Content-Disposition"]
    assert disposition == 'inline; filename="math-0410379.bib"'


def test_a_withdrawn_paper_says_so_everywhere(visit, draft, edition_of, index):
    ingest([draft(withdrawn=True, comment="An error in Lemma 2", edition=edition_of("2026-01-06", 1))])
    index()
    assert "This paper has been withdrawn. An error in Lemma 2" in visit(PAGE).words
    assert "> **Withdrawn.** An error in Lemma 2" in visit(PAGE + ".md").text
    for listing in ("/", "/categories/cs.CV", "/papers?q=scanpaths"):
        assert "Withdrawn" in visit(listing).words


def test_many_authors_are_folded_but_all_are_there(visit, draft):
    ingest([draft(authors=tuple(PrintedAuthor(f"Ada Number{n}") for n in range(200)))])
    page = visit(PAGE)
    assert "and 180 more authors" in page.words
    assert len(page.meta("citation_author")) == 200
    assert len(page.all("//div[@class='byline']//a")) == 200


def test_similar_papers_are_found_by_text(visit, draft, index):
    ingest([draft(), draft("2601.00002"), draft("2601.00003", title="Dough", abstract="On bread and its crust.")])
    assert "Similar papers" not in visit(PAGE).words
    index()
    found = visit(PAGE).all("//section[@class='similar']//a/@href")
    assert found[0] == "/papers/2601.00002"
    assert PAGE not in found


def test_a_paper_of_which_little_is_known_has_a_page(visit, draft):
    ingest(
        [draft(abstract="", authors=(), published=None, categories=(), identifiers=(Identifier("acl", "W19-1234"),))]
    )
    key = visit("/papers/acl:W19-1234", 302).response.headers["Location"]
    page = visit(key)
    assert "No source gives an abstract." in page.words
    assert page.meta("citation_pdf_url") == ["https://aclanthology.org/W19-1234.pdf"]
    for suffix in (".md", ".bib", ".ris", ".csl.json"):
        visit(key + suffix)


@pytest.mark.parametrize(
    "name",
    [
        "2699.99999",
        "no-such-paper",
        "a%3Fb",
        "a%23b",
        "100%25",
        "two%20words",
        "%00",
        "%FF%FE",
        "%0A",
        "x" * 5000,
        "..",
        "a//b",
    ],
)
def test_an_unknown_name_gets_a_page_that_helps(visit, paper, name):
    page = visit(f"/papers/{name}", 404)
    assert "There is no such page" in page.words
    assert page.all("//main//form[@action='/papers']//input[@name='q']")


def test_the_search_on_a_404_begins_with_what_was_wanted(visit):
    assert visit("/papers/attention-is-all", 404).all("//input[@id='again']/@value") == ["attention is all"]


@pytest.mark.parametrize("path", [PAGE, PAGE + ".bib", "/papers/arXiv:2601.00001"])
def test_head_answers_as_get_without_a_body(visit, paper, client, path):
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_papers_can_only_be_read(visit, paper, method):
    answer = visit(PAGE, 405, method=method)
    assert answer.response.headers["Allow"] == "GET, HEAD"
    assert "GET, HEAD only" in answer.words
