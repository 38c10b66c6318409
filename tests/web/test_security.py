"""Security: the same headers on every kind of answer, no cookies, nothing inline, pages kept by their tag."""

import re

import pytest

from broadsheet.ingest import ingest
from broadsheet.web.rendering import templates
from broadsheet.web.security import HEADERS

pytestmark = pytest.mark.django_db

ANSWERS = [
    ("/", 200),
    ("/papers/2601.00001", 200),
    ("/papers/2601.00001.bib", 200),
    ("/papers/2601.00001v1", 302),
    ("/categories/CS.cv", 302),
    ("/papers?page=x", 400),
    ("/papers?q=x", 200),
    ("/nowhere", 404),
    ("/health", 200),
    ("/robots.txt", 200),
    ("/static/nothing.css", 404),
]


@pytest.fixture(autouse=True)
def paper(draft, edition_of):
    ingest([draft(edition=edition_of("2026-01-06", 1))])


@pytest.mark.parametrize(("path", "status"), ANSWERS)
def test_every_answer_carries_the_headers(visit, path, status):
    headers = visit(path, status).response.headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(("method", "status"), [("head", 200), ("post", 405), ("trace", 405)])
def test_every_method_is_answered_with_the_headers(visit, method, status):
    headers = visit("/", status, method=method).response.headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_a_forged_host_is_answered_with_the_headers(visit):
    headers = visit("/", 400, Host="evil.example").response.headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_static_files_carry_the_headers_and_are_kept_for_good(visit):
    for link in visit("/").all("//link[@rel='stylesheet' or @rel='icon']/@href | //script/@src"):
        assert re.fullmatch(r"/static/\w+\.[0-9a-f]{12}\.\w+", link)
        headers = visit(link).response.headers
        assert {name: headers.get(name) for name in HEADERS} == HEADERS
        assert "immutable" in headers["Cache-Control"]


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    policy = dict(part.split(" ", 1) for part in HEADERS["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_templates_hold_nothing_inline():
    environment = templates()
    for name in environment.list_templates(extensions=["html"]):
        source, _, _ = environment.loader.get_source(environment, name)
        assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", source, re.IGNORECASE), name
        for script in re.findall(r"<script[^>]*>", source):
            assert "src=" in script or "application/ld+json" in script or "application/json" in script, name
        assert "|safe" not in source, name


def test_pages_load_nothing_from_elsewhere(visit):
    page = visit("/papers/2601.00001")
    loaded = page.all("//script/@src | //link[@rel='stylesheet' or @rel='icon']/@href | //img/@src | //iframe/@src")
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)


def test_a_page_not_changed_is_not_sent_again(visit):
    first = visit("/papers/2601.00001").response
    assert first.headers["Cache-Control"] == "no-cache"
    again = visit("/papers/2601.00001", 304, **{"If-None-Match": first.headers["ETag"]}).response
    assert again.content == b""
    assert {name: again.headers.get(name) for name in HEADERS} == HEADERS


def test_a_page_that_changed_is_sent(visit, draft):
    tag = visit("/papers/2601.00001").response.headers["ETag"]
    ingest([draft(payload_hash="another", comment="Revised")])
    assert "Revised" in visit("/papers/2601.00001", **{"If-None-Match": tag}).words


def test_errors_are_not_kept_by_caches(visit):
    for path, status in (("/nowhere", 404), ("/papers?page=x", 400)):
        assert visit(path, status).response.headers["Cache-Control"] == "no-cache"
