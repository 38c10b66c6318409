"""The pages of the account library: our templates, under the names it asks Django for."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from jinja2 import Environment

from broadsheet.web import rendering

PROVIDERS = {"github": "GitHub", "orcid": "ORCID"}
"""Where somebody may come from who already has an account elsewhere."""


def environment(**_options: Any) -> Environment:
    """Django's way to our template environment; its options are ours already."""
    return rendering.templates()


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """What every page of an account knows besides its own."""
    return {**rendering.surroundings(request), "providers": offered_providers()}


def offered_providers() -> dict[str, str]:
    """The providers that this instance is set up for, by their names."""
    configured: dict[str, Any] = settings.SOCIALACCOUNT_PROVIDERS
    return {name: shown for name, shown in PROVIDERS.items() if configured[name]["APPS"]}
