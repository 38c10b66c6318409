"""The search page: words, filters, pages, marks; what is asked wrongly is refused by name, and nothing takes long."""

import random
from datetime import date
from urllib.parse import quote

import pytest

from broadsheet.drafts import PartialDate
from broadsheet.ingest import ingest

pytestmark = pytest.mark.django_db


@pytest.fixture
def papers(draft, index):
    """Forty-five papers on gaze, two others, in an index."""
    gaze = [
        draft(
            f"2601.{n:05}",
            title=f"Gaze Study {n}",
            published=PartialDate(date(2026, 1, 1 + n % 28)),
            categories=("cs.CV",) if n % 3 else ("q-bio.NC",),
        )
        for n in range(45)
    ]
    bread = draft("2401.00001", title="The Physics of Bread Crusts", abstract="Of $E=mc^2$ and ovens.", categories=())
    chronos = draft("2510.15821", title="Chronos-2: From Univariate to Universal Forecasting", abstract="Time series.")
    ingest([*gaze, bread, chronos])
    index()


def test_words_find_papers_and_are_marked(visit, papers):
    page = visit("/papers?q=bread+crust")
    assert page.headlines == ["The Physics of Bread Crusts"]
    assert page.all("//mark/text()") == ["Bread", "Crusts"]
    assert "1 paper in" in page.words


def test_what_the_newcomer_types_first_is_found(visit, papers):
    assert visit("/papers?q=Chronos-2").headlines[0].startswith("Chronos-2")


def test_an_identifier_leads_to_its_paper(visit, papers):
    assert visit("/papers?q=arXiv:2401.00001v1").headlines == ["The Physics of Bread Crusts"]


def test_marks_leave_formulas_whole(visit, papers):
    page = visit("/papers?q=mc+ovens")
    assert page.all("//math")
    assert not page.all("//math//mark")


def test_without_words_everything_is_there_newest_first(visit, papers):
    page = visit("/papers")
    assert "All papers" in page.words
    assert "47 papers" in page.words
    assert page.headlines[0] == "Gaze Study 27"


def test_a_category_holds_also_what_lies_below_it(visit, papers):
    assert "15 papers" in visit("/papers?q=gaze&category=q-bio.NC").words
    assert "15 papers" in visit("/papers?q=gaze&category=q-bio").words
    assert "30 papers" in visit("/papers?q=gaze&category=cs").words


@pytest.mark.parametrize(
    ("dates", "count"),
    [
        ("from=2026-01-10&to=2026-01-10", "2 papers"),
        ("from=2026-01", "45 papers"),
        ("from=2025&to=2025", "Nothing matches."),
        ("to=2025-12", "Nothing matches."),
        ("from=0001&to=9999", "45 papers"),
    ],
)
def test_dates_hold_both_ends(visit, papers, dates, count):
    assert count in visit(f"/papers?q=gaze&{dates}").words


def test_the_form_keeps_what_was_asked(visit, papers):
    page = visit("/papers?q=gaze&category=cs.CV&from=2026-01&to=2026&sort=new")
    assert page.all("//form[@id='search']//input[@name='q']/@value") == ["gaze"]
    assert page.all("//select[@id='category']/option[@selected]/@value") == ["cs.CV"]
    assert page.all("//input[@id='from']/@value") == ["2026-01"]
    assert not page.all("//input[@id='has']/@checked")
    assert visit("/papers?q=gaze&has=code").all("//input[@id='has']/@checked")
    assert page.all("//form[@id='search']//input[@name='sort']/@value") == ["new"]
    assert page.all("//nav[@aria-label='Order']//a[@aria-current]/text()") == ["New"]


