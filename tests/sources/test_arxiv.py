"""arXiv's interfaces: OAI-PMH in two forms, the API, the feeds; papers are invented, forms are arXiv's."""

import io
from datetime import UTC, date, datetime

import pytest

from broadsheet.drafts import Draft, EditionPlace, Identifier, PartialDate, PrintedAuthor, Problem
from broadsheet.errors import BadInput
from broadsheet.sources import arxiv_atom, arxiv_fields, arxiv_oai, arxiv_rss
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import Malformed, NoSuchThing, TokenExpired, UpstreamError, WrongContent

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
OAI_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>2026-03-03T02:45:00Z</responseDate><request>https://oai.example/oai</request>"
)
ARXIV = """<record><header><identifier>oai:arXiv.org:2603.00001</identifier><datestamp>{stamp}</datestamp>
<setSpec>cs:cs:CL</setSpec></header><metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2603.00001</id>
<created>2026-02-27</created><updated>2026-03-02</updated><authors>
<author><keyname>Okafor</keyname><forenames>Mira</forenames><affiliation>Lagos</affiliation></author>
<author><keyname>Brun</keyname><forenames>J.</forenames><suffix>Jr.</suffix></author></authors>
<title>On Reading $x^2$ &amp; More</title><categories>cs.CL cs.AI</categories><comments>{comments}</comments>
<journal-ref>J. Read. 3 (2026) 1</journal-ref><doi>10.1000/Read.1</doi><license>http://example.org/by</license>
<abstract>  We read.
</abstract></arXiv></metadata></record>"""
RAW = """<record><header><identifier>oai:arXiv.org:math/0301001</identifier><datestamp>2026-03-02</datestamp></header>
<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>math/0301001</id><submitter>M. Okafor</submitter>
<version version="v1"><date>Wed, 1 Jan 2003 20:00:00 GMT</date><size>1kb</size></version>
<version version="v2"><date>Mon, 2 Mar 2026 19:30:00 GMT</date><size>1kb</size></version>
<title>Sums</title><authors>Mira Okafor (Lagos), J. Brun, Jr. and A. Roe ((1) Oslo, (2) Bergen)</authors>
<categories>math.NT</categories>
<abstract>This paper has been withdrawn by the authors.</abstract></arXivRaw></metadata></record>"""
DELETED = '<record><header status="deleted"><identifier>oai:arXiv.org:2603.00009</identifier></header></record>'


def oai(*records, tail=""):
    return f"{OAI_HEAD}<ListRecords>{''.join(records)}{tail}</ListRecords></OAI-PMH>".encode()


def error(code, text=""):
    return f'{OAI_HEAD}<error code="{code}">{text}</error></OAI-PMH>'.encode()


def answer(body, url="https://oai.example/oai?verb=ListRecords"):
    return Answer(url, body, NOW)


def page(module, body, url="https://oai.example/oai?verb=ListRecords", live="LIVE"):
    return getattr(module, live).read_page(answer(body, url), Window())


def test_a_record_of_the_form_arxiv():
    (draft,) = page(arxiv_oai, oai(ARXIV.format(stamp="2026-03-02", comments="12 pages"))).items
    assert draft.key == "2603.00001"
    assert draft.title == "On Reading $x^2$ & More"
    assert draft.authors == (PrintedAuthor("Mira Okafor", "", "Lagos"), PrintedAuthor("J. Brun Jr."))
    assert draft.identifiers == (Identifier("arxiv", "2603.00001"), Identifier("doi", "10.1000/read.1"))
    assert (draft.published, draft.updated) == (PartialDate(date(2026, 2, 27)), date(2026, 3, 2))
    assert (draft.categories, draft.venue, draft.comment) == (("cs.CL", "cs.AI"), "J. Read. 3 (2026) 1", "12 pages")
    assert not draft.withdrawn


def test_a_renewed_datestamp_is_no_news_and_a_new_comment_is():
    digests = [
        page(arxiv_oai, oai(ARXIV.format(stamp=stamp, comments=comments))).items[0].payload_hash
        for stamp, comments in (("2026-03-02", "a"), ("2026-03-09", "a"), ("2026-03-09", "b"))
    ]
    assert digests[0] == digests[1] != digests[2]


