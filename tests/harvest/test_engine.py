"""The engine: watermarks, restarts, empty answers on days with news, breakers, and killing between any two steps."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from broadsheet import sources
from broadsheet.deciding import _Batch
from broadsheet.harvest import control
from broadsheet.harvest.engine import Harvester
from broadsheet.runs import SourceState, StreamState
from broadsheet.sources.http import FetchFailed
from broadsheet.sources.live import Live, Page
from broadsheet.sources.refusals import NoSuchThing, TokenExpired, UpstreamError
from broadsheet.sources.registry import Source
from broadsheet.store import harvest as memory
from broadsheet.store.catalogue import count_papers
from broadsheet.store.intake import list_problems
from broadsheet.store.query import execute

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = "http://list.example"
MONDAY_NIGHT = datetime(2026, 3, 3, 4, tzinfo=UTC)
"""Monday, 2 March, 23:00 US Eastern: after a mailing."""


def first_url(root, stream, window):
    return f"{root}/{stream}?since={window.since}"


@pytest.fixture
def make_source(draft, monkeypatch):
    """Registers a source whose answers are JSON: ids of papers, the next address, the total, and the source's day."""

    def make(name="list", **changes):
        def read_page(answer, _window):
            told = json.loads(answer.body)
            if "error" in told:
                raise {"token": TokenExpired, "none": NoSuchThing}.get(told["error"], UpstreamError)(told["error"])
            items = [
                draft(each, source=name, key=each, payload_hash=f"{each} {told.get('v', 1)}") for each in told["ids"]
            ]
            day = told.get("day")
            answered = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
            return Page(items, told.get("next", ""), answered, told.get("total"))

        settings = {"group": "list", "root": ROOT, "pace_s": 3.0, "rhythm": "daily", "stream": "a list"}
        live = Live(**{**settings, "first_url": first_url, "read_page": read_page, **changes})
        source = Source(name, 90, "A list.", lambda _: False, lambda *_: iter(()), live=live)
        monkeypatch.setitem(sources.SOURCES, name, source)
        memory.set_source(SourceState(name, active=True, streams=("a",)))

    return make


@pytest.fixture
def harvester(client):
    return Harvester(client, draw=lambda _least, most: most)


def page(*ids, **told):
    return json.dumps({"ids": ids, **told}).encode()


def watermark(name="list", stream="a"):
    found = memory.list_streams(name).get(stream)
    return found.watermark if found else None


def test_pages_are_taken_one_by_one_and_the_watermark_moves_with_the_last(make_source, harvester, network):
    make_source()
    network.answers = [
        page("2603.00001", next=f"{ROOT}/a?token=2", day="2026-03-02"),
        page("2603.00002", day="2026-03-03"),
    ]
    first = harvester.step()
    assert (first.state, first.new, count_papers(), watermark()) == ("running", 1, 1, None)
    last = harvester.step()
    assert (last.state, last.new, last.pages, count_papers()) == ("done", 2, 2, 2)
    assert watermark() == date(2026, 3, 2), "the day of the first page: the list may have changed since"
    assert harvester.step() is None


def test_the_next_run_begins_before_the_watermark(make_source, harvester, network, clock):
    make_source()
    network.answers = [page(day="2026-03-03"), page()]
    harvester.step()
    clock.pass_time(days=1)
    harvester.step()
    assert network.urls == [f"{ROOT}/a?since=2026-02-01", f"{ROOT}/a?since=2026-03-01"]


def test_a_run_that_was_killed_goes_on_where_it_stood(make_source, harvester, network, client):
    make_source()
    network.answers = [page("2603.00001", next=f"{ROOT}/a?token=2"), page("2603.00002")]
    harvester.step()
    harvester.clock.pass_time(seconds=60)
    assert Harvester(client).step().state == "done"
    assert network.urls[-1] == f"{ROOT}/a?token=2"


