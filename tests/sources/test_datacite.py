"""DataCite, as JSON and as XML: every field that is read, and what is set aside because it is no paper."""

# ruff: noqa: E501 - records are written as compactly as they read well

import json
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.sources.mutations import read_all, survives

from broadsheet.drafts import Draft, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import datacite
from broadsheet.sources.files import open_file
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import Malformed, NoSuchThing, Refusal, UpstreamError, WrongContent

ATTRIBUTES = {
    "doi": "10.48550/arXiv.2401.00001",
    "identifiers": [{"identifier": "2401.00001", "identifierType": "arXiv"}],
    "creators": [
        {"name": "Okafor, Mira", "nameType": "Personal", "givenName": "Mira", "familyName": "Okafor",
         "affiliation": [{"name": "Institute of Sight"}, "Town"],
         "nameIdentifiers": [{"nameIdentifier": "https://orcid.org/0000-0002-1825-0097", "nameIdentifierScheme": "ORCID"}]},
        {"name": "Lind, Jo", "nameType": "Personal"},
        {"name": "The Gaze Group, Inc.", "nameType": "Organizational"},
        {"name": ":unav"},
    ],
    "titles": [{"lang": "de"}, {"title": "Where People Look"}, {"title": "A Study", "titleType": "Subtitle"},
               {"title": "Wohin man schaut", "titleType": "TranslatedTitle"}],
    "publicationYear": 2024,
    "dates": [{"date": "2024-01-05T10:00:00Z", "dateType": "Submitted"}, {"date": "2024-02-01", "dateType": "Updated"},
              {"date": "2024-01", "dateType": "Available"}, {"date": "2024", "dateType": "Issued"},
              {"date": "1999", "dateType": "Created"}],
    "types": {"resourceTypeGeneral": "Preprint", "resourceType": "Article"},
    "descriptions": [{"description": "12 pages", "descriptionType": "Other"},
                     {"description": "<p>We look.</p><p>It works.</p>", "descriptionType": "Abstract"}],
    "subjects": [{"subject": "Computer Vision (cs.CV)", "subjectScheme": "arXiv"},
                 {"subject": "FOS: Computer and information sciences", "subjectScheme": "FOS"}, {"subject": "610"}],
    "relatedIdentifiers": [
        {"relatedIdentifier": "10.5555/gaze.1", "relatedIdentifierType": "DOI", "relationType": "IsVersionOf"},
        {"relatedIdentifier": "10.5555/cited", "relatedIdentifierType": "DOI", "relationType": "Cites"}],
    "rightsList": [{"rights": "CC BY 4.0", "rightsUri": "https://creativecommons.org/licenses/by/4.0/"}],
    "container": {"type": "Series", "title": "arXiv"},
    "language": "en",
    "viewCount": 3,
    "updated": "2026-01-01",
}  # fmt: skip
XML = """<resource xmlns="http://datacite.org/schema/kernel-4">
 <identifier identifierType="DOI">10.5555/REPORT.1</identifier>
 <creators><creator><creatorName nameType="Personal">Okafor, Mira</creatorName><givenName>Mira</givenName>
  <familyName>Okafor</familyName><nameIdentifier nameIdentifierScheme="ORCID">0000-0002-1825-0097</nameIdentifier>
  <affiliation>Institute of Sight</affiliation></creator>
  <creator><creatorName>Lind, Jo</creatorName></creator></creators>
 <titles><title>Where People Look &amp; Why</title><title titleType="Subtitle">A Study</title></titles>
 <publisher>Sight Press</publisher><publicationYear>2023</publicationYear>
 <subjects><subject subjectScheme="own">Gaze</subject></subjects>
 <dates><date dateType="Issued">2023-04-05</date></dates><language>en</language>
 <resourceType resourceTypeGeneral="Report">Technical Report</resourceType>
 <alternateIdentifiers><alternateIdentifier alternateIdentifierType="arXiv">2301.00001</alternateIdentifier></alternateIdentifiers>
 <relatedIdentifiers><relatedIdentifier relatedIdentifierType="DOI" relationType="IsIdenticalTo">10.5555/same</relatedIdentifier>
  <relatedIdentifier relatedIdentifierType="DOI" relationType="References">10.5555/cited</relatedIdentifier></relatedIdentifiers>
 <rightsList><rights rightsURI="https://creativecommons.org/licenses/by/4.0/">CC BY</rights></rightsList>
 <descriptions><description descriptionType="Abstract">First line.<br/>Second &lt;i&gt;line&lt;/i&gt;.</description></descriptions>
</resource>"""