def test_a_record_of_the_form_raw_has_all_versions():
    (draft,) = page(arxiv_oai, oai(RAW), live="LIVE_RAW").items
    assert (draft.version, draft.version_days) == (2, ((1, date(2003, 1, 1)), (2, date(2026, 3, 2))))
    assert [author.name for author in draft.authors] == ["Mira Okafor", "J. Brun Jr.", "A. Roe"]
    assert (draft.published.day, draft.updated) == (date(2003, 1, 1), date(2026, 3, 2))
    assert draft.withdrawn
    assert draft.edition.basis == "estimate"


def test_a_deleted_record_is_a_tombstone():
    (draft,) = page(arxiv_oai, oai(DELETED)).items
    assert (draft.gone, draft.key, draft.title) == (True, "2603.00009", "")


def test_the_next_page_is_asked_for_by_its_token_alone():
    found = page(arxiv_oai, oai(DELETED, tail='<resumptionToken completeListSize="7">a|b c</resumptionToken>'))
    assert found.next_url == "https://oai.example/oai?verb=ListRecords&resumptionToken=a%7Cb%20c"
    assert (found.total, found.answered) == (7, datetime(2026, 3, 3, 2, 45, tzinfo=UTC))
    assert page(arxiv_oai, oai(DELETED, tail="<resumptionToken/>")).next_url == ""


def test_one_bad_record_is_set_aside_and_the_others_go_in():
    bad = ARXIV.format(stamp="", comments="").replace("<id>2603.00001</id>", "<id>none</id>")
    first, second = page(arxiv_oai, oai(bad, DELETED)).items
    assert isinstance(first, Problem)
    assert (first.key, "is not an arXiv id" in first.reason) == ("oai:arXiv.org:2603.00001", True)
    assert isinstance(second, Draft)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (error("badResumptionToken", "expired"), TokenExpired),
        (error("idDoesNotExist"), NoSuchThing),
        (error("badArgument", "set"), UpstreamError),
        (OAI_HEAD.encode() + b"<Identify/></OAI-PMH>", WrongContent),
        (oai(DELETED)[:-30], Malformed),
        (b"<html><body>Busy</body></html>", Malformed),
        (b"", Malformed),
        (oai(RAW), WrongContent),
    ],
)
def test_what_is_no_list_of_records_is_refused_by_type(body, refusal):
    with pytest.raises(refusal):
        page(arxiv_oai, body)


def test_that_nothing_matches_is_an_answer():
    assert page(arxiv_oai, error("noRecordsMatch")).items == ()


@pytest.mark.parametrize(
    ("stream", "spec"),
    [("cs.CL", "cs:cs:CL"), ("cs", "cs"), ("hep-th", "physics:hep-th"), ("astro-ph.CO", "physics:astro-ph:CO"),
     ("physics.optics", "physics:physics:optics"), ("math.AG", "math:math:AG"), ("", "")],
)  # fmt: skip
def test_categories_are_sets(stream, spec):
    assert arxiv_fields.set_spec(stream) == spec
    url = arxiv_oai.LIVE_RAW.first_url("https://oai.example/oai", stream, Window(date(2026, 3, 1)))
    asked = f"&set={spec}" if spec else ""
    assert url == f"https://oai.example/oai?verb=ListRecords&metadataPrefix=arXivRaw{asked}&from=2026-03-01"


def test_a_stream_that_is_no_category_is_refused():
    with pytest.raises(BadInput, match=r"cs\.XX"):
        arxiv_oai.LIVE.check_stream("cs.XX")


ENTRY = """<entry><id>http://arxiv.org/abs/2603.00001v3</id><updated>2026-03-02T10:00:00Z</updated>
<published>2026-02-27T19:30:00Z</published><title>On
  Reading</title><summary> We read. </summary>
<author><name>Mira Okafor</name><arxiv:affiliation>Lagos</arxiv:affiliation>
</author><author><name>J. Brun</name></author><arxiv:comment>{comment}</arxiv:comment>
<arxiv:doi>10.1000/read.1</arxiv:doi>
<arxiv:journal_ref>J. Read. 3</arxiv:journal_ref><arxiv:primary_category term="cs.CL"/><category term="cs.AI"/>
<category term="cs.CL"/><category term="68T50"/></entry>"""


