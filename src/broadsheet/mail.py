"""Mail: one message out by SMTP, and no header in it that we did not put there."""

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from broadsheet.errors import BadInput

TIMEOUT_S = 30.0
PORTS = {"smtp": 25, "smtps": 465}
FORM = policy.SMTP.clone(max_line_length=78)


class Refused(Exception):
    """The server will not have this message, now and later: 5xx, or an address it does not know."""


class TryLater(Exception):
    """The message did not leave: no connection, 4xx, or an error before the message was handed over whole."""


class MayHaveLeft(Exception):
    """The message was handed over whole, and what became of it is not known."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server: `smtp` takes up TLS where it is offered and needs it for a password, `smtps` begins with it."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: addresses as `name@host`, plain text, HTML if any, and headers beyond the usual ones."""

    sender: str
    sender_name: str
    recipient: str
    subject: str
    text: str
    message_id: str
    date: datetime
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def server_of(url: str) -> Server:
    """The server that an address such as `smtp://user:password@host:587` names. Raises BadInput."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise BadInput("BROADSHEET_SMTP: write an address such as smtp://user:password@host:587.")
    port = parts.port or PORTS[parts.scheme]
    return Server(parts.scheme, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""))


def serialised(message: Message) -> bytes:
    """The message as bytes. Raises BadInput where a value would become a header of its own.

    Some versions of Python write a line break that an encoded word hides (the class of CVE-2024-6923). So what was
    written is read again, and must have the headers that were put in, each once.
    """
    made = EmailMessage(policy=FORM)
    for name, value in _headers(message).items():
        if _breaks(value):
            raise BadInput(f"The mail to {message.recipient!r} has a line break in its {name}. It is not sent.")
        try:
            made[name] = value
            hidden = _breaks(str(made[name]))
        except (ValueError, IndexError, AttributeError) as error:  # what the library's parser cannot take
            raise BadInput(f"The mail to {message.recipient!r} has no {name} that can be written: {error}.") from error
        if hidden:
            raise BadInput(f"The mail to {message.recipient!r} hides a line break in its {name}. It is not sent.")
    made.set_content(message.text, cte="quoted-printable")
    if message.html:
        made.add_alternative(message.html, subtype="html", cte="quoted-printable")
    whole = made.as_bytes()
    read = message_from_bytes(whole, policy=policy.compat32)
    if sorted(read.keys()) != sorted(made.keys()) or len(set(read.keys())) != len(read.keys()):
        raise BadInput(f"The mail to {message.recipient!r} would have other headers than it should. It is not sent.")
    return whole


def _headers(message: Message) -> dict[str, str]:
    name = "".join(c for c in message.sender_name if c.isprintable()).replace("=?", "")
    return {
        "From": str(Address(name, addr_spec=message.sender)) if name else message.sender,
        "To": message.recipient,
        "Subject": message.subject,
        "Date": format_datetime(message.date.astimezone(UTC)),
        "Message-ID": message.message_id,
        "Auto-Submitted": "auto-generated",
        **message.headers,
    }


def _breaks(value: str) -> bool:
    return any(character in value for character in "\r\n\x0b\x0c\x00\x85\u2028\u2029")


def send(server: Server, message: Message) -> None:
    """Hand one message over. Raises Refused, TryLater or MayHaveLeft; BadInput for a message that must not leave."""
    whole = serialised(message)
    try:
        connection = _connect(server)
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater(_said(error)) from error
    try:
        _hand_over(connection, message, whole)
    finally:
        connection.close()


def _connect(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    try:
        connection.ehlo()
        if server.scheme == "smtp" and connection.has_extn("starttls"):
            connection.starttls(context=context)
            connection.ehlo()
        if server.user:
            _log_in(connection, server)
    except BaseException:
        connection.close()
        raise
    return connection


def _log_in(connection: smtplib.SMTP, server: Server) -> None:
    """Show the password, but never in the clear to another machine."""
    if not isinstance(connection.sock, ssl.SSLSocket) and not server.host.startswith(("127.", "localhost", "::1")):
        raise smtplib.SMTPException(f"{server.host} offers no TLS: the password stays here")
    connection.login(server.user, server.password)


def _hand_over(connection: smtplib.SMTP, message: Message, whole: bytes) -> None:
    try:
        _check(connection.mail(message.sender, [f"size={len(whole)}"] if connection.has_extn("size") else []))
        _check(connection.rcpt(message.recipient))
        _check(connection.docmd("DATA"), expected=354)
        connection.send(_dotted(whole))
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater(_said(error)) from error
    try:
        connection.send(b".\r\n")  # from here on it may be theirs
        answer = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise MayHaveLeft(_said(error)) from error
    _check(answer)
    with suppress(OSError, smtplib.SMTPException):
        connection.docmd("QUIT")  # the message is theirs by now, whatever happens here


def _check(answer: tuple[int, bytes], expected: int = 250) -> None:
    """Raises Refused or TryLater where an answer is not the one that leads on."""
    code, words = answer
    if code in (expected, 251):
        return
    said = f"{code} {words.decode(errors='replace')[:300]}"
    raise Refused(said) if 500 <= code < 600 else TryLater(said)


def _dotted(whole: bytes) -> bytes:
    """A message as DATA wants it: lines that begin with a dot get another one (RFC 5321 4.5.2)."""
    lines = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    dotted = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    return dotted if dotted.endswith(b"\r\n") else dotted + b"\r\n"


def _said(error: Exception) -> str:
    """What went wrong, without what may hold a password."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "the mail server refuses our user name and password"
    return f"{type(error).__name__}: {error}"[:300]