def wrapped(**changes):
    return {"id": "10.48550/arxiv.2401.00001", "type": "dois", "attributes": ATTRIBUTES | changes}


def one(body):
    (found,) = read_all(datacite, body)
    assert isinstance(found, Draft)
    return found


def reason(body):
    (found,) = read_all(datacite, body)
    assert isinstance(found, Problem)
    return found.reason


def answer(value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer("https://api.datacite.org/dois?page%5Bcursor%5D=1&query=x", body, datetime(2026, 1, 5, tzinfo=UTC))


def test_every_field_of_a_record_is_read():
    found = one({"data": wrapped()})
    assert (found.source, found.key) == ("datacite", "10.48550/arxiv.2401.00001")
    assert (found.title, found.abstract) == ("Where People Look: A Study", "We look.\n\nIt works.")
    assert found.identifiers == (Identifier("arxiv", "2401.00001"), Identifier("doi", "10.5555/gaze.1"))
    assert found.authors == (
        PrintedAuthor("Mira Okafor", "0000-0002-1825-0097", "Institute of Sight; Town"),
        PrintedAuthor("Jo Lind"),
        PrintedAuthor("The Gaze Group, Inc."),
    )
    assert (found.published, found.updated) == (PartialDate(date(2024, 1, 5)), date(2024, 2, 1))
    assert found.categories == ("cs.CV",)
    assert [tag for tag in found.tags if tag] == ["Computer and information sciences"]
    assert (found.venue, found.language) == ("", "en")
    assert found.licence == "https://creativecommons.org/licenses/by/4.0/"


def test_every_field_of_the_xml_is_read():
    found = one(XML)
    assert (found.key, found.title) == ("10.5555/report.1", "Where People Look & Why: A Study")
    assert found.abstract == "First line. Second line."
    assert found.identifiers == (
        Identifier("doi", "10.5555/report.1"),
        Identifier("arxiv", "2301.00001"),
        Identifier("doi", "10.5555/same"),
    )
    assert found.authors == (
        PrintedAuthor("Mira Okafor", "0000-0002-1825-0097", "Institute of Sight"),
        PrintedAuthor("Jo Lind"),
    )
    assert (found.published, found.language, found.tags) == (PartialDate(date(2023, 4, 5)), "en", ("Gaze",))
    assert found.licence == "https://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize("kernel", ["kernel-2.1", "kernel-2.2", "kernel-3", "kernel-4.0", "kernel-4"])
def test_all_kernels_and_a_record_cut_out_of_an_answer(kernel):
    body = XML.replace("kernel-4", kernel)
    inner = body.replace("<resource", '<resource xsi:schemaLocation="x"', 1)
    saved = f"<record><metadata>{inner}</metadata></record>"
    for each in (body, saved):
        assert datacite.recognises(each.encode())
        assert one(each).key == "10.5555/report.1"


def test_counts_and_stamps_are_no_news():
    assert one(wrapped(viewCount=9, updated="2026-02-02")).payload_hash == one(wrapped()).payload_hash


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ({"resourceTypeGeneral": "Dataset"}, "it describes a dataset, not a paper"),
        (
            {"resourceTypeGeneral": "PhysicalObject", "resourceType": "Coin"},
            "it describes a physical object, not a paper",
        ),
        ({"resourceTypeGeneral": "Image"}, "it describes an image, not a paper"),
        ({"resourceTypeGeneral": "Text", "resourceType": "Presentation"}, "it describes a presentation, not a paper"),
        ({"resourceTypeGeneral": "Software"}, "it describes a software, not a paper"),
        ({}, "it does not say that it is a paper"),
    ],
)
def test_what_is_no_paper_is_set_aside_and_says_so(types, said):
    assert reason(wrapped(types=types)) == said


