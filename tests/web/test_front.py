"""Front pages: what a day, a week and a month show, in which order, and how one gets to the others."""

import pytest

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY, NEXT_MONDAY = "2026-05-25", "2026-05-26", "2026-06-01"


def paths(*ids):
    return [f"/papers/{arxiv_id}" for arxiv_id in ids]


def test_an_instance_without_editions_says_so_and_leads_on(read, said):
    page = read("/")
    assert "No edition yet" in said(page)
    assert page.xpath("//main//a/@href") == ["/papers", "/categories"]


@pytest.mark.parametrize("path", ["/papers/week", "/papers/month"])
def test_without_editions_week_and_month_say_so_too(read, said, path):
    assert "No edition yet" in said(read(path))


def test_the_front_page_is_the_newest_edition(read, headlines, publish, printed):
    publish(printed("2605.00001", MONDAY, 1), printed("2605.00002", TUESDAY, 1))
    page = read("/")
    assert headlines(page) == paths("2605.00002")
    assert page.xpath("//h1")[0].text_content() == "Tuesday, 26 May 2026"
    assert page.xpath("//link[@rel='canonical']/@href") == [f"/papers/date/{TUESDAY}"]


def test_most_votes_come_first_and_position_breaks_ties(read, headlines, publish, printed):
    publish(
        printed("2605.00001", MONDAY, 1, votes=3),
        printed("2605.00002", MONDAY, 3, votes=40),
        printed("2605.00003", MONDAY, 2, votes=40),
    )
    page = read(f"/papers/date/{MONDAY}")
    assert headlines(page) == paths("2605.00003", "2605.00002", "2605.00001")
    assert [rank.text_content() for rank in page.xpath("//p[@class='rank']")] == ["Rank 1", "Rank 2", "Rank 3"]
    assert len(page.xpath("//article[contains(@class, 'lead')]")) == 1


def test_a_week_gathers_its_days_and_lists_a_paper_once(read, headlines, publish, printed):
    publish(
        printed("2605.00001", MONDAY, 1, votes=1),
        printed("2605.00001", TUESDAY, 1, votes=1, source="hub", key="again"),
        printed("2605.00002", TUESDAY, 2, votes=9),
        printed("2605.00003", NEXT_MONDAY, 1, votes=99),
    )
    assert headlines(read("/papers/week/2026-W22")) == paths("2605.00002", "2605.00001")


def test_a_month_gathers_its_weeks(read, headlines, publish, printed):
    publish(printed("2605.00001", MONDAY, 1), printed("2605.00002", NEXT_MONDAY, 1))
    assert headlines(read("/papers/month/2026-05")) == paths("2605.00001")
    assert headlines(read("/papers/month")) == paths("2605.00002")


def test_previous_and_next_skip_days_without_an_edition(read, publish, printed):
    publish(*(printed(f"2605.0000{n}", day, 1) for n, day in enumerate((MONDAY, TUESDAY, NEXT_MONDAY))))
    page = read(f"/papers/date/{TUESDAY}")
    assert page.xpath("//a[@rel='prev']/@href") == [f"/papers/date/{MONDAY}"]
    assert page.xpath("//a[@rel='next']/@href") == [f"/papers/date/{NEXT_MONDAY}"]
    assert read(f"/papers/date/{MONDAY}").xpath("//a[@rel='prev']") == []


def test_a_day_leads_to_its_week_and_month_and_back(read, publish, printed):
    publish(printed("2605.00001", TUESDAY, 1))
    for path in (f"/papers/date/{TUESDAY}", "/papers/week/2026-W22", "/papers/month/2026-05"):
        links = read(path).xpath("//div[@class='dateline']/div//a/@href")
        assert links == [f"/papers/date/{TUESDAY}", "/papers/week/2026-W22", "/papers/month/2026-05"]


def test_a_day_without_an_edition_says_so_and_names_its_neighbours(read, said, publish, printed):
    publish(printed("2605.00001", MONDAY, 1), printed("2605.00002", NEXT_MONDAY, 1))
    page = read("/papers/date/2026-05-28")
    assert "No edition appeared on Thursday, 28 May 2026." in said(page)
    assert f"/papers/date/{MONDAY}" in page.xpath("//div[@class='nothing']//a/@href")
    assert f"/papers/date/{NEXT_MONDAY}" in page.xpath("//div[@class='nothing']//a/@href")


def test_a_long_edition_is_paged_and_ranks_go_on(read, headlines, publish, printed):
    publish(*(printed(f"2605.{n:05}", MONDAY, n, votes=500 - n) for n in range(1, 131)))
    first, second = read(f"/papers/date/{MONDAY}"), read(f"/papers/date/{MONDAY}", page="2")
    assert [len(headlines(first)), len(headlines(second))] == [100, 30]
    assert first.xpath("//nav[@class='pager']/a/@href") == [f"/papers/date/{MONDAY}?page=2"]
    assert second.xpath("//p[@class='rank']")[0].text_content() == "Rank 101"
    assert second.xpath("//article[contains(@class, 'lead')]") == []


def test_a_page_past_the_end_leads_back(read, publish, printed):
    publish(printed("2605.00001", MONDAY, 1))
    page = read(f"/papers/date/{MONDAY}", page="7")
    assert page.xpath("//p[@class='nothing']/a/@href") == [f"/papers/date/{MONDAY}"]


@pytest.mark.parametrize("path", ["date/2026-02-30", "date/yesterday", "week/2026-W54", "month/2026-13", "week/W1"])
def test_a_period_that_does_not_exist_is_refused_in_plain_words(read, said, path):
    assert path.partition("/")[2] in said(read(f"/papers/{path}", 400))


@pytest.mark.parametrize("page", ["0", "-1", "two", "1.5", "９", "99999999999"])
def test_a_page_that_is_no_number_is_refused_by_name(read, said, page):
    assert f"page={page}" in said(read("/papers/date/2026-05-25", 400, page=page))


@pytest.mark.parametrize("path", ["date/0001-01-01", "date/9999-12-31", "week/9999-W52", "month/9999-12", "month/0001-01"])
def test_the_ends_of_the_calendar_are_days_like_others(client, path):
    assert client.get(f"/papers/{path}").status_code in (200, 400)