def atom(*entries, total=1, start=0):
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"><title>arXiv Query: x</title>'
        f"<id>http://arxiv.org/api/x</id><opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:startIndex>{start}</opensearch:startIndex>{''.join(entries)}</feed>"
    ).encode()


API = "https://api.example/query?search_query=cat:cs.CL&start=0&max_results=200"


def test_an_entry_of_the_api():
    (draft,) = page(arxiv_atom, atom(ENTRY.format(comment="8 pages")), API).items
    assert (draft.key, draft.version, draft.updated) == ("2603.00001", 3, date(2026, 3, 2))
    assert draft.version_days == ((1, date(2026, 2, 27)), (3, date(2026, 3, 2)))
    assert draft.categories == ("cs.CL", "cs.AI")
    assert draft.authors[0] == PrintedAuthor("Mira Okafor", "", "Lagos")
    # Friday afternoon in New York: announced on Monday evening, and in Tuesday's edition.
    assert draft.edition == EditionPlace(date(2026, 3, 3), 1, "estimate")


@pytest.mark.parametrize(
    ("comment", "withdrawn"),
    [("This paper has been withdrawn by the author due to an error", True), ("Withdrawn", True),
     ("withdrawn from X", True), ("12 pages. This paper has been withdrawn", True),
     ("The authors have withdrawn this paper", True), ("The paper has been withdrawn by arXiv", True),
     ("Withdrawn drugs in Europe: a survey", False), ("Extends the withdrawn paper", False),
     ("On withdrawn drugs", False), ("", False), ("Not withdrawn", False)],
)  # fmt: skip
def test_withdrawals_are_told_from_comments(comment, withdrawn):
    (draft,) = page(arxiv_atom, atom(ENTRY.format(comment=comment)), API).items
    assert draft.withdrawn is withdrawn


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("The X Collaboration: K. Abe, Y. Suzuki et al.", ["The X Collaboration", "K. Abe", "Y. Suzuki"]),
        ("A. Lee (MIT, (a)), B. Roe and C. Doe", ["A. Lee", "B. Roe", "C. Doe"]),
        ("A. Lee; B. Roe, Jr.", ["A. Lee", "B. Roe, Jr.".replace(",", "")]),
        ("", []),
        ("et al.", []),
    ],
)
def test_authors_are_told_apart_in_one_line(line, names):
    assert [author.name for author in arxiv_fields.printed_authors(line)] == names


def test_the_next_page_begins_after_the_last_entry():
    found = page(arxiv_atom, atom(ENTRY.format(comment=""), total=3), API)
    assert "start=1&max_results=200" in found.next_url
    assert (
        page(
            arxiv_atom, atom(ENTRY.format(comment=""), total=3, start=2), found.next_url.replace("start=1", "start=2")
        ).next_url
        == ""
    )


def test_errors_come_as_entries_with_status_200():
    told = "<entry><id>http://arxiv.org/api/errors#{}</id><title>Error</title><summary>{}</summary></entry>"
    with pytest.raises(NoSuchThing, match="incorrect id format for abc"):
        page(arxiv_atom, atom(told.format("x", "incorrect id format for abc")), API)
    with pytest.raises(UpstreamError, match="timeout"):
        page(arxiv_atom, atom(told.format("y", "timeout")), API)


def test_an_empty_first_page_of_a_list_that_is_counted_is_not_believed():
    with pytest.raises(UpstreamError, match="counts 7"):
        page(arxiv_atom, atom(total=7), API)
    assert page(arxiv_atom, atom(total=0), API).items == ()


@pytest.mark.parametrize(
    ("stream", "part"),
    [("cs.CL", "cat:cs.CL)+AND+submittedDate:[202603010000+TO+202603022359]"), ("cs", "cat:cs.*)"),
     ("all:electron", "(all:electron)"), ("hep-th", "(cat:hep-th)")],
)  # fmt: skip
def test_streams_are_queries(stream, part):
    url = arxiv_atom.first_url("https://api.example/query", stream, Window(date(2026, 3, 1), date(2026, 3, 2)))
    assert part in url.replace("%28", "(").replace("%29", ")")


