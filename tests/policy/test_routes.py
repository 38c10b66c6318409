"""Routes: each says who may call it, and the table in the documentation is the real one."""

from pathlib import Path

from broadsheet.web.access import Who
from broadsheet.web.urls import urlpatterns

WHO_MAY_CALL = {
    "": Who.ANYONE,
    "papers": Who.ANYONE,
    "papers/week": Who.ANYONE,
    "papers/month": Who.ANYONE,
    "papers/date/<str:code>": Who.ANYONE,
    "papers/week/<str:code>": Who.ANYONE,
    "papers/month/<str:code>": Who.ANYONE,
    "papers/<path:name>": Who.ANYONE,
    "categories": Who.ANYONE,
    "categories/<str:code>": Who.ANYONE,
    "authors/<str:key>": Who.ANYONE,
    "organisations": Who.ANYONE,
    "organisations/<str:slug>": Who.ANYONE,
    "venues/<str:slug>": Who.ANYONE,
    "tags/<str:slug>": Who.ANYONE,
    "health": Who.ANYONE,
    "robots.txt": Who.ANYONE,
}


def test_every_handler_says_who_may_call_it():
    silent = [str(route.pattern) for route in urlpatterns if not hasattr(route.callback, "open_to")]
    assert silent == []


def test_who_may_call_what_is_what_was_decided():
    assert {str(route.pattern): route.callback.open_to for route in urlpatterns} == WHO_MAY_CALL


def test_the_documentation_lists_every_route():
    text = (Path(__file__).parents[2] / "docs" / "routes.md").read_text(encoding="utf-8")
    missing = [pattern for pattern in WHO_MAY_CALL if f"`/{pattern}`" not in text]
    assert missing == []