def test_a_page_taken_twice_changes_nothing(make_source, harvester, network, monkeypatch):
    make_source()
    network.answers = [page("2603.00001")] * 2
    with monkeypatch.context() as patch:
        patch.setattr(memory, "save_run", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            harvester.step()
    assert (count_papers(), watermark()) == (1, None)
    done = harvester.step()
    assert (done.state, done.new, done.known, count_papers()) == ("done", 0, 1, 1)


def test_an_expired_token_begins_the_window_again(make_source, harvester, network, clock):
    make_source()
    network.answers = [
        page("2603.00001", next=f"{ROOT}/a?token=2"),
        page(error="token"),
        page("2603.00001", next=f"{ROOT}/a?token=3"),
        page("2603.00002"),
    ]
    states = []
    while network.answers:
        run = harvester.step()
        clock.pass_time(hours=2)
        states.append(run.state if run else None)
    assert states == ["running", "waiting", "running", "done"]
    assert network.urls[2] == network.urls[0]
    assert count_papers() == 2


def test_tokens_that_always_expire_end_the_run_and_leave_the_watermark(make_source, harvester, network, clock):
    make_source()
    network.answers = [page("2603.00001", next=f"{ROOT}/a?token=2"), page(error="token")] * 20
    while (run := harvester.step()) and run.state != "failed":
        clock.pass_time(hours=2)
    assert run.note.startswith("Began 10 times in vain")
    assert watermark() is None


def test_a_failure_is_waited_out_and_the_page_asked_for_again(make_source, harvester, network, clock):
    make_source()
    network.answers = [FetchFailed("down"), page("2603.00001")]
    run = harvester.step()
    assert (run.state, run.note) == ("waiting", "down")
    assert run.retry_at - clock.now() == timedelta(seconds=20)
    assert harvester.step() is None
    clock.pass_time(seconds=21)
    assert harvester.step().state == "done"
    assert memory.get_source("list").failures == 0


def test_retry_after_is_heeded_beyond_the_back_off(make_source, harvester, network, clock):
    make_source()
    network.answers = [(503, {"retry-after": "7200"}, b""), page()]
    run = harvester.step()
    assert run.retry_at - clock.now() == timedelta(hours=2)


def test_a_source_that_keeps_failing_is_left_alone_for_longer_and_longer(make_source, harvester, network, clock):
    make_source()
    network.answers = [FetchFailed("down")] * 8
    rests = []
    for _ in range(8):
        while harvester.step() is None:
            clock.pass_time(minutes=5)
        closed = memory.get_source("list").closed_until
        rests.append(round((closed - clock.now()) / timedelta(hours=1)) if closed else 0)
    assert rests == [0, 0, 0, 0, 0, 1, 2, 4]
    (view,) = [view for view in control.overview(clock) if view.name == "list"]
    assert (view.condition, view.state.last_error) == ("resting", "down")


def test_a_source_that_forbids_is_not_asked_again_that_day(make_source, harvester, network, clock):
    make_source()
    network.answers = [(403, {}, b""), page()]
    harvester.step()
    clock.pass_time(hours=23)
    assert harvester.step() is None
    clock.pass_time(hours=2)
    assert harvester.step().state == "done"


def test_what_does_not_exist_ends_the_run_with_the_reason(make_source, harvester, network):
    make_source()
    network.answers = [page(error="none")]
    run = harvester.step()
    assert (run.state, run.note) == ("failed", "none")
    assert watermark() is None


def test_a_page_that_names_itself_is_no_endless_loop(make_source, harvester, network):
    make_source()
    network.answers = [page("2603.00001", next=f"{ROOT}/a?since=2026-02-01")]
    assert harvester.step().state == "waiting"


def test_a_list_that_ends_early_is_begun_again(make_source, harvester, network, clock):
    make_source(exact_total=True)
    network.answers = [page("2603.00001", total=2), page("2603.00001", "2603.00002", total=2)]
    assert harvester.step().state == "waiting"
    clock.pass_time(hours=1)
    assert harvester.step().state == "done"
    assert count_papers() == 2


def test_an_empty_answer_on_a_day_with_news_is_believed_the_second_time(make_source, harvester, network, clock):
    make_source(rhythm="announcements")
    clock.moment = MONDAY_NIGHT
    memory.set_stream(StreamState("list", "a", clock.now(), watermark=date(2026, 3, 2)))
    network.answers = [page(), page()]
    first = harvester.step()
    assert (first.state, watermark()) == ("done", date(2026, 3, 2))
    assert "looking again" in first.note
    clock.pass_time(minutes=30)
    assert harvester.step() is None
    clock.pass_time(minutes=31)
    harvester.step()
    assert watermark() == date(2026, 3, 3)


def test_a_false_empty_answer_loses_nothing(make_source, harvester, network, clock):
    make_source(rhythm="announcements")
    clock.moment = MONDAY_NIGHT
    network.answers = [page(), page("2603.00001")]
    harvester.step()
    clock.pass_time(hours=1, minutes=1)
    assert harvester.step().new == 1
    assert memory.list_streams("list")["a"].empties == 0


def test_an_empty_feed_on_a_weekend_is_believed_at_once(make_source, harvester, network, clock):
    make_source(rhythm="announcements", conditional=True)
    clock.moment = datetime(2026, 3, 7, 18, tzinfo=UTC)
    memory.set_stream(StreamState("list", "a", clock.now(), watermark=date(2026, 3, 6)))
    network.answers = [page(day="2026-03-07")]
    harvester.step()
    assert watermark() == date(2026, 3, 7)


def test_a_feed_that_is_not_rebuilt_yet_is_looked_at_again(make_source, harvester, network, clock):
    make_source(rhythm="announcements", conditional=True)
    clock.moment = datetime(2026, 3, 3, 6, tzinfo=UTC)
    memory.set_stream(StreamState("list", "a", clock.now(), watermark=date(2026, 3, 2)))
    network.answers = [page("2603.00001", day="2026-03-02"), page("2603.00002", day="2026-03-03")]
    assert "looking again" in harvester.step().note
    clock.pass_time(hours=1, minutes=1)
    harvester.step()
    assert (watermark(), count_papers()) == (date(2026, 3, 3), 2)


def test_validators_are_kept_once_the_page_is_in_and_unchanged_writes_nothing(make_source, harvester, network, clock):
    make_source(conditional=True, first_url=lambda root, *_: root)
    network.answers = [(200, {"etag": '"1"'}, page("2603.00001")), (304, {}, b"")]
    harvester.step()
    clock.pass_time(days=1)
    run = harvester.step()
    assert network.asked[1][2] == {"If-None-Match": '"1"'}
    assert (run.state, run.read, run.note) == ("done", 0, "Nothing has changed since the last look.")


def test_a_paused_source_is_left_and_goes_on_where_it_stood(make_source, harvester, network, clock):
    make_source()
    network.answers = [page("2603.00001", next=f"{ROOT}/a?token=2"), page("2603.00002")]
    harvester.step()
    control.set_paused("list", paused=True)
    assert harvester.step() is None
    control.set_paused("list", paused=False)
    assert harvester.step().state == "done"


def test_a_range_is_asked_for_in_stretches_and_shows_how_far_it_is(make_source, harvester, network, clock):
    make_source()
    memory.set_stream(StreamState("list", "a", clock.now() + timedelta(days=1)))
    runs = control.backfill("list", date(2025, 12, 1), date(2026, 2, 15), clock)
    assert len(runs) == 3
    network.answers = [page("2603.00001"), page("2603.00002"), page("2603.00003")]
    harvester.step()
    clock.pass_time(minutes=10)
    progress = control.view("list", clock).backfill
    assert (progress.done, progress.all, progress.new) == (1, 3, 1)
    assert progress.estimate > clock.now()
    while harvester.step():
        pass
    assert control.view("list", clock).backfill is None
    assert watermark() is None, "the past does not move the watermark"


def test_ten_days_off_are_caught_up(make_source, harvester, network, clock):
    make_source()
    network.answers = [page(day="2026-03-03"), page("2603.00001")]
    harvester.step()
    clock.pass_time(days=10)
    harvester.step()
    assert network.urls[-1].endswith("since=2026-03-01")


def test_what_one_channel_alone_told_of_is_asked_for_by_its_id(make_source, harvester, network, clock):
    make_source("feed-like", group="twins")
    make_source("checker", group="twins", checks="feed-like", by_ids=lambda ids: "id:" + ",".join(ids))
    network.answers = [page("2603.00001", "2603.00002")]
    memory.set_stream(StreamState("checker", "a", clock.now() + timedelta(days=2)))
    harvester.step()
    execute("UPDATE source_record SET fetched_at = %s", clock.now())
    clock.pass_time(days=2, minutes=1)
    network.answers = [page("2603.00001"), page("2603.00001"), page("2603.00002"), page()]
    while harvester.step():
        pass
    assert f"{ROOT}/id:2603.00001,2603.00002?since=None" in network.urls
    assert list(memory.list_streams("checker")) == ["a"]


def test_a_page_that_provokes_what_nobody_expected_is_waited_out(make_source, harvester, network, clock):
    make_source()
    network.answers = [b'{"ids": 5}', page("2603.00001")]
    run = harvester.step()
    assert (run.state, memory.get_source("list").failures) == ("waiting", 1)
    assert harvester.step() is None
    clock.pass_time(hours=1)
    assert harvester.step().state == "done"


def test_one_poisonous_record_is_set_aside_and_the_rest_of_its_page_goes_in(
    make_source, harvester, network, monkeypatch
):
    make_source()
    take = _Batch.take

    def poisoned(self, draft):
        if draft.key == "2603.00002":
            raise ZeroDivisionError("poison")
        return take(self, draft)

    monkeypatch.setattr(_Batch, "take", poisoned)
    network.answers = [page("2603.00001", "2603.00002", "2603.00003")]
    run = harvester.step()
    assert (run.state, run.new, run.set_aside, count_papers()) == ("done", 2, 1, 2)
    assert [(each.key, "poison" in each.reason) for each in list_problems(9)] == [("2603.00002", True)]
