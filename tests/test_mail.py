"""Mail: headers that nobody smuggles in, the form of a message, and each way in which a server lets us down."""

import random
import smtplib
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from tests.fakes.post_office import open_post_office

from broadsheet import mail
from broadsheet.errors import BadInput
from broadsheet.mail import MayHaveLeft, Message, Refused, TryLater, send, serialised, server_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
USUAL = ["Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version", "Message-ID"]


def letter(**changes):
    values = {
        "sender": "paper@example.org",
        "sender_name": "Broadsheet",
        "recipient": "mira@example.org",
        "subject": "Your code",
        "text": "1234\n.\n..two\n",
        "message_id": "<abc@example.org>",
        "date": NOON,
    }
    return Message(**{**values, **changes})


def test_a_message_has_the_headers_that_were_put_in_and_its_text():
    read = message_from_bytes(serialised(letter(subject="Über die Zeit — 𝛼")), policy=policy.default)
    assert sorted(read.keys()) == sorted([*USUAL, "Subject", "To"])
    assert read["Subject"] == "Über die Zeit — 𝛼"
    assert read.get_content().replace("\r", "") == "1234\n.\n..two\n"
    assert not [name for name in read if name.lower().startswith("list-")]


def test_a_message_with_html_has_the_text_first():
    read = message_from_bytes(serialised(letter(html="<p>Hello</p>")), policy=policy.default)
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]


PIECES = [
    *["a", "Bcc: victim@example.org", "=?utf-8?q?a=0ABcc=3A_victim=40example=2Eorg?=", "=?utf-8?b?YQpCY2M6IHY=?="],
    *["\r", "\n", "\r\n ", "\u2028", "\u2029", "\x85", "\x0b", "\x00", "\u202e", "é", "𝛼", " ", "=?utf-8?q?=0D=0A?="],
    *["x" * 90, "To: b@example.org", "=?utf-8?q?", "?=", "=0ABcc:", '"', "<", ">", ",", "@", ";"],
]


def test_no_name_and_no_title_adds_a_header_or_a_recipient():
    chance, sent = random.Random(8), 0
    for _ in range(3_000):
        subject = "".join(chance.choices(PIECES, k=chance.randint(1, 5)))
        name = "".join(chance.choices(PIECES, k=chance.randint(1, 4)))
        try:
            whole = serialised(letter(subject=subject, sender_name=name, headers={"List-Id": f"{subject} <a.b>"}))
        except BadInput:
            continue
        sent += 1
        read = message_from_bytes(whole, policy=policy.compat32)
        assert sorted(read.keys()) == sorted([*USUAL, "Subject", "To", "List-Id"])
        assert read["To"] == "mira@example.org"
    assert sent > 300


@pytest.mark.parametrize("recipient", ["a@b.example\r\nBcc: c@d.example", "a@b.example\nRCPT TO:<c@d.example>"])
def test_a_recipient_with_a_line_break_is_refused(recipient):
    with pytest.raises(BadInput, match="line break"):
        serialised(letter(recipient=recipient))


def test_a_letter_arrives_whole():
    with open_post_office() as office:
        send(server_of(office.url), letter())
    ((sender, recipients, text),) = office.received
    assert (sender, recipients) == ("paper@example.org", ["mira@example.org"])
    assert (
        message_from_bytes(text.encode(), policy=policy.default).get_content().replace("\r", "") == "1234\n.\n..two\n"
    )


@pytest.mark.parametrize(
    ("manner", "error"),
    [("refuse", Refused), ("later", TryLater), ("421", TryLater), ("before", MayHaveLeft), ("after", MayHaveLeft)],
)
def test_what_went_wrong_is_told_apart(manner, error):
    with open_post_office(manner) as office, pytest.raises(error):
        send(server_of(office.url), letter())
    assert len(office.received) == (1 if manner == "after" else 0)


def test_what_happens_at_the_door_does_not_matter_any_more():
    with open_post_office("quit") as office:
        send(server_of(office.url), letter())
    assert len(office.received) == 1


def test_nobody_there_is_no_loss():
    with pytest.raises(TryLater):
        send(server_of("smtp://127.0.0.1:1"), letter())


def test_a_password_does_not_travel_in_the_clear():
    class Plain:
        sock = None

        def login(self, user, password):
            raise AssertionError("the password left")

    with pytest.raises(smtplib.SMTPException, match="offers no TLS"):
        mail._log_in(Plain(), mail.Server("smtp", "mail.example.org", 25, "user", "secret"))


@pytest.mark.parametrize("url", ["http://x", "smtp://", "mail.example.org"])
def test_an_address_of_no_mail_server_is_refused(url):
    with pytest.raises(BadInput, match="smtp://"):
        server_of(url)


def test_the_parts_of_a_server_address():
    assert server_of("smtps://a%40b:p%3Aw@mail.example.org") == mail.Server(
        "smtps", "mail.example.org", 465, "a@b", "p:w"
    )
