"""Feeds: codings, identifiers, and documents that would take feedparser minutes."""

import io
import time
from datetime import UTC, datetime

import pytest

from broadsheet.drafts import Identifier
from broadsheet.sources import feeds
from broadsheet.sources.live import Answer, Window
from broadsheet.sources.refusals import TooLarge

TITLE = "Über das Lesen"
MANY = " ".join(f"a{number}=''" for number in range(12_000))
QUOTED = " ".join(f"a{number}='>'" for number in range(12_000))


def rss(inner, coding=""):
    declaration = f'<?xml version="1.0" encoding="{coding}"?>' if coding else ""
    return f'{declaration}<rss version="2.0"><channel><title>J</title>{inner}</channel></rss>'


def item(title=TITLE, more=""):
    return f"<item><title>{title}</title><guid>tag:7</guid>{more}</item>"


def read(body, content_type=""):
    answer = Answer("https://j.example/feed", body, datetime(2026, 3, 3, tzinfo=UTC), content_type)
    return feeds.read_page(answer, Window()).items


@pytest.mark.parametrize("coding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "utf-32"])
def test_a_feed_is_read_in_the_coding_it_names(coding):
    assert read(rss(item(), coding).encode(coding))[0].title == TITLE


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be"])
def test_wide_characters_need_no_mark_at_the_beginning(coding):
    assert read(rss(item()).encode(coding))[0].title == TITLE


def test_the_server_is_asked_where_the_feed_does_not_say_and_is_not_utf_8():
    assert read(rss(item("Слово")).encode("koi8-r"), "application/rss+xml; charset=koi8-r")[0].title == "Слово"
    assert read(rss(item()).encode(), "text/xml; charset=ISO-8859-1")[0].title == TITLE


def test_a_coding_that_lies_is_not_followed():
    assert read(rss(item(), "utf-16").encode())[0].title == TITLE
    assert read(rss(item(), "us-ascii").encode())[0].title == TITLE


def test_an_element_of_the_items_own_doi_is_its_doi():
    (draft,) = read(rss(item(more="<doi>10.1000/read.1</doi><archive_doi>10.1000/other</archive_doi>")).encode())
    assert draft.identifiers == (Identifier("doi", "10.1000/read.1"),)


HOSTILE = {
    "attributes": rss(item(more=f"<a {MANY}/>")).encode(),
    "attributes that look like ends": rss(item(more=f"<a {QUOTED}/>")).encode(),
    "attributes in wide characters": rss(item(more=f"<a {MANY}/>"), "utf-16").encode("utf-16"),
    "attributes behind another coding": rss(item(more=f"<a {QUOTED}/>"), "euc-kr").encode(),
    "attributes behind a broken declaration": f"<?xml foo?>{rss(item(more=f'<a {QUOTED}/>'))}".encode(),
    "attributes behind a DOCTYPE": f"<!DOCTYPE rss [ foo ]>{rss(item(more=f'<a {QUOTED}/>'))}".encode(),
    "attributes of many elements": rss(item(more="<a b='' c='' d=''/>" * 20_000)).encode(),
    "attributes after an error": rss("<item><title>a</titl><a " + "x='' " * 400_000 + "></item>").encode(),
    "marks": rss("<item><title>a</title></item>" * 20_000).encode(),
    "entities": rss(item(more=f"<description>{'&lt;p&gt;' * 200_000}</description>")).encode(),
    "declared entities": f"<!DOCTYPE rss [<!ENTITY a 'b'>]>{rss(item('&a;'))}".encode(),
    "declared entities in wide characters": f"<!DOCTYPE rss [<!ENTITY a 'b'>]>{rss(item('&a;'))}".encode("utf-16"),
    "size": rss(item(more=f"<description>{'x' * (9 << 20)}</description>")).encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_would_take_long_is_refused_before_feedparser_sees_it(name, monkeypatch):
    monkeypatch.setattr(feeds.feedparser, "parse", lambda *_, **__: pytest.fail("feedparser was given it"))
    with pytest.raises(TooLarge):
        list(feeds.read(io.BytesIO(HOSTILE[name]), "file"))


def test_a_coding_that_python_is_slow_at_is_not_used():
    body = (
        b'<?xml version="1.0" encoding="punycode"?><rss version="2.0"><channel>-' + b"a" * 600_000 + b"</channel></rss>"
    )
    begun = time.process_time()
    assert read(body) == ()
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("kind", ["other_rss", "other_atom", "hf_feed"])
def test_no_recorded_feed_is_too_large(shared, kind):
    for path in sorted((shared / "wire" / kind).iterdir()):
        list(feeds.read(path.open("rb"), path.name))
