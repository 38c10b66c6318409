"""The operator's door: entering by a link, and leaving."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from broadsheet.web import operator
from broadsheet.web.access import BOTH, Who, open_to
from broadsheet.web.rendering import render

HOME = "/admin/sources"


@open_to(Who.OPERATOR)
def home(request: HttpRequest) -> HttpResponse:
    """The first of the operator's pages."""
    return HttpResponseRedirect(HOME)


@open_to(Who.ANYONE, methods=BOTH)
def enter(request: HttpRequest) -> HttpResponse:
    """A button, and what it does: opening the link alone changes nothing, since mail scanners open links too."""
    token = (request.POST if request.method == "POST" else request.GET).get("token", "")
    operator.check_token(token)
    if request.method != "POST":
        return render(request, "admin_enter.html", {"token": token})
    response = HttpResponseRedirect(HOME)
    operator.let_in(request, response)
    return response


@open_to(Who.ANYONE, methods=("POST",))
def leave(request: HttpRequest) -> HttpResponse:
    """The way out."""
    response = HttpResponseRedirect("/")
    operator.let_out(response)
    return response
