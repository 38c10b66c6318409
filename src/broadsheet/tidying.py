"""Tidying: what is kept for a time only, and goes when that is over."""

import logging
from datetime import datetime, timedelta

from broadsheet.accounts import forget_unconfirmed
from broadsheet.outbox import forget_delivered
from broadsheet.store import files
from broadsheet.store.limits import forget_counts
from broadsheet.store.sessions import forget_sessions
from broadsheet.store.votes import forget_origins

log = logging.getLogger("broadsheet.tidying")

COUNTS_KEPT = timedelta(days=2)
ORIGINS_KEPT = timedelta(days=30)


def tidy(now: datetime) -> None:
    """Drop ended sessions, lapsed accounts, delivered letters, old counts, and where old votes came from."""
    dropped = {
        "sessions": forget_sessions(now),
        "unconfirmed accounts": forget_unconfirmed(now),
        "letters": forget_delivered(now),
        "counts": forget_counts(now - COUNTS_KEPT),
        "origins of votes": forget_origins(now - ORIGINS_KEPT),
        "files": files.sweep(now),
    }
    told = ", ".join(f"{count} {what}" for what, count in dropped.items() if count)
    if told:
        log.info("put away: %s", told)