@pytest.mark.parametrize(
    "types",
    [
        {"resourceTypeGeneral": "Text"},
        {"resourceTypeGeneral": "ConferencePaper"},
        {"resourceTypeGeneral": "Other", "resourceType": "Working paper"},
        {"resourceTypeGeneral": "Dataset", "resourceType": "Paper"},
        {"resourceTypeGeneral": "Dissertation", "resourceType": ""},
    ],
)
def test_kinds_of_papers(types):
    assert one(wrapped(types=types)).title == "Where People Look: A Study"


def test_an_unknown_title_is_none():
    assert reason(wrapped(titles=[{"title": ":unav"}])) == "it has no title"
    assert reason(wrapped(doi=None) | {"id": None}) == "it has no DOI"


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"errors": [{"status": "404", "title": "The resource you are looking for doesn't exist."}]}, NoSuchThing),
        ({"errors": [{"status": "400", "title": "no"}]}, UpstreamError),
        ({"data": [{"id": "x", "type": "clients", "attributes": {"name": "X"}}]}, WrongContent),
        ({}, Malformed),
        (b"<html>", Malformed),
        (b'{"data": [', Malformed),
    ],
)
def test_refusals(body, refusal):
    with pytest.raises(refusal):
        datacite.read_page(answer(body), Window())


@pytest.mark.parametrize("body", [XML[:-20], "<html><body></body></html", "<resource"])
def test_xml_cut_short_is_refused(body):
    with pytest.raises(Malformed):
        read_all(datacite, body)


def test_pages_follow_the_cursor_but_never_leave_the_host():
    url = datacite.first_url("https://api.datacite.org", "gaze", Window(date(2026, 1, 1)))
    assert parse_qs(urlsplit(url).query)["query"] == ["(gaze) AND updated:[2026-01-01 TO *]"]
    following = "https://elsewhere.example/dois?page%5Bcursor%5D=MTIz&page%5Bsize%5D=5"
    page = datacite.read_page(
        answer({"data": [wrapped()], "meta": {"total": 9}, "links": {"next": following}}), Window()
    )
    assert (page.total, urlsplit(page.next_url).hostname) == (9, "api.datacite.org")
    assert parse_qs(urlsplit(page.next_url).query) == {"page[cursor]": ["MTIz"], "query": ["x"]}
    assert datacite.read_page(answer({"data": [], "meta": {}, "links": {}}), Window()).next_url == ""
    with pytest.raises(BadInput):
        datacite.LIVE.check_stream("")


def test_anything_may_stand_anywhere():
    survives(datacite, {"data": [wrapped()], "links": {"next": "x"}})


@pytest.mark.parametrize(
    ("kind", "drafts", "problems", "refusals"), [("datacite_json", 8, 13, 0), ("datacite_xml", 7, 21, 1)]
)
def test_recorded_answers(shared, kind, drafts, problems, refusals):
    found, refused = [], 0
    for path in sorted((shared / "wire" / kind).iterdir()):
        with open_file(path) as (stream, head):
            assert datacite.recognises(head), path.name
            try:
                found += datacite.read(stream, path.name)
            except Refusal:
                refused += 1
    assert [sum(isinstance(each, cls) for each in found) for cls in (Draft, Problem)] == [drafts, problems]
    assert refused == refusals
    titles = {each.title for each in found if isinstance(each, Draft)}
    known = {"On chain maps inducing isomorphisms in homology", "Eating your own Dog Food"}
    assert titles & known