def test_next_leads_to_the_end_and_keeps_the_filters(visit, papers):
    path, seen = "/papers?q=gaze+study&category=&sort=newest&from=2026", []
    while path:
        page = visit(path)
        seen += page.headlines
        path = next(iter(page.all("//nav[@class='pager']/a[@rel='next']/@href")), None)
        assert path is None or ("cursor=" in path and "from=2026" in path)
    assert len(seen) == len(set(seen)) == 45
    assert page.all("//nav[@class='pager']/a[@rel='first']/@href") == ["/papers?q=gaze+study&from=2026&sort=newest"]


def test_pages_can_be_asked_for_by_number(visit, papers):
    page = visit("/papers?q=gaze+study&page=2")
    assert "Page 2 of 3" in page.words
    assert page.all("//nav[@class='pager']/a/@href") == ["/papers?q=gaze+study&page=1", "/papers?q=gaze+study&page=3"]


def test_filters_that_are_on_can_be_taken_off(visit, papers):
    page = visit("/papers?q=gaze&category=cs.CV&from=2026")
    assert page.all("//ul[@class='chips']//a/@href") == [
        "/papers?q=gaze&from=2026",
        "/papers?q=gaze&category=cs.CV",
        "/papers?q=gaze",
    ]
    assert not visit("/papers?q=gaze").all("//ul[@class='chips']")


def test_facets_count_and_narrow(visit, papers):
    page = visit("/papers?q=gaze+study")
    links = {" ".join(link.text_content().split()): link.get("href") for link in page.all("//*[@class='groups']//li/a")}
    assert links["Computer Science 30"] == "/papers?q=gaze+study&category=cs"
    assert links["2026 45"] == "/papers?q=gaze+study&from=2026&to=2026"
    narrowed = visit(links["Computer Science 30"])
    assert "30 papers" in narrowed.words
    assert narrowed.all("//*[@class='groups']//a[@aria-current]/@href") == ["/papers?q=gaze+study"]


def test_a_search_can_be_followed_and_fetched(visit, papers):
    page = visit("/papers?q=gaze&sort=votes&category=cs")
    forms = page.all("//link[@rel='alternate']/@href")
    assert forms == [
        "/papers.atom?q=gaze&category=cs",
        "/papers.feed.json?q=gaze&category=cs",
        "/papers.json?q=gaze&category=cs&sort=votes",
    ]
    assert page.all("//p[@class='follow']/a/@href") == forms


def test_a_result_tells_why_it_matched(visit, papers):
    assert visit("/papers?q=bread+crust").all("//p[@class='why']")
    assert not visit("/papers").all("//p[@class='why']")


def test_nothing_found_says_so_and_offers_ways_on(visit, papers):
    page = visit("/papers?q=xylophone&category=cs.CV")
    assert "Nothing matches." in page.words
    assert page.all("//main//a[@href='/papers?q=xylophone']")
    assert page.all("//main//a[@href='/papers/like?like=xylophone']")


def test_nothing_found_offers_to_leave_words_out(visit, papers):
    page = visit("/papers?q=%22xylophone%22+%22marimba%22&from=1999&to=1999")
    assert page.all("//li[starts-with(normalize-space(), 'Leave a word out')]/a/text()") == ['"xylophone"', '"marimba"']


def test_an_unknown_identifier_is_told_to_be_one(visit, papers):
    assert "reads like a DOI" in visit("/papers?q=10.1234/nowhere.1&from=1999&to=1999").words


