"""Feeds hold one mailing and nothing on weekends; the hub's lists grow; recorded bodies are replayed."""

import json
from datetime import date

import pytest
from lxml import etree
from tests.fakes.asking import ATOM, get, tags, tree
from tests.fakes.world import midday

TODAY = date(2026, 11, 20)


def test_feeds_hold_the_mailing_of_the_evening_before(upstream, world, clock):
    feed = tree(upstream, "/rss/cs")
    new = {
        item.findtext("link").rpartition("/")[2]
        for item in feed.iter("item")
        if item.findtext("{http://arxiv.org/schemas/atom}announce_type") == "new"
    }
    truth = world.truth(clock.now())
    assert new == {k for k, each in truth.items() if each.announced == TODAY and each.categories[0].startswith("cs.")}
    atom = tree(upstream, "/atom/cs")
    guids = [each.text for each in feed.iter("guid")]
    assert guids == [each.findtext(f"{ATOM}id") for each in atom.iter(f"{ATOM}entry")]


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 27)])
def test_feeds_of_weekends_and_after_holidays_are_empty(upstream, clock, day):
    clock.moment = midday(day)
    feed = tree(upstream, "/rss/cs.CL+cs.LG")
    assert list(feed.iter("item")) == []
    assert f"{day:%a, %d %b %Y} 00:00:00" in feed.findtext("channel/pubDate")


def test_validators_hold_until_midnight_eastern(upstream, clock):
    _, headers, _ = get(upstream, "/rss/cs.CL")
    for condition in ({"If-None-Match": headers["etag"]}, {"If-Modified-Since": headers["last-modified"]}):
        status, _, body = get(upstream, "/rss/cs.CL", condition)
        assert (status, body) == (304, b"")
    clock.forward(seconds=int(headers["cache-control"].removeprefix("max-age=")))
    assert get(upstream, "/rss/cs.CL", {"If-None-Match": headers["etag"]})[0] == 200


@pytest.mark.shared
def test_rss_forms_are_those_of_real_feeds(upstream, shared):
    real = set().union(*(tags(etree.parse(p).getroot()) for p in (shared / "wire" / "rebuilt").glob("rss_*.xml")))
    extra = ("DOI", "journal_reference")
    assert [path for path in tags(tree(upstream, "/rss/cs")) - real if not path.endswith(extra)] == []


def keys(value, prefix=""):
    if isinstance(value, dict):
        return {f"{prefix}.{name}" for name in value}.union(*(keys(v, f"{prefix}.{k}") for k, v in value.items()))
    return set().union(*(keys(each, f"{prefix}[]") for each in value)) if isinstance(value, list) else set()


def test_the_hubs_lists_grow_and_weekends_have_none(upstream, clock):
    def lists(day):
        return json.loads(get(upstream, f"/api/daily_papers?date={day}&limit=100")[2])

    first = {each["paper"]["id"]: each["paper"]["upvotes"] for each in lists(date(2026, 11, 19))}
    clock.forward(days=3)
    later = {each["paper"]["id"]: each["paper"]["upvotes"] for each in lists(date(2026, 11, 19))}
    assert set(first) == set(later)
    assert sum(later.values()) > sum(first.values())
    assert lists(date(2026, 11, 21)) == []
    status, _, body = get(upstream, "/api/daily_papers?date=2026-12-01")
    assert (status, "error" in json.loads(body)) == (400, True)
    _, headers, body = get(upstream, "/api/daily_papers?date=2026-11-19&limit=1")
    assert (len(json.loads(body)), "p=1" in headers["link"]) == (1, True)


@pytest.mark.shared
def test_hub_records_have_the_fields_of_real_ones(upstream, shared):
    real = json.loads(next((shared / "wire" / "hf_daily").glob("*2026-05-22.json")).read_text(encoding="utf-8"))
    days = [date(2026, 11, day) for day in (9, 10, 11, 12, 13, 16, 17, 18, 19)]
    fake = [each for day in days for each in json.loads(get(upstream, f"/api/daily_papers?date={day}")[2])]
    assert keys(fake) - keys(real) <= {"[].paper.withdrawnAt"}
    assert keys(real) - keys(fake) == set()


def test_recorded_bodies_are_replayed(upstream):
    upstream.serve("/works?page=2", "two", "text/plain", 201, {"X-Page": "2"})
    upstream.serve("/works", b"any")
    status, headers, body = get(upstream, "/works?page=2")
    assert (status, headers["x-page"], body) == (201, "2", b"two")
    assert get(upstream, "/works?page=3")[2] == b"any"
    assert get(upstream, "/nowhere")[0] == 404
