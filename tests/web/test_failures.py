"""Failures: each has one status, a page that helps, and tells a stranger nothing of the inside."""

import shutil

import pytest
from django.db import connection
from django.test import override_settings

from broadsheet.ingest import ingest
from broadsheet.store.query import rows
from broadsheet.web import front, site
from broadsheet.web.rendering import templates

INSIDE = ("Traceback", "File &quot;", "psycopg", "/src/", "site-packages", "secret of the house", "SELECT")


def assert_helpful(page, heading):
    assert heading in page.words
    assert page.all("//html[@lang]")
    assert not any(word in page.text for word in INSIDE)


@pytest.fixture
def database_down(django_db_blocker):
    """The database's address is wrong; as when its server does not run."""
    with django_db_blocker.unblock():
        connection.close()
        host = connection.settings_dict["HOST"]
        connection.settings_dict["HOST"] = "/nowhere"
        yield
        connection.close()
        connection.settings_dict["HOST"] = host


@pytest.mark.parametrize(
    "path",
    ["/", "/papers/2601.00001", "/papers/2601.00001.bib", "/categories", "/categories/cs.CV", "/authors/x", "/health"],
)
def test_without_a_database_pages_are_unavailable_and_say_when_to_return(visit, database_down, path):
    page = visit(path, 503)
    assert_helpful(page, "Not available just now")
    assert "The database does not answer" in page.words
    assert page.response.headers["Retry-After"] == "30"


def test_what_needs_no_database_answers_without(visit, database_down):
    visit("/robots.txt")
    visit("/papers/date/tomorrow", 400)
    visit("/no/such/page", 404)


@pytest.mark.django_db
def test_a_query_that_takes_too_long_is_unavailable(visit, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20ms'")
    monkeypatch.setattr(site, "rows", lambda _: rows("SELECT pg_sleep(2)"))
    assert_helpful(visit("/health", 503), "Not available just now")


@pytest.mark.django_db
def test_without_an_index_search_shows_the_newest_papers_and_says_so(visit, draft, data):
    ingest([draft()])
    shutil.rmtree(data / "index", ignore_errors=True)
    page = visit("/papers?q=gaze")
    assert "Search is being repaired" in page.words
    assert "A Study of Scanpaths" in page.words


@pytest.mark.django_db
def test_a_damaged_index_is_said_so_too(visit, draft, index, data):
    ingest([draft()])
    index()
    for file in (data / "index").rglob("*"):
        if file.is_file():
            file.write_bytes(b"\0")
    assert "Search is being repaired" in visit("/papers?q=gaze").words
    visit("/papers/2601.00001")


@pytest.mark.django_db
def test_a_handler_that_raises_is_an_error_that_tells_nothing(visit, monkeypatch):
    def fail():
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(front, "newest_edition", fail)
    assert_helpful(visit("/", 500), "Something broke on our side")


@pytest.mark.django_db
def test_a_template_that_raises_is_an_error_that_tells_nothing(visit, monkeypatch):
    monkeypatch.setitem(templates().globals, "version", None)
    monkeypatch.setitem(templates().globals, "asset", lambda _: 1 / 0)
    page = visit("/categories", 500)
    assert "Something broke on our side" in page.words
    assert page.all("//a[@href='/']")
    assert not any(word in page.text for word in INSIDE)


@pytest.mark.django_db
def test_debugging_shows_the_traceback(visit, monkeypatch):
    monkeypatch.setattr(front, "newest_edition", lambda until: 1 / 0)
    with override_settings(DEBUG=True):
        assert "ZeroDivisionError" in visit("/", 500).text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/static/nothing.css", "/papers/", "/categories/cs.CV/x", "/.git/config", "/%00"]
)
@pytest.mark.django_db
def test_unknown_addresses_get_a_page(visit, path):
    assert_helpful(visit(path, 404), "There is no such page")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b", "", "[::1", "x" * 300])
@pytest.mark.parametrize("path", ["/", "/robots.txt", "/papers?q=x", "/papers/2601.00001", "/nowhere"])
def test_a_forged_host_is_refused_everywhere(visit, host, path):
    page = visit(path, 400, Host=host)
    assert_helpful(page, "That request cannot be read")
    assert "BROADSHEET_ALLOWED_HOSTS" in page.words
    assert host not in page.text or len(host) < 4


@pytest.mark.django_db
def test_health_answers_under_any_name(visit):
    visit("/health", Host="10.1.2.3")


@pytest.mark.parametrize("path", ["/", "/papers", "/health", "/categories"])
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options", "trace"])
def test_other_methods_are_refused_with_those_allowed(visit, path, method):
    page = visit(path, 405, method=method)
    assert page.response.headers["Allow"] == "GET, HEAD"
    assert_helpful(page, "That cannot be done here")


def test_messages_do_not_repeat_markup(visit):
    page = visit("/papers/date/%3Cimg%20src=x%20onerror=alert(1)%3E", 400)
    assert not page.all("//main//img")
