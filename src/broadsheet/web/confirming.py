"""Asking again: before what matters somebody shows once more that it is them."""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.http import HttpRequest


def ask_again(request: HttpRequest) -> None:
    """Leave for the page that asks for the password, unless that was shown in the last ten minutes; then come back."""
    raise_if_reauthentication_required(request, app="allauth.account")