def test_papers_are_asked_for_by_their_ids():
    url = arxiv_atom.first_url(
        "https://api.example/query", arxiv_atom.by_ids(["2603.00001", "hep-th/9901001"]), Window()
    )
    assert "id_list=2603.00001,hep-th/9901001&start=0" in url


ITEM = """<item><title>On Reading</title><link>https://arxiv.org/abs/{id}</link>
<description>arXiv:{id}v{version} Announce Type: {kind} 
Abstract: We read.</description><guid isPermaLink="false">oai:arXiv.org:{id}v{version}</guid><category>cs.CL</category>
<category>cs.AI</category><pubDate>Tue, 03 Mar 2026 00:00:00 -0500</pubDate>
<arxiv:announce_type>{kind}</arxiv:announce_type>
<dc:rights>http://example.org/by</dc:rights><dc:creator>Paulo Andr\\'e, J. Brun, Jr., A. Roe</dc:creator></item>"""  # noqa: W291


def rss(*items):
    return (
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">'
        "<channel><title>cs.CL updates on arXiv.org</title><link>http://rss.arxiv.org/rss/cs.CL</link>"
        "<lastBuildDate>Tue, 03 Mar 2026 05:00:02 +0000</lastBuildDate>"
        "<pubDate>Tue, 03 Mar 2026 00:00:00 -0500</pubDate>"
        f"{''.join(items)}</channel></rss>"
    ).encode()


def test_an_item_of_a_feed_is_announced():
    found = page(arxiv_rss, rss(ITEM.format(id="2603.00001", version=1, kind="new")))
    (draft,) = found.items
    assert (draft.key, draft.version, draft.abstract) == ("2603.00001", 1, "We read.")
    assert [author.name for author in draft.authors] == ["Paulo Andr\\'e", "J. Brun Jr.", "A. Roe"]
    assert draft.edition == EditionPlace(date(2026, 3, 3), 1, "announcement")
    assert found.answered.date() == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("kind", "arxiv_id", "announced"),
    [("new", "2603.00001", True), ("cross", "2603.00001", True), ("cross", "2602.19999", True),
     ("cross", "2503.00001", False),
     ("replace", "2603.00001", False), ("replace-cross", "2603.00001", False)],
)  # fmt: skip
def test_only_first_announcements_have_a_place_in_the_edition(kind, arxiv_id, announced):
    (draft,) = page(arxiv_rss, rss(ITEM.format(id=arxiv_id, version=2, kind=kind))).items
    assert (draft.edition is not None) is announced


def test_an_empty_feed_tells_its_day():
    found = page(arxiv_rss, rss())
    assert (found.items, found.answered.date()) == ((), date(2026, 3, 3))


def test_the_atom_form_of_a_feed():
    body = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><id>http://rss.arxiv.org/atom/cs.CL</id>
    <title>cs.CL updates on arXiv.org</title>
    <updated>2026-03-03T05:00:02+00:00</updated><entry><id>oai:arXiv.org:2603.00001v2</id><title>On Reading</title>
    <updated>2026-03-03T05:00:02+00:00</updated><link href="https://arxiv.org/abs/2603.00001"/>
    <summary>arXiv:2603.00001v2 Announce Type: replace Abstract: We read.</summary><category term="cs.CL"/>
    <arxiv:announce_type>replace</arxiv:announce_type><dc:creator>A. Roe</dc:creator></entry></feed>"""
    (draft,) = page(arxiv_rss, body.encode()).items
    assert (draft.key, draft.version, draft.abstract, draft.categories) == ("2603.00001", 2, "We read.", ("cs.CL",))
    assert arxiv_rss.recognises(body.encode())
    assert not arxiv_atom.recognises(body.encode())


def test_what_is_no_feed_is_refused():
    for body in (b"<html><body>Busy</body></html>", b"<html/>", b"", rss()[:60]):
        with pytest.raises(Malformed):
            page(arxiv_rss, body)


def test_saved_answers_are_read_like_live_ones():
    assert len(list(arxiv_oai.read(io.BytesIO(oai(DELETED)), "f"))) == 1
    assert len(list(arxiv_atom.read(io.BytesIO(atom(ENTRY.format(comment=""))), "f"))) == 1
    assert len(list(arxiv_rss.read(io.BytesIO(rss(ITEM.format(id="2603.00001", version=1, kind="new"))), "f"))) == 1
