"""The polite client: every request waits for its turn, says who asks, and heeds when it is told to wait."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from broadsheet.clock import Clock
from broadsheet.errors import Unavailable
from broadsheet.sources.http import DEFAULT_POLICY, Fetched, FetchFailed, FetchPolicy, FetchRefused, fetch_once
from broadsheet.store import pace

LONGEST_WAIT = timedelta(hours=24)
"""What a source may ask us to wait for; longer is taken for a mistake."""
PATIENCE_S = 30.0
"""Seconds that are waited on the spot; for longer waits the work is laid aside."""

Fetch = Callable[[str, FetchPolicy, Mapping[str, str]], Fetched]


class Declined(Unavailable):
    """An answer with an error status. `retry_after` is what the source asked for, if it did."""

    def __init__(self, answer: Fetched, retry_after: timedelta | None) -> None:
        super().__init__(f"{answer.url[:200]} answered {answer.status} {_phrase(answer.status)}".rstrip() + ".")
        self.answer, self.status, self.retry_after = answer, answer.status, retry_after


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _over_the_network(url: str, policy: FetchPolicy, headers: Mapping[str, str]) -> Fetched:
    return fetch_once(url, policy=policy, headers=headers)


@dataclass(frozen=True, slots=True)
class Client:
    """Asks within the pace that all processes share. `fetch` is replaced in tests."""

    clock: Clock
    policy: FetchPolicy = DEFAULT_POLICY
    fetch: Fetch = _over_the_network
    patience_s: float = PATIENCE_S
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, url: str, group: str, pace_s: float, validators: tuple[str, str] = ("", "")) -> Fetched | None:
        """The answer with status 200; None where the validators still hold (304).

        Follows redirects, each in a turn of its own. Raises Declined, FetchFailed, FetchRefused or TooSoon.
        """
        headers = {**self.headers, **_conditions(validators)}
        answer = self._ask(url, group, pace_s, headers)
        for _ in range(self.policy.max_redirects):
            if not answer.redirect:
                break
            try:
                answer = self._ask(answer.redirect, group, pace_s, headers)
            except FetchRefused as error:
                raise FetchFailed(f"{url[:200]} sends us where we do not go: {error}") from error
        if answer.redirect:
            raise FetchFailed(f"{url[:200]}: gave up after {self.policy.max_redirects} redirects.")
        return self._accepted(answer, group)

    def _ask(self, url: str, group: str, pace_s: float, headers: Mapping[str, str]) -> Fetched:
        with pace.turn(group, pace_s, self.clock, self.patience_s):
            return self.fetch(url, self.policy, headers)

    def _accepted(self, answer: Fetched, group: str) -> Fetched | None:
        if answer.status == HTTPStatus.OK:
            return answer
        if answer.status == HTTPStatus.NOT_MODIFIED:
            return None
        wait = retry_after(answer.headers.get("retry-after", ""), self.clock.now())
        if wait:
            pace.hold_off(group, self.clock.now() + wait)
        raise Declined(answer, wait)


def _conditions(validators: tuple[str, str]) -> dict[str, str]:
    etag, last_modified = validators
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in conditions.items() if value and value.isprintable() and value.isascii()}


def retry_after(value: str, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for: seconds or an HTTP date (RFC 9110, section 10.2.3), at most 24 hours.

    None where it asks for nothing that can be understood, or for the past.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT) or None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(moment - now, LONGEST_WAIT) if moment > now else None
