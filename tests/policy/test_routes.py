"""Routes: each says who may call it, and the table in the documentation is the real one."""

from pathlib import Path

from broadsheet.web.access import HARMLESS, Who
from broadsheet.web.security import is_private
from broadsheet.web.urls import urlpatterns

WHO_MAY_CALL = {
    "": Who.ANYONE,
    "papers": Who.ANYONE,
    "papers.atom": Who.ANYONE,
    "papers.feed.json": Who.ANYONE,
    "papers.json": Who.ANYONE,
    "papers/complete": Who.ANYONE,
    "papers/like": Who.ANYONE,
    "papers/similar/<path:name>": Who.ANYONE,
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
    "map": Who.ANYONE,
    "map/papers": Who.ANYONE,
    "map/points/<str:version>": Who.ANYONE,
    "map/regions/<str:version>": Who.ANYONE,
    "admin": Who.OPERATOR,
    "admin/enter": Who.ANYONE,
    "admin/leave": Who.ANYONE,
    "admin/sources": Who.OPERATOR,
    "admin/sources/<str:name>": Who.OPERATOR,
    "admin/sources/<str:name>/<str:action>": Who.OPERATOR,
    "admin/runs/<int:number>/stop": Who.OPERATOR,
    "admin/doubts": Who.OPERATOR,
    "admin/doubts/<str:decision>": Who.OPERATOR,
    "health": Who.ANYONE,
    "robots.txt": Who.ANYONE,
}


def test_every_handler_says_who_may_call_it():
    silent = [str(route.pattern) for route in urlpatterns if not hasattr(route.callback, "open_to")]
    assert silent == []


def test_who_may_call_what_is_what_was_decided():
    assert {str(route.pattern): route.callback.open_to for route in urlpatterns} == WHO_MAY_CALL


def test_what_changes_something_asks_for_a_form_token_and_lies_where_those_are_looked_at():
    changing = [route for route in urlpatterns if not HARMLESS.issuperset(route.callback.methods)]
    assert changing
    assert [str(route.pattern) for route in changing if route.callback.csrf_exempt] == []
    assert [str(route.pattern) for route in changing if not is_private(f"/{route.pattern}")] == []


def test_the_documentation_lists_every_route():
    text = (Path(__file__).parents[2] / "docs" / "routes.md").read_text(encoding="utf-8")
    missing = [pattern for pattern in WHO_MAY_CALL if f"`/{pattern}`" not in text]
    assert missing == []
