"""Recorded responses: each is recognised by its content alone, and read or refused for a reason; none is a crash."""

import json

import pytest

from broadsheet.drafts import Draft, Problem
from broadsheet.errors import BadInput
from broadsheet.reading import prepare
from broadsheet.sources import read_file, recognise
from broadsheet.sources.refusals import Refusal

KINDS = {
    "arxiv_atom": {"arxiv-api", "arxiv-rss"},
    "oai_dc": {"oai-dc"},
    "oai_other": {"oai-dc"},
    "oai_error": {"oai-dc", "arxiv-oai", "arxiv-oai-raw"},
    "oai_arXiv": {"arxiv-oai"},
    "oai_arXivRaw": {"arxiv-oai-raw"},
    "crossref_json": {"crossref", "csl"},
    "crossref_xml": {"crossref", "crossref-xml"},
    "jats_xml": {"jats"},
    "other_rss": {"feed"},
    "other_atom": {"feed"},
    "hf_feed": {"feed"},
    "datacite_xml": {"datacite", "datacite-xml", "oai-dc"},
    "datacite_json": {"datacite"},
    "bibtex": {"bibtex"},
    "pubmed_xml": {"pubmed"},
    "nbib": {"nbib"},
    "ris": {"ris", "isi"},
    "csl_json": {"csl", "zotero"},
    "openalex": {"openalex"},
    "semanticscholar": {"semanticscholar"},
    "hf_daily": {"hub"},
    "openreview_expertise": {"openreview"},
    "biorxiv": {"biorxiv"},
}
"""Which sources a kind of the index may be recognised as; kinds that are not named may be any."""


NO_DOCUMENTS = (
    "sckott__habanero__test_content_negotiation.yaml.0",  # web pages
    "front-matter__commonmeta-py__test_arxiv.yaml.0",
    "internetarchive__fatcat__elastic_refs_out_release",  # a search engine's own answer
    "citation-js__citation-js__data__",  # a test's notes
    "2404589803__api_daily_papers__2024-12-16",  # Python's own notation
)
"""Files of the index that are in no form of any source."""


@pytest.fixture(scope="module")
def wire(shared):
    return shared / "wire"


@pytest.fixture(scope="module")
def entries(wire):
    return json.loads((wire / "INDEX.json").read_text(encoding="utf-8"))


def outcome(path):
    """The source, how many drafts and problems came, and the refusal that ended the reading, if one did."""
    drafts, problems = [], []
    try:
        name = recognise(path).name
    except BadInput as refusal:
        return "", drafts, problems, refusal
    try:
        for item in prepare(read_file(path)):
            (drafts if isinstance(item, Draft) else problems).append(item)
    except BadInput as refusal:
        return name, drafts, problems, refusal
    return name, drafts, problems, None


def test_every_recorded_response_is_read_or_refused(wire, entries):
    wrong, silent, unknown = [], [], []
    for entry in entries:
        name, drafts, problems, refusal = outcome(wire / entry["file"])
        expected = KINDS.get(entry["kind"])
        if name and expected and name not in expected:
            wrong.append((entry["kind"], entry["file"], name))
        if refusal is not None and not isinstance(refusal, Refusal):
            silent.append((entry["kind"], entry["file"], str(refusal)))
        if not name:
            unknown.append(entry["file"].rpartition("/")[2])
        assert all(draft.title or draft.gone for draft in drafts)
        assert all(isinstance(problem, Problem) and problem.reason for problem in problems)
    assert wrong == []
    assert silent == []
    assert [name for name in unknown if not name.startswith(NO_DOCUMENTS)] == []
