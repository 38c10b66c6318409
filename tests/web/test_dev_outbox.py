"""The outbox page: letters to read at the machine, and to nobody else."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.mail import send_mail
from django.test import Client, override_settings

from broadsheet.environment import Environment
from broadsheet.outbox import put_down
from broadsheet.store.models import MailMessage
from broadsheet.store.outbox import Letter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def letter():
    text = "Open <b>this</b>:\n\nhttp://localhost:8000/account/confirm/abc\n"
    put_down(Letter("mira@example.org", "Confirm", text, "<1@x>"), datetime.now(UTC))


def test_letters_are_shown_with_their_links(visit):
    page = visit("/dev/outbox")
    assert "to mira@example.org" in page.words
    assert page.all("//pre/a/@href") == ["http://localhost:8000/account/confirm/abc"]
    assert not page.all("//pre/b")


@pytest.mark.parametrize(
    "request_of",
    [
        {"REMOTE_ADDR": "203.0.113.5"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.5"},
        {"REMOTE_ADDR": "203.0.113.5", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": ""},
    ],
)
def test_nobody_else_sees_them(request_of):
    assert Client(**request_of).get("/dev/outbox").status_code == 404


def test_with_a_mail_server_there_is_no_such_page(visit):
    given = settings.ENVIRONMENT
    with override_settings(ENVIRONMENT=Environment({**given.values, "smtp": "smtp://x"}, given.given)):
        visit("/dev/outbox", 404)


def test_mail_of_the_framework_goes_into_the_outbox_too():
    # Test runs put another backend in the place of ours.
    with override_settings(EMAIL_BACKEND="broadsheet.web.queued_mail.Backend"):
        assert send_mail("Hello", "Text", None, ["a@example.org", "b@example.org"]) == 1
    assert MailMessage.objects.filter(subject="Hello", text="Text").count() == 2
