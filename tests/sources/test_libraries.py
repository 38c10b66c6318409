# ruff: noqa: E501 - documents are long
"""Libraries of reference managers and articles of publishers: BibTeX, CSL-JSON, Zotero, PubMed, JATS."""

import io
import json
from datetime import UTC, date, datetime

import pytest

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.sources import bibtex, csl, jats, pubmed, zotero
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import Malformed, TooLarge, UpstreamError, WrongContent

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


def read(module, body):
    body = body if isinstance(body, bytes) else body.encode()
    return list(module.read(io.BufferedReader(io.BytesIO(body)), "library"))


ENTRY = r"""
% Encoding: UTF-8
@string{jor = {Journal of Reading}}
@article{okafor2026,
  author = {Okafor, Mira and {The Reading Group and Friends} and M{\"u}ller, Jr., J{\"o}rg and others},
  title = {{Deep} Reading of $\{x\}$ -- ``Again''}, subtitle = {A Study},
  journal = jor, year = 2026, month = mar, doi = {https://doi.org/10.1000/Read.1},
  eprint = {2603.00001v2}, archiveprefix = {arXiv}, keywords = {reading; eyes}, abstract = {We {read}.},
}
"""


def test_a_bibtex_entry():
    (draft,) = read(bibtex, ENTRY)
    assert draft.key == "arxiv:2603.00001"
    assert draft.title == "Deep Reading of $\\{x\\}$ \u2013 \u201cAgain\u201d: A Study"
    assert [author.name for author in draft.authors] == [
        "Mira Okafor", "The Reading Group and Friends", "J\u00f6rg M\u00fcller Jr."
    ]  # fmt: skip
    assert set(draft.identifiers) == {Identifier("doi", "10.1000/read.1"), Identifier("arxiv", "2603.00001")}
    assert (draft.venue, draft.published) == ("Journal of Reading", PartialDate(date(2026, 3, 1), "month"))
    assert (draft.tags, draft.abstract) == (("reading", "eyes"), "We read.")


def test_a_preprint_in_the_field_of_the_journal_has_its_id_and_no_venue():
    (draft,) = read(
        bibtex, "@article{a, title={On Reading}, author={A. Lee}, journal={arXiv preprint arXiv:2603.00002}}"
    )
    assert (draft.identifiers, draft.venue) == ((Identifier("arxiv", "2603.00002"),), "")


def test_entries_inherit_and_circles_end():
    inherited = "@inproceedings{a, title={On Reading}, crossref={b}}\n@proceedings{b, title={Proc. of X}, year={2026}}"
    first, _ = read(bibtex, inherited)
    assert (first.venue, first.published.day.year) == ("Proc. of X", 2026)
    circle = "@article{a, title={One}, crossref={b}}\n@article{b, title={Two}, crossref={a}}"
    assert len(read(bibtex, circle)) == 2


def test_one_bad_entry_is_told_with_its_line_and_the_others_go_in():
    found = read(bibtex, "@article{a, title={On Reading}}\n@article{b, title={never closed\n@article{c, title={Third}}")
    assert sum(isinstance(item, Draft) for item in found) >= 1
    assert any(isinstance(item, Problem) for item in found)


def test_the_same_key_twice_is_two_entries_and_the_same_entry_in_two_libraries_is_one():
    one, two = read(bibtex, "@article{a, title={Bug}, author={A B}}\n@article{a, title={Moth}, author={A B}}")
    assert one.key != two.key
    ours, theirs = (
        read(bibtex, f"@article{{{name}, title={{A Long Enough Title of a Paper}}, author={{A. Lee}}, year=2020}}")[
            0
        ].key
        for name in ("lee", "lee2020")
    )
    assert ours == theirs


@pytest.mark.parametrize("body", [b"@article{a, " + b"{" * 2_000_000, b"@article{a, title={" + b"x" * (40 << 20)])
def test_a_bibtex_bomb_is_refused(body):
    with pytest.raises(TooLarge):
        read(bibtex, body)


ITEM = {
    "id": "x", "type": "article-journal", "title": "On Reading", "author": [{"family": "Okafor", "given": "Mira"}],
    "issued": {"date-parts": [["2026", 3]]}, "DOI": "10.1000/Read.1", "container-title": "J. Read.", "PMID": "77",
}  # fmt: skip


