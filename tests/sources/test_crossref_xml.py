"""Crossref's XML: articles, papers, chapters and preprints, out of deposits, records and answers to queries."""

# ruff: noqa: E501 - records are written as compactly as they read well

from datetime import date

import pytest
from tests.sources.mutations import read_all

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.sources import crossref_xml
from broadsheet.sources.files import open_file
from broadsheet.sources.refusals import Malformed, NoSuchThing

ARTICLE = """
<journal><journal_metadata><full_title>Journal of Looking</full_title><issn>1234-5678</issn></journal_metadata>
 <journal_issue><publication_date><year>2024</year></publication_date></journal_issue>
 <journal_article language="en" publication_type="full_text">
  <titles><title>Where People Look at <i>Paintings</i> &amp; Prints</title><subtitle>A Study</subtitle></titles>
  <contributors>
   <person_name contributor_role="author" sequence="first"><given_name>Mira</given_name><surname>Okafor</surname>
     <affiliations><institution><institution_name>Institute of Sight</institution_name></institution></affiliations>
     <ORCID authenticated="true">https://orcid.org/0000-0002-1825-0097</ORCID></person_name>
   <organization contributor_role="author" sequence="additional">The Gaze Group</organization>
   <person_name contributor_role="editor" sequence="first"><given_name>Ed</given_name><surname>Itor</surname></person_name>
  </contributors>
  <jats:abstract xmlns:jats="http://www.ncbi.nlm.nih.gov/JATS1" abstract-type="toc"><jats:p>A picture.</jats:p></jats:abstract>
  <jats:abstract xmlns:jats="http://www.ncbi.nlm.nih.gov/JATS1"><jats:title>Abstract</jats:title>
    <jats:p>We look: a &lt; b.</jats:p><jats:p>It works.</jats:p></jats:abstract>
  <publication_date media_type="print"><month>05</month><year>2024</year></publication_date>
  <publication_date media_type="online"><month>03</month><day>09</day><year>2024</year></publication_date>
  <program xmlns="http://www.crossref.org/AccessIndicators.xsd"><license_ref applies_to="tdm">https://example.org/tdm</license_ref>
    <license_ref applies_to="vor">https://creativecommons.org/licenses/by/4.0/</license_ref></program>
  <rel:program xmlns:rel="http://www.crossref.org/relations.xsd"><rel:related_item>
    <rel:intra_work_relation relationship-type="hasPreprint" identifier-type="doi">10.48550/arXiv.2401.00001</rel:intra_work_relation>
  </rel:related_item></rel:program>
  <doi_data><doi>10.5555/Gaze.1</doi><timestamp>{stamp}</timestamp><resource>https://example.org/1</resource></doi_data>
  <citation_list><citation key="1"><doi>10.5555/cited</doi></citation></citation_list>
 </journal_article></journal>"""
CONFERENCE = """
<conference><event_metadata><conference_name>Looking 2024</conference_name></event_metadata>
 <proceedings_metadata><proceedings_title>Proceedings of Looking</proceedings_title>
  <publication_date><year>2024</year></publication_date></proceedings_metadata>
 <conference_paper><titles><title>A Paper</title></titles><doi_data><doi>10.5555/p.1</doi></doi_data></conference_paper>
 <conference_paper><titles/><doi_data><doi>10.5555/p.2</doi></doi_data></conference_paper></conference>"""
BOOK = """
<book><book_metadata><titles><title>The Book</title></titles><publication_date><year>2020</year></publication_date>
 <doi_data><doi>10.5555/b</doi></doi_data></book_metadata>{chapters}</book>"""
CHAPTER = (
    "<content_item><titles><title>A Chapter</title></titles><doi_data><doi>10.5555/b.1</doi></doi_data></content_item>"
)
PREPRINT = """
<posted_content type="preprint"><titles><title>A Preprint</title></titles>
 <posted_date><month>2</month><day>3</day><year>2025</year></posted_date><doi_data><doi>10.5555/x</doi></doi_data></posted_content>"""


def record(content):
    return f'<doi_records><doi_record><crossref xmlns="http://www.crossref.org/xschema/1.1">{content}</crossref></doi_record></doi_records>'


def one(content):
    (found,) = read_all(crossref_xml, record(content))
    assert isinstance(found, Draft)
    return found