def test_a_page_beyond_the_end_says_so(visit, papers):
    assert "There is no page 9." in visit("/papers?q=gaze&page=9").words


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("category=cs.NOPE", "category=cs.NOPE"),
        ("from=yesterday", "from=yesterday"),
        ("from=2026-13", "from=2026-13"),
        ("from=2026-W22-1", "from=2026-W22-1"),
        ("from=0000", "from=0000"),
        ("to=2026-02-30", "to=2026-02-30"),
        ("to=20260530", "to=20260530"),
        ("from=" + quote("٢٠٢٦"), "from="),
        ("from=2026-05&to=2026-04", "from=2026-05-01 is later than to=2026-04-30"),
        ("sort=best", "sort=best"),
        ("has=data", "has=data"),
        ("venue=nowhere", "venue=nowhere"),
        ("organisation=nobody", "organisation=nobody"),
        ("cursor=" + "9" * 90, "cursor=999"),
        ("page=0", "page=0"),
        ("page=5002", "page=5002"),
        ("page=x", "page=x"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(visit, papers, query, named):
    assert named in visit(f"/papers?q=gaze&{query}", 400).words


def test_a_refused_search_keeps_its_words(visit, papers):
    assert visit("/papers?q=gaze&page=x", 400).all("//input[@id='again']/@value") == ["gaze"]


@pytest.mark.parametrize("query", ["q=bread&utm_source=mail", "q=bread&fbclid=1&Q=gaze", "q=gaze&q=bread"])
def test_unknown_parameters_are_passed_over_and_the_last_of_several_counts(visit, papers, query):
    """Mail programs and social sites add their own to the links they show."""
    assert visit(f"/papers?{query}").headlines == ["The Physics of Bread Crusts"]


HOSTILE = [
    *('"', '""', '"unfinished', "NEAR/", "NEAR/3 gaze", "AND", "OR", "NOT", "gaze AND", "(gaze", "gaze)", "title:gaze"),
    *(
        "*",
        "*:*",
        "ga*",
        "*aze",
        "???",
        "gaze~",
        "gaze^9",
        "[a TO z]",
        "{a TO z}",
        "gaze && bread",
        "-gaze",
        "- -",
        "+",
    ),
    *("the of and", "a", "\\", "\\\\", "$\\alpha$", "a" * 900, "-" * 900, '"' * 900, "(" * 900, "gaze " * 190),
    *(
        "視線研究",
        "视线",
        "シセン",
        "시선",
        "نظرة",
        "מבט",
        "👁",
        "👩‍🔬👩‍🔬",
        "z̷̢̛a̸l̶g̵o̶" * 20,
        "\u202egaze",
        "\x00",
        "ga\x00ze",
    ),
    *(
        "<script>alert(1)</script>",
        "'; DROP TABLE paper; --",
        "../../etc/passwd",
        "%00",
        "{{7*7}}",
        "\r\nSet-Cookie: x=1",
    ),
    *(
        "1e999",
        "NaN",
        "٣",
        "." * 900,
        "a.b.c." * 150,
        "x-" * 400,
        "/" * 900,
        "2601.00001 " * 80,
        "\ud7ff\ue000",
        "\uffff",
    ),
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_queries_are_answered_or_refused(visit, papers, query):
    visit("/papers?q=warm")
    page = visit("/papers?q=" + quote(query))
    assert not page.all("//main//script")
    assert "Set-Cookie" not in page.response.headers


def test_random_queries_are_answered(visit, papers):
    dice = random.Random(7)
    signs = "gaze study \"-+*?()[]{}:^~/\\$&|!<>.,;'`#%@_= éß視ー👁\u0301\u200b\u202e\t\n"
    for _ in range(60):
        query = "".join(dice.choices(signs, k=dice.randrange(1, 300)))
        visit("/papers?q=" + quote(query))


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "gaze " * 2_000, '"' * 10_000, "視" * 10_000], ids=["x", "gaze", "quotes", "cjk"]
)
def test_ten_thousand_characters_are_refused_clearly(visit, papers, text):
    page = visit("/papers?q=" + quote(text), 400)
    assert "characters, the limit is" in page.words


def test_broken_utf8_is_searched_as_it_can_be_read(visit, papers):
    visit("/papers?q=%ff%fe%c3%28")


def test_thousands_of_parameters_are_refused(visit, papers):
    visit("/papers?" + "&".join(f"a{n}=1" for n in range(2_000)), 400)


def test_searches_are_not_for_crawlers(visit, papers):
    assert visit("/papers?q=gaze").meta("robots") == ["noindex"]
    assert "Disallow: /papers?" in visit("/robots.txt").text
