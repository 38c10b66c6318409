"""Visitors of accounts: send forms as a browser does, and read the letters that come of it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from lxml import html

from broadsheet.store.models import MailMessage
from broadsheet.web import account_limits

PASSWORD = "correct horse battery"
ANOTHER = "staple of the other day"
PATH = re.compile(r"https?://[^/\s]+(/\S+)")
CODE = re.compile(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]+)*)\s*$", re.MULTILINE)


class Browser:
    """Sends what the page's own form holds, with its token; Django refuses any other."""

    def __init__(self, address: str = "127.0.0.1", **headers: str) -> None:
        self.client = Client(
            enforce_csrf_checks=True, raise_request_exception=False, REMOTE_ADDR=address, headers=headers or None
        )

    def get(self, path: str, status: int = 200) -> Any:
        """A page as a tree."""
        self.answer = self.client.get(path)
        assert self.answer.status_code == status, (path, self.answer.status_code, self.answer.headers)
        text = self.answer.content.decode()
        return html.document_fromstring(text) if "<html" in text else text

    def send(self, path: str, action: str = "", status: int = 302, **values: Any) -> HttpResponse:
        """Open a page, fill in its form, and send it; `action` is where the form leads, if not to the page."""
        page = self.get(path)
        action = action or path.partition("?")[0]
        forms = page.xpath(f"//main//form[@action='{action}' or @action='{path}']")
        assert forms, (path, action)
        hidden = {each.get("name"): each.get("value") or "" for each in forms[0].xpath(".//input[@type='hidden']")}
        self.answer = self.client.post(action, {**hidden, **values})
        assert self.answer.status_code == status, (self.answer.status_code, self.answer.content.decode()[-3000:])
        return self.answer

    @property
    def words(self) -> str:
        """What the last page says."""
        tree = html.document_fromstring(self.answer.content.decode())
        return " ".join(tree.xpath("//main")[0].text_content().split())

    def sign_in(self, who: str = "alice", password: str = PASSWORD) -> "Browser":
        """Sign in with a password."""
        self.send("/account/login", login=who, password=password)
        return self

    def again(self, password: str = PASSWORD) -> "Browser":
        """Show the password once more."""
        self.send("/account/again", password=password)
        return self

    @property
    def is_in(self) -> bool:
        """Whether this browser is signed in."""
        return self.client.get("/account").status_code == 200


def letters(address: str = "") -> list[MailMessage]:
    """What lies in the outbox, the oldest first."""
    found = MailMessage.objects.order_by("pk")
    return list(found.filter(recipient=address) if address else found)


def link_in(letter: MailMessage) -> str:
    """The path of the first link of a letter."""
    found = PATH.search(letter.text)
    assert found
    return found[1]


def code_in(letter: MailMessage) -> str:
    """The code of a letter."""
    found = CODE.search(letter.text)
    assert found, letter.text
    return found[1]


def joined(handle: str = "alice", address: str = "") -> Browser:
    """Somebody who joined, opened the link, and is signed in."""
    browser = Browser()
    mail = address or f"{handle}@example.org"
    browser.send("/account/signup", username=handle, email=mail, password1=PASSWORD)
    browser.send(link_in(letters(mail)[-1]))
    return browser


@contextmanager
def no_evenness() -> Iterator[None]:
    """Answers as fast as they come, and passwords hashed in no time; `bench/accounts.py` measures the real thing."""
    quick = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with pytest.MonkeyPatch.context() as patch, quick:
        patch.setattr(account_limits, "EVEN_S", 0.0)
        yield
