"""What was shown: pages tell the tally, without who asked and without ever failing for it."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from broadsheet.cards import Card, Page
from broadsheet.impressions import TALLY


def note_shown(request: HttpRequest, listing: str, page: Page[Card]) -> None:
    """A page of a listing was sent to somebody; programs that only look at heads count for nothing."""
    if request.method == "GET" and _kept():
        TALLY.show(listing, page.offset + 1, [card.id for card in page.items], datetime.now(UTC).date())


def note_opened(request: HttpRequest, paper: int) -> None:
    """A paper's page was sent; if a listing of ours led there, it was opened out of that."""
    listing = listing_of(request.headers.get("Referer", ""), request.get_host()) if _kept() else ""
    if request.method == "GET" and listing:
        TALLY.open(listing, paper, datetime.now(UTC).date())


def _kept() -> bool:
    return bool(settings.ENVIRONMENT.values.get("impressions", True))


def listing_of(referer: str, host: str) -> str:
    """The listing that an address of ours shows, empty for any other: "edition" or the name of an order."""
    try:
        parts = urlsplit(referer)
    except ValueError:
        return ""
    if parts.netloc != host:
        return ""
    if parts.path == "/" or parts.path.startswith("/papers/date/"):
        return "edition"
    return parts.path.removeprefix("/ranked/") if parts.path.startswith("/ranked/") else ""
