"""Asking: a search out of the fields of a form."""

from datetime import date

import pytest

from broadsheet.asking import parse_request
from broadsheet.errors import BadInput

pytestmark = pytest.mark.django_db


def test_nothing_given_is_everything_by_relevance():
    asked = parse_request({})
    assert (asked.words, asked.order, asked.page.number, asked.is_filtered) == ("", "relevance", 1, False)


def test_all_fields_are_understood():
    asked = parse_request(
        {"q": " gaze ", "category": "cs.CL", "from": "2020", "to": "2024-02", "has": "code", "sort": "hot", "page": "3"}
    )
    assert asked.words == "gaze"
    assert asked.category.name == "Computation and Language"
    assert (asked.since, asked.until) == (date(2020, 1, 1), date(2024, 2, 29))
    assert (asked.has_code, asked.order, asked.page.offset) == (True, "hot", 40)
    assert asked.filters.category == "cs.CL"


def test_newest_is_another_word_for_new():
    assert parse_request({"sort": "newest"}).order == "new"


@pytest.mark.parametrize(
    ("field", "value", "way_out"),
    [
        ("category", "cs.QQ", "/categories"),
        ("venue", "nowhere", "search for its name"),
        ("organisation", "nobody", "search for its name"),
        ("from", "yesterday", "2026-05-29"),
        ("to", "2026-13", "2026-05-29"),
        ("has", "cheese", "only code"),
        ("sort", "best", "relevance, new, votes or hot"),
        ("page", "0", "the first is 1"),
        ("cursor", "x" * 100, "first page"),
        ("cursor", "ö", "first page"),
    ],
)
def test_what_cannot_be_understood_is_named_with_the_way_out(field, value, way_out):
    with pytest.raises(BadInput, match=f"{field}=") as refused:
        parse_request({field: value})
    assert way_out in str(refused.value)


def test_a_span_that_ends_before_it_begins_is_refused():
    with pytest.raises(BadInput, match="later than"):
        parse_request({"from": "2024", "to": "2020"})


def test_a_venue_with_a_hostile_name_is_only_unknown():
    with pytest.raises(BadInput):
        parse_request({"venue": "a\0b'; DROP TABLE paper"})
