"""The operator's door: entering by a link, leaving, and pages with forms."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token

from broadsheet.web import operator
from broadsheet.web.access import Who, open_to
from broadsheet.web.rendering import render

HOME = "/admin/sources"


def render_form(request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """A page with forms: it knows the token that each of them has to carry."""
    return render(request, template, {**context, "form_token": get_token(request)}, status=status)


@open_to(Who.OPERATOR)
def home(request: HttpRequest) -> HttpResponse:
    """The first of the operator's pages."""
    return HttpResponseRedirect(HOME)


@open_to(Who.ANYONE, methods=("GET", "HEAD", "POST"))
def enter(request: HttpRequest) -> HttpResponse:
    """A button, and what it does: opening the link alone changes nothing, since mail scanners open links too."""
    token = (request.POST if request.method == "POST" else request.GET).get("token", "")
    operator.check_token(token)
    if request.method != "POST":
        return render_form(request, "admin_enter.html", {"token": token})
    response = HttpResponseRedirect(HOME)
    operator.let_in(request, response)
    return response


@open_to(Who.ANYONE, methods=("POST",))
def leave(request: HttpRequest) -> HttpResponse:
    """The way out."""
    response = HttpResponseRedirect("/")
    operator.let_out(response)
    return response
