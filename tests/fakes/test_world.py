"""The world follows from its seed, keeps arXiv's timetable, and has news of all kinds."""

from datetime import date, timedelta

from tests.fakes.mailings import Mailings, eastern
from tests.fakes.world import World, midday

START, TODAY = date(2026, 10, 26), date(2026, 11, 20)


def test_the_world_depends_on_seed_and_moment_alone():
    now = midday(TODAY)
    jumped, walked = World(3, START, 10), World(3, START, 10)
    for day in range(20):
        walked.at(midday(START + timedelta(days=day))).records()
    assert jumped.truth(now) == walked.truth(now)
    assert jumped.at(now).records() == walked.at(now).records()
    assert jumped.truth(now) != World(4, START, 10).truth(now)


def test_ids_bear_the_month_of_their_announcement(world):
    assert {
        key[:4] == f"{truth.announced - timedelta(days=1):%y%m}"
        for key, truth in world.truth(midday(TODAY)).items()
        if truth.announced.year == 2026
    } == {True}


def test_all_kinds_of_news_happen(world):
    now = midday(TODAY)
    papers = world.papers(now)
    assert {change.kind for paper in papers for change in paper.until(now)} == {
        "new", "replace", "cross", "journal", "deleted"
    }  # fmt: skip
    truth = world.truth(now).values()
    assert any(each.withdrawn and each.comment.startswith("This paper has been withdrawn by") for each in truth)
    assert any("$" in each.title for each in truth)
    assert any(not each.title.isascii() for each in truth)
    assert max(len(each.authors) for each in truth) > 50
    assert max(each.version for each in truth) >= 3


def test_restamps_change_datestamps_without_news(world):
    moment = world.restamps(midday(TODAY))[-1]
    before, after = world.at(moment - timedelta(seconds=1)), world.at(moment)
    stamps = {each.record.id: each.datestamp for each in before.records()}
    renewed = [each for each in after.records() if each.datestamp != stamps[each.record.id]]
    assert len(renewed) > len(stamps) / 5
    assert world.truth(before.now) == world.truth(after.now)


def test_mailings_skip_weekends_holidays_and_evenings_called_off():
    thanksgiving = date(2026, 11, 26)
    mailings = Mailings(frozenset({date(2026, 11, 29)}))
    assert [day for day in range(22, 31) if mailings.has(date(2026, 11, day))] == [22, 23, 24, 25, 30]
    assert mailings.carrying(eastern(thanksgiving)) == date(2026, 11, 30)
