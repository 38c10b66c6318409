"""The instance that serves: its folders and the index it searches."""

from functools import cache

from django.conf import settings

from broadsheet.finding import Finder
from broadsheet.models import instance_finder


@cache
def finder() -> Finder:
    """The search of this instance, shared by the handlers of a process."""
    return instance_finder(settings.ENVIRONMENT)


def site_url() -> str:
    """Public address of the instance without a closing slash; empty where the operator has set none."""
    return str(settings.ENVIRONMENT["url"])
