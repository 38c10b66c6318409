"""arXiv's OAI-PMH interface: what is asked, and records that other clients have saved."""

from datetime import UTC, date, datetime

import pytest

from broadsheet.sources import arxiv_oai
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import NoSuchThing, UpstreamError

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
HEAD = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-03-03T02:45:00Z</responseDate>'
RECORD = """<record><header><identifier>oai:arXiv.org:2603.00001</identifier></header><metadata><arXiv{space}>
<id>2603.00001</id><created>2026-02-27</created><authors>
<author><keyname>Tidewater Collaboration</keyname></author><author><keyname>:</keyname></author>
<author><keyname>Okafor</keyname><forenames>Mira</forenames><affiliation>Lagos</affiliation>
<affiliation>Oslo, Norway</affiliation></author></authors><title>On Reading</title></arXiv></metadata></record>"""
OWN = ' xmlns="http://arxiv.org/OAI/arXiv/"'


def page(inner):
    body = f"{HEAD}{inner}</OAI-PMH>".encode()
    return arxiv_oai.LIVE.read_page(Answer("https://oai.example/oai?verb=GetRecord", body, NOW), Window())


@pytest.mark.parametrize("space", [OWN, ""])
def test_authors_are_read_also_where_a_client_has_lost_the_namespace(space):
    (draft,) = page(f"<GetRecord>{RECORD.format(space=space)}</GetRecord>").items
    assert [author.name for author in draft.authors] == ["Tidewater Collaboration", "Mira Okafor"]
    assert draft.authors[1].affiliation == "Lagos; Oslo, Norway"


def refused(code, text):
    with pytest.raises((NoSuchThing, UpstreamError)) as refusal:
        page(f'<error code="{code}">{text}</error>')
    return refusal.value


@pytest.mark.parametrize("reason", ["Set does not exist", "Invalid set request", "Set has too many levels"])
def test_an_unknown_set_is_told_from_other_bad_arguments(reason):
    # arXiv words its errors so: a description that is always the same, and the reason.
    assert isinstance(refused("badArgument", f"The request includes illegal arguments. Reason: {reason}"), NoSuchThing)
    assert isinstance(refused("badArgument", "Reason: from date format must be YYYY-MM-DD"), UpstreamError)


@pytest.mark.parametrize(("code", "retry"), [("badArgument", False), ("badVerb", False), ("other", True)])
def test_what_the_repository_will_never_understand_is_not_asked_again(code, retry):
    assert refused(code, "x").retry is retry


def test_arxiv_is_not_asked_for_days_before_its_first_datestamp():
    ask = arxiv_oai.LIVE.first_url
    assert "from=" not in ask("https://oai.example/oai", "cs", Window(date(1991, 8, 14)))
    assert ask("https://oai.example/oai", "cs", Window(date(2005, 9, 17))).endswith("&from=2005-09-17")


def test_a_page_without_metadata_is_recognised_by_what_was_asked():
    asked = f'{HEAD}<request verb="ListRecords" metadataPrefix="{{}}">https://oai.example/oai</request></OAI-PMH>'
    plain, raw, dublin = (asked.format(form).encode() for form in ("arXiv", "arXivRaw", "oai_dc"))
    assert [arxiv_oai.recognises(head) for head in (plain, raw, dublin)] == [True, False, False]
    assert [arxiv_oai.recognises_raw(head) for head in (plain, raw, dublin)] == [False, True, False]


def test_authors_of_every_recorded_response(shared):
    for path in sorted((shared / "wire" / "oai_arXiv").iterdir()):
        drafts = list(arxiv_oai.read(path.open("rb"), path.name))
        assert drafts
        assert all(draft.authors and draft.title and draft.published for draft in drafts)
