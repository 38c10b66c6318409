"""Reckoning: standings that other weights or unseen changes left behind are brought up, batch by batch."""

from broadsheet.store.standings import find_stale, refresh_listed
from broadsheet.store.transactions import together


def reckon_stale() -> int:
    """Reckon anew what is stale; gives how many papers. Killed at any point, it goes on where it was."""
    total, last = 0, [0]
    while (stale := find_stale()) and stale != last:
        with together():
            refresh_listed(stale)
        total, last = total + len(stale), stale
    return total
