"""The operator's pages: who gets in and how, what they show, that each button does its work, and only for them."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.signing import TimestampSigner
from django.test import Client, override_settings
from lxml import html

from broadsheet.drafts import Problem
from broadsheet.harvest import control
from broadsheet.ingest import ingest
from broadsheet.store import harvest as memory
from broadsheet.store import pace
from broadsheet.store.catalogue import count_papers
from broadsheet.store.intake import list_problems, record_problems
from broadsheet.store.pace import DatabaseClock
from broadsheet.web import operator
from broadsheet.web.moments import away, moment, span
from broadsheet.web.source_forms import MOST_RUNS
from broadsheet.web.sparkline import sparkline

pytestmark = pytest.mark.django_db

SOURCES = "/admin/sources"
PRIVATE = ("/admin", SOURCES, f"{SOURCES}/hub", "/admin/doubts")
BUTTONS = {
    f"{SOURCES}/hub/on": {},
    f"{SOURCES}/hub/off": {},
    f"{SOURCES}/hub/pause": {},
    f"{SOURCES}/hub/resume": {},
    f"{SOURCES}/hub/run": {},
    f"{SOURCES}/hub/backfill": {"since": "2026-01-01", "until": "2026-01-31"},
    f"{SOURCES}/arxiv/on": {"streams": "cs.CL"},
    f"{SOURCES}/arxiv/off": {},
    "/admin/runs/1/stop": {},
    "/admin/doubts/join": {"one": "2601.00001", "other": "2601.00002"},
    "/admin/doubts/apart": {"one": "2601.00001", "other": "2601.00002"},
    "/admin/leave": {},
    "/admin/enter": {},
}


class Operator:
    """A browser that has entered: looks at pages, and sends their forms with their token."""

    def __init__(self):
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        page = self.page(operator.entry_path())
        self.post("/admin/enter", token=page.xpath("//input[@name='token']/@value")[0])

    def page(self, path, status=200):
        self.answer = self.client.get(path)
        assert self.answer.status_code == status, self.answer.content.decode()[:2000]
        tree = html.document_fromstring(self.answer.content.decode())
        self.token = next(iter(tree.xpath("//input[@name='csrfmiddlewaretoken']/@value")), "")
        return tree

    def post(self, path, status=302, **fields):
        self.answer = self.client.post(path, {"csrfmiddlewaretoken": self.token, **fields})
        assert self.answer.status_code == status, self.answer.content.decode()[:2000]
        return html.document_fromstring(self.answer.content.decode() or "<html></html>")

    def words(self, path):
        return words(self.page(path))


def words(tree):
    return " ".join(tree.text_content().split())


def everything():
    """All that buttons could change."""
    with_streams = [(state, memory.list_streams(state.name)) for state in memory.list_sources()]
    return with_streams, [memory.list_runs(name, 999) for name in control.live_sources()]


@pytest.fixture
def clock():
    return DatabaseClock()


@pytest.fixture
def entered():
    return Operator()


@pytest.fixture
def ran(clock):
    """The hub is on, and a run of it has ended."""
    control.switch_on("hub", [], clock)
    now = clock.now()
    number = memory.add_run("hub", "", "follow", date(2026, 1, 1), None, now)
    begun = now - timedelta(seconds=90)
    run = replace(memory.find_run(number), state="done", started_at=begun, ended_at=now, pages=2, read=9)
    memory.save_run(replace(run, new=1234, changed=3, merged=2, known=1, set_aside=5, note="All is said."))
    return number


# Who gets in


@pytest.mark.parametrize("path", PRIVATE)
def test_who_has_not_entered_is_told_how_to(visit, path):
    page = visit(path, 403)
    assert "broadsheet operator" in page.words
    assert page.response.headers["Cache-Control"] == "no-store, private"
    assert "Set-Cookie" not in page.response.headers


@pytest.mark.parametrize("path", [path for path in BUTTONS if path not in ("/admin/leave", "/admin/enter")])
def test_buttons_are_the_operators_alone(path, ran):
    before = everything()
    assert Client().post(path, BUTTONS[path]).status_code == 403
    assert everything() == before


def test_opening_the_link_changes_nothing(visit):
    page = visit(operator.entry_path())
    assert page.all("//form[@method='post' and @action='/admin/enter']//button")
    assert operator.COOKIE not in page.response.cookies
    assert page.response.headers["Cache-Control"] == "no-store, private"
    assert page.response.headers["Referrer-Policy"] == "same-origin"


def test_the_button_lets_in(entered):
    cookie = entered.answer.cookies[operator.COOKIE]
    assert entered.answer.headers["Location"] == SOURCES
    assert (cookie["path"], cookie["samesite"], cookie["max-age"]) == ("/admin", "Strict", 12 * 3_600)
    assert cookie["httponly"]
    assert not cookie["secure"]
    assert "Sources" in entered.words(SOURCES)
    assert entered.client.get("/admin").headers["Location"] == SOURCES


def test_over_tls_the_cookie_is_for_tls_alone():
    client, token = Client(), parse_qs(urlsplit(operator.entry_path()).query)["token"][0]
    answer = client.post("/admin/enter", {"token": token}, secure=True)
    assert answer.cookies[operator.COOKIE]["secure"]
    with override_settings(SESSION_COOKIE_SECURE=True):  # behind a proxy that speaks TLS
        assert client.post("/admin/enter", {"token": token}).cookies[operator.COOKIE]["secure"]


def test_leaving_takes_the_cookie_back(entered):
    entered.page(SOURCES)
    entered.post("/admin/leave")
    assert entered.answer.headers["Location"] == "/"
    entered.page(SOURCES, 403)


def signed(salt, value="operator"):
    return TimestampSigner(salt=salt).sign(value)


@pytest.mark.parametrize(
    "token",
    [
        lambda: "",
        lambda: "operator",
        lambda: signed("broadsheet.operator.link")[:-1],
        lambda: "x" + signed("broadsheet.operator.link"),
        lambda: signed("broadsheet.operator.link", "reader"),
        lambda: signed("broadsheet.operator.stay"),
        lambda: signed("another"),
        lambda: TimestampSigner(key="of another instance", salt="broadsheet.operator.link").sign("operator"),
        lambda: "operator:" + "\ufffd" * 9,
    ],
)
def test_a_token_that_is_not_ours_lets_nobody_in(token):
    client = Client()
    for answer in (client.get("/admin/enter", {"token": token()}), client.post("/admin/enter", {"token": token()})):
        assert answer.status_code == 403
        assert "not one of this instance" in answer.content.decode()
        assert operator.COOKIE not in answer.cookies


def test_a_link_is_good_for_a_quarter_of_an_hour(monkeypatch):
    now, path = datetime.now(UTC).timestamp(), operator.entry_path()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 14 * 60)
    assert Client().get(path).status_code == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 16 * 60)
    assert "That link has expired" in Client().get(path).content.decode()
    assert Client().post(path, {"token": parse_qs(urlsplit(path).query)["token"][0]}).status_code == 403


def test_who_entered_is_let_in_for_twelve_hours(entered, monkeypatch):
    now = datetime.now(UTC).timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 11.9 * 3_600)
    entered.page(SOURCES)
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 12.1 * 3_600)
    entered.page(SOURCES, 403)


@pytest.mark.parametrize("cookie", [str, lambda: "operator:1:x", lambda: signed("broadsheet.operator.link")])
def test_a_made_up_cookie_lets_nobody_in(cookie):
    client = Client()
    client.cookies[operator.COOKIE] = cookie()
    assert client.get(SOURCES).status_code == 403


# Forms from elsewhere


@pytest.mark.parametrize("path", BUTTONS)
def test_a_form_without_its_token_changes_nothing(entered, ran, path):
    before = everything()
    fields = {**BUTTONS[path], "token": parse_qs(urlsplit(operator.entry_path()).query)["token"][0]}
    answer = entered.client.post(path, fields)
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert operator.COOKIE not in answer.cookies
    assert everything() == before


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver:81", "https://testserver"])
@pytest.mark.parametrize("path", BUTTONS)
def test_a_form_of_another_site_changes_nothing(entered, ran, path, origin):
    before = everything()
    entered.page(SOURCES)
    fields = {**BUTTONS[path], "csrfmiddlewaretoken": entered.token}
    answer = entered.client.post(path, fields, headers={"Origin": origin})
    assert answer.status_code == 403
    assert operator.COOKIE not in answer.cookies
    assert everything() == before


def test_behind_a_proxy_our_own_origin_is_the_public_address(entered, ran):
    entered.page(SOURCES)
    with override_settings(CSRF_TRUSTED_ORIGINS=["https://papers.example.org"]):
        answer = entered.client.post(
            f"{SOURCES}/hub/off",
            {"csrfmiddlewaretoken": entered.token},
            headers={"Origin": "https://papers.example.org"},
        )
    assert answer.status_code == 302
    assert not memory.get_source("hub").active


@pytest.mark.parametrize("path", [path for path in BUTTONS if path != "/admin/enter"])
def test_what_changes_something_is_not_done_by_get(entered, ran, path):
    before = everything()
    entered.page(path, 405)
    assert everything() == before


@pytest.mark.parametrize("path", ["/", "/papers/date/2026-05-29", "/categories", "/robots.txt", "/nowhere"])
def test_pages_for_everybody_set_no_cookie(entered, path):
    answer = entered.client.get(path)
    assert not answer.cookies
    assert "no-store" not in answer.headers.get("Cache-Control", "")
    assert b"csrfmiddlewaretoken" not in answer.content


def test_pages_for_everybody_answer_other_methods_as_before():
    assert Client(enforce_csrf_checks=True).post("/").status_code == 405


def test_crawlers_are_kept_out(visit):
    assert "Disallow: /admin" in visit("/robots.txt").text


# What is shown


def test_nothing_is_on_in_the_beginning(entered):
    text = entered.words(SOURCES)
    assert "None of" in text
    assert all(name in text for name in control.live_sources())


def test_a_source_shows_its_last_run_and_its_next(entered, ran):
    article = entered.page(SOURCES).xpath("//article[@id='hub']")[0]
    text = words(article)
    assert "2 pages: 1,234 new, 3 changed, 2 merged, 1 known, 5 set aside" in text
    assert "2 minutes" in text
    assert "now, as soon as a worker is free" in text
    times = article.xpath(".//time/@datetime")
    assert times
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", each) for each in times)


def test_papers_per_day_are_drawn_and_told(entered, ran):
    article = entered.page(SOURCES).xpath("//article[@id='hub']")[0]
    (label,) = article.xpath(".//svg[@role='img']/@aria-label")
    assert "1,234 in all" in label
    assert len(article.xpath(".//svg/g/title")) == 30
    assert entered.page(f"{SOURCES}/hub").xpath("//table[caption]//td/text()")[0] == "1,234"


def test_those_that_are_on_come_first(entered, ran):
    names = [each.rpartition("/")[2] for each in entered.page(SOURCES).xpath("//h3/a/@href")]
    assert names[0] == "hub"
    assert set(names) == set(control.live_sources())


@pytest.mark.parametrize(
    ("changes", "condition"),
    [
        ({}, "well"),
        ({"paused": True}, "paused"),
        ({"failures": 2}, "failing"),
        ({"failures": 7, "closed_until": datetime(2999, 1, 1, tzinfo=UTC)}, "resting"),
        ({"active": False}, "off"),
    ],
)
def test_the_condition_is_a_word(entered, ran, changes, condition):
    memory.set_source(replace(memory.get_source("hub"), **changes))
    (shown,) = entered.page(f"{SOURCES}/hub").xpath("//p[@id='hub-condition']/text()")
    assert shown == condition


def test_the_last_error_and_a_wait_that_was_asked_for_are_told(entered, ran, clock):
    now = clock.now()
    state = replace(memory.get_source("hub"), failures=1, last_error="<b>It broke.</b>", last_error_at=now)
    memory.set_source(state)
    pace.hold_off("hub", now + timedelta(hours=2))
    text = entered.words(SOURCES)
    assert "<b>It broke.</b>" in text
    assert "in 2 hours" in text


def test_a_range_shows_how_far_it_has_come(entered, ran, clock):
    ids = control.backfill("hub", date(2026, 1, 1), date(2026, 3, 20), clock)
    first = replace(memory.find_run(ids[0]), started_at=clock.now() - timedelta(minutes=10))
    memory.save_run(replace(first, state="done", ended_at=clock.now(), read=70, new=50))
    article = entered.page(SOURCES).xpath("//article[@id='hub']")[0]
    (bar,) = article.xpath(".//progress")
    assert (bar.get("value"), bar.get("max")) == ("1", "3")
    assert "1 of 3 stretches done" in words(article)
    assert "in 20 minutes" in words(article)


def test_a_range_that_hides_the_last_run_behind_it_does_not_make_it_never(entered, ran, clock):
    control.backfill("hub", date(2024, 1, 1), date(2026, 1, 1), clock)
    assert "1,234 new" in entered.words(SOURCES)


def test_the_page_looks_again_only_while_something_goes_on(entered, ran, clock):
    assert entered.page(SOURCES).xpath("//*[@data-busy]//a[@href='/admin/sources']")
    for stream in memory.list_streams("hub").values():
        memory.set_stream(replace(stream, due_at=clock.now() + timedelta(hours=1)))
    assert not entered.page(SOURCES).xpath("//*[@data-busy]")
    memory.add_run("hub", "", "follow", None, None, clock.now())
    assert entered.page(f"{SOURCES}/hub").xpath("//*[@data-busy]//a[@href='/admin/sources/hub']")


def test_a_source_lists_its_runs_and_what_was_set_aside(entered, ran, clock):
    problems = (Problem("hub", "2601.1", "it has no title", "<b>"), Problem("jsonl", "2", "it is not ours", ""))
    record_problems({(each.source, each.key): each for each in problems})
    page = entered.page(f"{SOURCES}/hub")
    (row,) = page.xpath("//table[@class='runs']/tbody/tr")
    assert [each.text_content() for each in row.xpath("td[contains(@class, 'figure')]")] == [
        *("2", "1,234", "3", "2", "1", "5")
    ]
    assert "All is said." in words(row)
    assert "it has no title" in words(page)
    assert "not ours" not in words(page)
    assert [each.key for each in list_problems(9, "jsonl")] == ["2"]


@pytest.mark.parametrize("name", ["nowhere", "jsonl", "seed", "%3Cscript%3E"])
def test_what_is_no_live_source_has_no_page(entered, name):
    entered.page(f"{SOURCES}/{name}", 404)
    entered.page(SOURCES)
    entered.post(f"{SOURCES}/{name}/on", 404)


def test_a_bundle_leads_to_its_form(entered):
    assert entered.client.get(f"{SOURCES}/arxiv").headers["Location"] == f"{SOURCES}#arxiv"
    page = entered.page(SOURCES)
    assert page.xpath("//*[@id='arxiv']//a[@href='/categories']")


# What the buttons do


def test_on_pause_resume_run_and_off(entered, clock):
    entered.page(SOURCES)
    entered.post(f"{SOURCES}/hub/on")
    assert memory.get_source("hub").active
    entered.post(f"{SOURCES}/hub/pause")
    assert memory.get_source("hub").paused
    entered.post(f"{SOURCES}/hub/resume")
    assert not memory.get_source("hub").paused
    memory.set_source(replace(memory.get_source("hub"), failures=9, closed_until=clock.now() + timedelta(days=1)))
    entered.post(f"{SOURCES}/hub/run")
    assert memory.get_source("hub").failures == 0
    entered.post(f"{SOURCES}/hub/off")
    assert not memory.get_source("hub").active


def test_what_was_done_is_said(entered):
    entered.page(SOURCES)
    entered.post(f"{SOURCES}/hub/on")
    where = entered.answer.headers["Location"]
    assert where == f"{SOURCES}?done=on&name=hub#hub"
    (said,) = entered.page(where).xpath("//p[@role='status']/text()")
    assert said.startswith("hub is on.")
    entered.post(f"{SOURCES}/hub/off", page="source")
    assert entered.answer.headers["Location"] == f"{SOURCES}/hub?done=off&name=hub"


@pytest.mark.parametrize("query", ["done=on&name=evil", "done=evil&name=hub", "done=on", "name=hub"])
def test_nobody_puts_words_into_the_page(entered, query):
    assert not entered.page(f"{SOURCES}?{query}").xpath("//p[@role='status']")


@pytest.mark.parametrize(
    "text", ["cs.CL\r\nstat.ML\r\n\r\n", "cs.CL, stat.ML", " cs.CL stat.ML ", "cs.CL\ncs.CL,stat.ML"]
)
def test_categories_go_to_all_three_of_arxiv(entered, text):
    entered.page(SOURCES)
    entered.post(f"{SOURCES}/arxiv/on", streams=text)
    for name in control.BUNDLES["arxiv"]:
        assert memory.get_source(name).active
        assert memory.get_source(name).streams == ("cs.CL", "stat.ML")
    page = entered.page(SOURCES)
    assert page.xpath("//textarea[@id='arxiv-streams']")[0].text.strip() == "cs.CL, stat.ML"
    entered.post(f"{SOURCES}/arxiv/off")
    assert not any(memory.get_source(name).active for name in control.BUNDLES["arxiv"])


def test_other_streams_keep_their_commas(entered):
    entered.page(SOURCES)
    entered.post(f"{SOURCES}/oai-dc/on", streams="a,b\nc", root="https://repository.example.org/oai/")
    state = memory.get_source("oai-dc")
    assert state.streams == ("a,b", "c")
    assert state.root == "https://repository.example.org/oai"


def test_an_emptied_field_means_what_the_source_does_by_itself(entered):
    entered.page(SOURCES)
    entered.post(f"{SOURCES}/oai-dc/on", streams="a", root="https://repository.example.org/oai")
    entered.post(f"{SOURCES}/oai-dc/on", streams="", root="")
    state = memory.get_source("oai-dc")
    assert state.streams == ()
    assert state.root == control.live_sources()["oai-dc"].root


def test_new_settings_do_not_wake_a_source_that_is_paused(entered, ran):
    control.set_paused("hub", paused=True)
    entered.page(SOURCES)
    entered.post(f"{SOURCES}/hub/on", begin="2026-01-01")
    state = memory.get_source("hub")
    assert (state.paused, state.begin) == (True, date(2026, 1, 1))


def test_a_range_becomes_runs_and_a_run_can_be_stopped(entered, ran):
    entered.page(SOURCES)
    entered.post(f"{SOURCES}/hub/backfill", since="2026-01-01", until="2026-02-10")
    runs = [run for run in memory.list_open_runs() if run.purpose == "backfill"]
    assert [(run.since, run.until) for run in runs] == [
        (date(2026, 1, 11), date(2026, 2, 10)),
        (date(2026, 1, 1), date(2026, 1, 10)),
    ]
    page = entered.page(f"{SOURCES}/hub")
    assert page.xpath(f"//form[@action='/admin/runs/{runs[0].id}/stop']//button")
    entered.post(f"/admin/runs/{runs[0].id}/stop")
    assert memory.find_run(runs[0].id).state == "stopped"
    assert entered.answer.headers["Location"].startswith(f"{SOURCES}/hub?done=stop")


@pytest.mark.parametrize("number", [0, 999_999_999, 2**63, 10**30])
def test_a_run_that_does_not_exist_cannot_be_stopped(entered, number):
    entered.page(SOURCES)
    entered.post(f"/admin/runs/{number}/stop", 404)


REFUSED = [
    ("arxiv/on", {"streams": "cs.CL, cs.XX"}, "cs.XX"),
    ("arxiv/on", {"streams": " \n "}, "Say what to harvest"),
    ("oai-dc/on", {"root": "ftp://example.org"}, "That is no address"),
    ("oai-dc/on", {"root": "https://a b"}, "That is no address"),
    ("oai-dc/on", {"streams": "x" * 1_001}, "1001 characters"),
    ("oai-dc/on", {"begin": "tomorrow"}, "The beginning"),
    ("feed/on", {"streams": ""}, "Say what to harvest"),
    ("hub/pause", {}, "hub is off"),
    ("hub/run", {}, "hub is off"),
    ("hub/backfill", {"since": "", "until": ""}, "Say from which day on"),
    ("hub/backfill", {"since": "2026-02-01", "until": "2026-01-01"}, "before it begins"),
    ("hub/backfill", {"since": "2026-02-30"}, "The first day"),
    ("hub/backfill", {"since": "2026-01-01", "until": "2999-01-01"}, "yet to come"),
    ("oai-dc/backfill", {"since": "1900-01-01", "streams": "a\nb\nc"}, f"{MOST_RUNS:,} at most"),
]


@pytest.mark.parametrize(("path", "fields", "reason"), REFUSED)
def test_a_form_that_cannot_be_read_comes_back_with_the_reason(entered, path, fields, reason):
    before = everything()
    entered.page(SOURCES)
    page = entered.post(f"{SOURCES}/{path}", 400, **fields)
    (said,) = page.xpath("//*[@role='alert']")
    assert reason in words(said)
    shown = {each.get("name"): each for each in page.xpath(f"//form[@action='{SOURCES}/{path}']//*[@name]")}
    for name, value in fields.items():
        kept = shown[name].get("value") if shown[name].tag == "input" else shown[name].text
        assert (kept or "").strip() == value.strip()
    assert everything() == before


def test_unprintable_characters_are_dropped(entered):
    entered.page(SOURCES)
    entered.post(f"{SOURCES}/oai-dc/on", streams="a\0b\x1b")
    assert memory.get_source("oai-dc").streams == ("a b",)


# Arithmetic


def test_a_sparkline_reaches_from_nothing_to_the_top():
    line = sparkline([0, 5, 10], date(2026, 5, 29))
    assert [(bar.day.day, bar.height, bar.y) for bar in line.bars] == [(27, 0.0, 40.0), (28, 20.0, 20.0), (29, 40, 0)]
    assert line.words == "New papers per day, 27 May to 29 May: 15 in all, most on 29 May (10), 10 on the last day."
    assert sparkline([0, 0], date(2026, 5, 29)).words == "New papers per day, 28 May to 29 May: none."


@pytest.mark.parametrize(
    ("offset", "day", "distance"),
    [
        (timedelta(), "today, 12:00", "now"),
        (timedelta(minutes=57), "today, 12:57", "in 57 minutes"),
        (timedelta(hours=-13), "yesterday, 23:00", "13 hours ago"),
        (timedelta(days=1), "tomorrow, 12:00", "in 1 day"),
        (timedelta(days=-9), "20 May, 12:00", "9 days ago"),
        (timedelta(days=365), "29 May 2027, 12:00", "in 365 days"),
    ],
)
def test_moments_are_told_as_people_do(offset, day, distance):
    now = datetime(2026, 5, 29, 12, tzinfo=UTC)
    assert f">{day}</time>" in moment(now + offset, now)
    assert away(now + offset, now) == distance


def test_spans_have_one_unit():
    assert [span(timedelta(seconds=s)) for s in (0, 1, 59, 3_590, 86_400)] == [
        *("0 seconds", "1 second", "59 seconds", "1 hour", "1 day")
    ]


@pytest.fixture
def doubtful(draft):
    """Two papers of one title with two arXiv ids."""
    ingest(
        [
            draft("2601.00001", title="How Readers Look at Pictures"),
            draft("2601.00002", title="How Readers Look at Pictures"),
        ]
    )
    return "2601.00001", "2601.00002"


def test_a_doubtful_pair_is_shown_with_what_speaks_for_and_against(doubtful):
    page = Operator().page("/admin/doubts")
    assert "two different arXiv ids" in page.text_content()
    assert [link.get("href") for link in page.xpath("//article//h3/a")] == [f"/papers/{key}" for key in doubtful]


@pytest.mark.parametrize(("decision", "papers"), [("join", 1), ("apart", 2)])
def test_a_pair_is_decided_and_leaves_the_list(doubtful, decision, papers):
    someone = Operator()
    someone.page("/admin/doubts")
    someone.post(f"/admin/doubts/{decision}", one=doubtful[0], other=doubtful[1])
    assert count_papers() == papers
    assert "No pair waits" in someone.page("/admin/doubts").text_content()


def test_a_pair_that_is_one_already_and_a_word_that_is_no_decision_are_told(doubtful):
    someone = Operator()
    someone.page("/admin/doubts")
    someone.post("/admin/doubts/join", 400, one=doubtful[0], other=doubtful[0])
    someone.post("/admin/doubts/perhaps", 400, one=doubtful[0], other=doubtful[1])
    someone.post("/admin/doubts/join", 404, one="2601.99999", other=doubtful[0])
    assert count_papers() == 2