def test_every_field_of_an_article_is_read():
    found = one(ARTICLE.format(stamp=1))
    assert (found.source, found.key) == ("crossref", "10.5555/gaze.1")
    assert found.title == "Where People Look at Paintings & Prints: A Study"
    assert found.abstract == "We look: a < b.\n\nIt works."
    assert found.identifiers == (Identifier("doi", "10.5555/gaze.1"), Identifier("arxiv", "2401.00001"))
    assert found.authors == (
        PrintedAuthor("Mira Okafor", "0000-0002-1825-0097", "Institute of Sight"),
        PrintedAuthor("The Gaze Group"),
    )
    assert found.published == PartialDate(date(2024, 3, 9))
    assert (found.venue, found.language) == ("Journal of Looking", "en")
    assert found.licence == "https://creativecommons.org/licenses/by/4.0/"


def test_a_deposit_stamped_anew_is_known():
    assert one(ARTICLE.format(stamp=1)).payload_hash == one(ARTICLE.format(stamp=2)).payload_hash


def test_papers_of_proceedings_of_which_one_has_no_title():
    found = read_all(crossref_xml, record(CONFERENCE))
    assert [type(each) for each in found] == [Draft, Problem]
    assert (found[0].venue, found[0].published) == ("Proceedings of Looking", PartialDate(date(2024, 1, 1), "year"))
    assert (found[1].key, found[1].reason) == ("10.5555/p.2", "it has no title")


def test_a_book_is_a_work_itself_only_where_no_chapter_is_told():
    assert [(each.key, each.venue) for each in read_all(crossref_xml, record(BOOK.format(chapters=CHAPTER)))] == [
        ("10.5555/b.1", "The Book")
    ]
    assert [(each.key, each.venue) for each in read_all(crossref_xml, record(BOOK.format(chapters="")))] == [
        ("10.5555/b", "")
    ]


def test_a_preprint_has_a_day_and_no_venue():
    found = one(PREPRINT)
    assert (found.published, found.venue) == (PartialDate(date(2025, 2, 3)), "")


@pytest.mark.parametrize(
    "body",
    [
        f'<doi_batch xmlns="http://www.crossref.org/schema/5.3.1" version="5.3.1"><body>{PREPRINT}</body></doi_batch>',
        f'<record><metadata><crossref xmlns="http://www.crossref.org/xschema/1.1" xsi:schemaLocation="x">{PREPRINT}</crossref></metadata></record>',
        f'<crossref_result xmlns="http://www.crossref.org/qrschema/3.0"><query_result><body><query status="resolved"><doi_record><crossref>{PREPRINT}</crossref></doi_record></query></body></query_result></crossref_result>',
        f"<doi_records>{PREPRINT}</doi_records>",
    ],
)  # fmt: skip
def test_all_wrappings(body):
    assert crossref_xml.recognises(body.encode())
    assert [each.key for each in read_all(crossref_xml, body)] == ["10.5555/x"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ('<crossref_result><body><query status="unresolved"><doi>10.5555/none</doi></query></body></crossref_result>', NoSuchThing),
        ("<doi_records><doi_record><crossref><error>doi not found in CrossRef</error></crossref></doi_record></doi_records>", NoSuchThing),
        ("<html><body><p>Just a moment</body></html>", Malformed),
        (record(PREPRINT)[:-20], Malformed),
        ("", Malformed),
    ],
)  # fmt: skip
def test_refusals(body, refusal):
    with pytest.raises(refusal):
        read_all(crossref_xml, body)


def test_a_document_cut_short_is_refused_though_it_also_lacks_a_namespace():
    with pytest.raises(Malformed):
        read_all(crossref_xml, f'<record><crossref xsi:a="b">{PREPRINT}</crossref>')


@pytest.mark.parametrize(
    "head", [b"<html/>", b"<record><metadata/></record>", b"<article/>", b'<crossref xmlns="http://example.org/"/>']
)
def test_other_documents_are_not_recognised(head):
    assert not crossref_xml.recognises(head)


def test_recorded_answers(shared):
    found, pages = {}, 0
    for path in sorted((shared / "wire" / "crossref_xml").iterdir()):
        with open_file(path) as (stream, head):
            if b"<html" in head[:200]:
                pages += 1
                assert not crossref_xml.recognises(head)
                continue
            assert crossref_xml.recognises(head)
            try:
                found |= {each.key: each for each in crossref_xml.read(stream, path.name)}
            except NoSuchThing:
                continue
    assert len(found) == 12
    assert found["10.1049/cp.2010.1342"].authors[1].name == "Yan Wang"
    assert found["10.31223/x5fw25"].identifiers[1] == Identifier("doi", "10.1144/jgs2020-222")
    assert found["10.1146/annurev.energy.25.1.441"].abstract.startswith("Water vapor is the dominant greenhouse gas")
    assert len(found["10.7554/elife.01567"].authors) == 5
