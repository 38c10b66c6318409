"""Any OAI-PMH repository: one bad record is not the end of a page."""

import io

import pytest

from broadsheet.drafts import Draft, Problem
from broadsheet.sources import oai
from broadsheet.sources.refusals import WrongContent

GOOD = '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>On Reading</dc:title></oai_dc:dc>'  # noqa: E501
EMPTY = '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"/>'
FOREIGN = '<r xmlns="urn:marc"><x/></r>'
DELETED = '<record><header status="deleted"><identifier>oai:repo.example:0</identifier></header></record>'


def record(metadata):
    return (
        f"<record><header><identifier>oai:repo.example:7</identifier></header><metadata>{metadata}</metadata></record>"
    )


def read(*records):
    body = (
        f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{"".join(records)}</ListRecords></OAI-PMH>'
    )
    return list(oai.read(io.BytesIO(body.encode()), "file"))


@pytest.mark.parametrize("bad", [EMPTY, FOREIGN])
@pytest.mark.parametrize("first", [True, False])
def test_one_record_without_dublin_core_is_set_aside(bad, first):
    order = [bad, GOOD] if first else [GOOD, bad]
    assert sorted(type(item).__name__ for item in read(*map(record, order))) == ["Draft", "Problem"]


def test_a_page_of_another_form_is_refused_though_some_of_it_is_deleted():
    with pytest.raises(WrongContent, match="urn:marc"):
        read(DELETED, record(FOREIGN), record(FOREIGN))


def test_a_page_of_empty_records_is_set_aside_record_by_record():
    assert [type(item) for item in read(record(EMPTY), record(EMPTY))] == [Problem, Problem]


def test_a_page_of_deleted_records_is_one_of_tombstones():
    assert [(type(item), item.gone) for item in read(DELETED)] == [(Draft, True)]
