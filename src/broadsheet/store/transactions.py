"""Transactions for features that change several things at once."""

from contextlib import AbstractContextManager

from django.db import transaction


def together() -> AbstractContextManager[None]:
    """All that is stored inside comes to be, or none of it; inside another one it joins that."""
    whole: AbstractContextManager[None] = transaction.atomic()
    return whole
