"""The instance that serves: its folders and the index it searches."""

from functools import cache

from django.conf import settings

from broadsheet.index import Reader


@cache
def index_reader() -> Reader:
    """The search index of this instance, shared by the handlers of a process."""
    return Reader(settings.ENVIRONMENT["data"] / "index")


def site_url() -> str:
    """Public address of the instance without a closing slash; empty where the operator has set none."""
    return str(settings.ENVIRONMENT["url"])
