"""The outbox: put down with what calls for it, taken by one, sent once, tried again, and given up in the open."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, transaction
from django.test import override_settings
from tests.fakes.post_office import open_post_office

from broadsheet import outbox
from broadsheet.environment import read_environment
from broadsheet.errors import BadInput
from broadsheet.outbox import AFTER_DOUBT, WAITS, deliver_due, forget_delivered, message_id, put_down, sender_of
from broadsheet.store.models import MailMessage
from broadsheet.store.outbox import LEASE, Letter, count_letters, list_letters, take_letter
from broadsheet.worker import correspond

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def letter(number=1, **values):
    return Letter(f"p{number}@example.org", "Hello", f"Text {number}", f"<{number}@example.org>", **values)


def office_settings(office, **more):
    given = {"BROADSHEET_SMTP": office.url, "BROADSHEET_MAIL_FROM": "paper@example.org", **more}
    return read_environment(given)


def deliver(office, at=NOON, **more):
    return deliver_due(at, sender_of(office_settings(office, **more), lambda: at))


def states():
    return dict(MailMessage.objects.values_list("recipient", "state"))


def test_a_letter_is_sent_once_and_what_it_said_is_forgotten():
    put_down(letter(), NOON)
    put_down(letter(), NOON)
    with open_post_office() as office:
        assert deliver(office) == 1
        assert deliver(office) == 0
    assert len(office.received) == 1
    kept = MailMessage.objects.get()
    assert (kept.state, kept.text, kept.attempts, kept.sent_at) == ("sent", "", 1, NOON)


def test_a_letter_put_down_in_what_failed_is_not_there():
    with transaction.atomic():
        put_down(letter(), NOON)
        transaction.set_rollback(True)
    assert not MailMessage.objects.exists()


def test_one_bad_recipient_stops_nobody():
    for number in range(4):
        put_down(letter(number), NOON)
    with open_post_office("accept", "refuse") as office:
        assert deliver(office) == 4
    assert sorted(states().values()) == ["failed", "sent", "sent", "sent"]
    assert "550" in MailMessage.objects.get(state="failed").error


def test_one_that_cannot_be_written_fails_by_itself():
    put_down(Letter("p@example.org", "=?utf-8?q?a=0ABcc=3Av?=", "x", "<h@example.org>"), NOON)
    put_down(letter(), NOON)
    with open_post_office() as office:
        deliver(office)
    assert sorted(states().values()) in (["failed", "sent"], ["sent", "sent"])
    assert all("Bcc:" not in text.partition("\r\n\r\n")[0] for _, _, text in office.received)


def test_a_server_that_is_away_is_asked_again_and_again_and_then_the_letter_has_failed():
    put_down(letter(), NOON)
    with open_post_office(*["later"] * 7) as office:
        at, waited = NOON, []
        while MailMessage.objects.get().state == "waiting":
            assert deliver(office, at) == 1
            kept = MailMessage.objects.get()
            waited.append(kept.not_before - at)
            assert deliver(office, max(at, kept.not_before - timedelta(seconds=1))) == 0 or kept.state == "failed"
            at = kept.not_before
    assert waited[: len(WAITS)] == list(WAITS)
    assert (MailMessage.objects.get().state, MailMessage.objects.get().attempts) == ("failed", 7)
    assert timedelta(hours=23) < sum(WAITS, timedelta()) < timedelta(hours=25)


def test_a_letter_that_may_have_left_is_sent_once_more_with_the_same_name_and_then_left_alone():
    put_down(letter(), NOON)
    with open_post_office("after", "after") as office:
        deliver(office)
        assert MailMessage.objects.get().state == "unknown"
        assert deliver(office, NOON + AFTER_DOUBT / 2) == 0
        assert deliver(office, NOON + AFTER_DOUBT * 2) == 1
        assert deliver(office, NOON + timedelta(days=3)) == 0
    assert MailMessage.objects.get().state == "unknown"
    assert len(office.received) == 2
    assert all("Message-ID: <1@example.org>" in text for _, _, text in office.received)


def test_who_dies_with_a_letter_in_hand_leaves_it_to_another_one_once():
    put_down(letter(), NOON)
    assert take_letter(NOON).attempts == 1
    assert take_letter(NOON + LEASE / 2) is None
    again = take_letter(NOON + LEASE * 2)
    assert (again.state, again.attempts) == ("unknown", 2)
    assert take_letter(NOON + timedelta(days=9)) is None


def test_what_breaks_us_is_not_tried_for_ever():
    put_down(letter(), NOON)

    def broken(_letter):
        raise RuntimeError("secret of the server")

    assert deliver_due(NOON, broken) == 1
    assert MailMessage.objects.get().error == "RuntimeError"


@pytest.mark.django_db(transaction=True)
def test_two_who_deliver_do_not_send_the_same_letter():
    for number in range(30):
        put_down(letter(number), NOON)
    sent, lock = [], threading.Lock()

    def send(each):
        with lock:
            sent.append(each.recipient)

    def work():
        deliver_due(NOON, send)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == sorted(f"p{number}@example.org" for number in range(30))


@pytest.mark.django_db(transaction=True)
def test_the_worker_delivers_while_it_runs():
    put_down(letter(), datetime.now(UTC))
    stop = threading.Event()
    with open_post_office() as office, override_settings(ENVIRONMENT=office_settings(office)):
        worker = threading.Thread(target=correspond, args=(stop,))
        worker.start()
        waited = time.monotonic() + 20
        while states() != {"p1@example.org": "sent"} and time.monotonic() < waited:
            time.sleep(0.05)
        stop.set()
        worker.join(10)
    assert not worker.is_alive()
    assert len(office.received) == 1


def test_without_a_server_letters_wait():
    put_down(letter(), NOON)
    assert sender_of(read_environment({}), lambda: NOON) is None
    assert [each.text for each in list_letters(5)] == ["Text 1"]
    assert count_letters() == {"waiting": 1}


def test_a_server_without_a_sender_is_a_mistake():
    with pytest.raises(BadInput, match="MAIL_FROM"):
        sender_of(read_environment({"BROADSHEET_SMTP": "smtp://localhost"}), lambda: NOON)


def test_letters_that_were_sent_are_forgotten_after_a_week():
    put_down(letter(), NOON)
    put_down(letter(2), NOON)
    outbox.outbox.set_sent(MailMessage.objects.earliest("pk").pk, NOON)
    assert forget_delivered(NOON + timedelta(days=6)) == 0
    assert forget_delivered(NOON + timedelta(days=8)) == 1
    assert count_letters() == {"waiting": 1}


def test_names_of_letters_are_the_same_for_the_same_letter():
    name = message_id("key", "example.org", "kind", "a@example.org")
    assert name == message_id("key", "example.org", "kind", "a@example.org")
    assert name != message_id("key", "example.org", "kinda", "@example.org")
    assert name != message_id("other", "example.org", "kind", "a@example.org")
    assert name.endswith("@example.org>")
