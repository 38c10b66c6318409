"""arXiv's feeds: dates that cannot be compared, or are of another age."""

from datetime import UTC, datetime

import pytest

from broadsheet.sources import arxiv_rss
from broadsheet.sources.live import Answer, Window

FEED = """<rss xmlns:arxiv="http://arxiv.org/schemas/atom" version="2.0"><channel>
<title>cs.CL updates on arXiv.org</title><lastBuildDate>{built}</lastBuildDate><pubDate>{day}</pubDate>
<item><title>On Reading</title><guid>oai:arXiv.org:2603.00001v1</guid>
<arxiv:announce_type>new</arxiv:announce_type></item></channel></rss>"""
BUILT = "Tue, 03 Mar 2026 05:00:02 +0000"


def page(day, built=BUILT):
    body = FEED.format(built=built, day=day).encode()
    return arxiv_rss.read_page(
        Answer("https://rss.example/rss/cs.CL", body, datetime(2026, 3, 3, tzinfo=UTC)), Window()
    )


@pytest.mark.parametrize("day", ["Tue, 03 Mar 2026 05:00:00 -0000", "2026-03-03T05:00:00"])
def test_a_time_without_zone_is_compared_with_one_that_has_it(day):
    found = page(day)
    assert found.answered == datetime(2026, 3, 3, 5, tzinfo=UTC)
    assert found.items[0].edition.day.isoformat() == "2026-03-03"


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "Mon, 99 Foo 2026", ""])
def test_a_date_of_another_age_is_none(day):
    assert page(day).answered == datetime(2026, 3, 3, 5, 0, 2, tzinfo=UTC)
    found = page(day, built=day)
    assert (found.answered, found.items[0].edition) == (None, None)