@pytest.mark.parametrize("document", [[ITEM], ITEM, {"items": [ITEM]}])
def test_csl_in_its_shapes(document):
    (draft,) = read(csl, json.dumps(document))
    assert (draft.key, draft.venue, draft.authors) == (
        "doi:10.1000/read.1",
        "J. Read.",
        (PrintedAuthor("Mira Okafor"),),
    )
    assert draft.published == PartialDate(date(2026, 3, 1), "month")
    assert csl.recognises(json.dumps(document).encode())


def test_what_is_no_csl_is_refused():
    with pytest.raises(WrongContent):
        read(csl, json.dumps({"empty": {}, "sort": []}))


ZOTERO = [
    {"key": "AAAA", "version": 7, "library": {}, "data": {
        "itemType": "preprint", "title": "On Reading", "extra": "arXiv: 2603.00001\nPMID: 77", "date": "2026-03-01",
        "creators": [{"creatorType": "author", "firstName": "Mira", "lastName": "Okafor"},
                     {"creatorType": "editor", "firstName": "No", "lastName": "Body"}], "tags": [{"tag": "reading"}]}},
    {"key": "BBBB", "version": 8, "data": {"itemType": "attachment", "title": "PDF"}},
]  # fmt: skip


def test_zotero_items_and_nothing_that_hangs_on_them():
    (draft,) = read(zotero, json.dumps(ZOTERO))
    assert (draft.key, [author.name for author in draft.authors], draft.tags) == (
        "arxiv:2603.00001", ["Mira Okafor"], ("reading",)
    )  # fmt: skip
    assert Identifier("pubmed", "77") in draft.identifiers


def test_zotero_rdf():
    body = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#"
     xmlns:bib="http://purl.org/net/biblio#" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:foaf="http://xmlns.com/foaf/0.1/"
     xmlns:dcterms="http://purl.org/dc/terms/"><bib:Article rdf:about="https://example.org/7"><z:itemType>journalArticle</z:itemType>
     <dcterms:isPartOf><bib:Journal><dc:title>J. Read.</dc:title><dc:identifier>DOI 10.1000/read.1</dc:identifier></bib:Journal>
     </dcterms:isPartOf><bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Okafor</foaf:surname><foaf:givenName>Mira
     </foaf:givenName></foaf:Person></rdf:li></rdf:Seq></bib:authors><dc:title>On Reading</dc:title><dc:date>2026-03</dc:date>
     </bib:Article><z:Attachment rdf:about="#1"><z:itemType>attachment</z:itemType></z:Attachment></rdf:RDF>"""
    assert zotero.recognises(body.encode())
    (draft,) = read(zotero, body)
    assert (draft.key, draft.venue) == ("doi:10.1000/read.1", "J. Read.")
    assert [author.name for author in draft.authors] == ["Mira Okafor"]


def test_a_zotero_library_is_asked_page_by_page():
    url = zotero.first_url("https://api.example", "groups/7", Window())
    full = json.dumps([{"key": str(n), "data": {"itemType": "report", "title": f"T{n}"}} for n in range(100)])
    page = zotero.read_page(Answer(url, full.encode(), NOW), Window())
    assert (len(page.items), "start=100" in page.next_url) == (100, True)
    assert zotero.read_page(Answer(page.next_url, b"[]", NOW), Window()).next_url == ""
    with pytest.raises(UpstreamError):
        zotero.read_page(Answer(url, b"Forbidden", NOW), Window())


PUBMED = """<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">77</PMID><Article><Journal><JournalIssue>
<PubDate><MedlineDate>2026 Mar-Apr</MedlineDate></PubDate></JournalIssue><Title>J. Read.</Title></Journal>
<ArticleTitle>On <i>Reading</i>.</ArticleTitle><ELocationID EIdType="doi">10.1000/read.1</ELocationID><Abstract>
<AbstractText Label="AIM">We
   read.</AbstractText><AbstractText Label="END">It ends.</AbstractText></Abstract><AuthorList><Author><LastName>Okafor</LastName>
<ForeName>Mira</ForeName><Identifier Source="ORCID">https://orcid.org/0000-0002-1825-0097</Identifier></Author><Author>
<CollectiveName>The Readers</CollectiveName></Author></AuthorList><PublicationTypeList><PublicationType>Retracted Publication
</PublicationType></PublicationTypeList></Article></MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="pmc">PMC9</ArticleId>
</ArticleIdList><ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.9/cited</ArticleId></ArticleIdList></Reference>
</ReferenceList></PubmedData></PubmedArticle></PubmedArticleSet>"""


def test_a_pubmed_article():
    (draft,) = read(pubmed, PUBMED)
    assert (draft.key, draft.title, draft.abstract) == ("77", "On Reading", "AIM: We read.\n\nEND: It ends.")
    assert draft.authors == (PrintedAuthor("Mira Okafor", "0000-0002-1825-0097"), PrintedAuthor("The Readers"))
    assert draft.identifiers == (
        Identifier("pubmed", "77"), Identifier("doi", "10.1000/read.1"), Identifier("other", "pmc:PMC9")
    )  # fmt: skip
    assert (draft.published, draft.withdrawn) == (PartialDate(date(2026, 3, 1), "month"), True)


def test_pubmed_is_searched_and_its_list_cut_into_pages():
    url = pubmed.first_url("https://e.example", "reading", Window(date(2026, 3, 1)))
    assert "term=reading" in url
    assert "mindate=2026/03/01" in url
    found = {"esearchresult": {"count": "300", "querykey": "1", "webenv": "W"}}
    first = pubmed.read_page(Answer(url, json.dumps(found).encode(), NOW), Window())
    assert (first.items, first.total) == ((), 300)
    second = pubmed.read_page(Answer(first.next_url, PUBMED.encode(), NOW), Window())
    assert "retstart=200" in second.next_url
    assert pubmed.read_page(Answer(second.next_url, PUBMED.encode(), NOW), Window()).next_url == ""
    with pytest.raises(Malformed):
        pubmed.read_page(Answer(url, b"<html></html>", NOW), Window())


JATS = """<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "JATS.dtd"><article xml:lang="en" article-type="research-article"
 xmlns:xlink="http://www.w3.org/1999/xlink"><front><journal-meta><journal-title-group><journal-title>J. Read.</journal-title>
</journal-title-group></journal-meta><article-meta><article-id pub-id-type="doi">10.1000/read.1</article-id><title-group>
<article-title>On&nbsp;Reading<xref ref-type="fn">*</xref></article-title><subtitle>A Study</subtitle></title-group><contrib-group>
<contrib contrib-type="author"><contrib-id contrib-id-type="orcid">https://orcid.org/0000-0002-1825-0097</contrib-id><name><surname>Okafor
</surname><given-names>Mira</given-names></name><xref ref-type="aff" rid="a1">1</xref></contrib><contrib contrib-type="editor"><name>
<surname>Body</surname><given-names>No</given-names></name></contrib></contrib-group><aff id="a1"><label>1</label>Lagos</aff>
<pub-date pub-type="ppub"><year>2026</year></pub-date><pub-date pub-type="epub"><day>3</day><month>3</month><year>2026</year></pub-date>
<abstract><title>Abstract</title><p>We read.</p></abstract><abstract abstract-type="graphical"><p>Picture</p></abstract>
<kwd-group><kwd>reading</kwd></kwd-group></article-meta></front><back><ref-list><ref><pub-id pub-id-type="doi">10.9/cited</pub-id></ref>
</ref-list></back></article>"""


def test_a_jats_article_whose_dtd_nobody_has():
    (draft,) = read(jats, JATS)
    assert (draft.key, draft.venue, draft.abstract) == ("doi:10.1000/read.1", "J. Read.", "We read.")
    assert draft.title.endswith("Reading: A Study")
    assert draft.authors == (PrintedAuthor("Mira Okafor", "0000-0002-1825-0097", "Lagos"),)
    assert (draft.published, draft.identifiers) == (
        PartialDate(date(2026, 3, 3)),
        (Identifier("doi", "10.1000/read.1"),),
    )


@pytest.mark.parametrize("body", [JATS[:-60], "<article><front>", "", "hello"])
def test_a_torn_article_is_refused(body):
    with pytest.raises(Malformed):
        read(jats, body)
