"""The search page."""

from django.http import HttpRequest, HttpResponse

from broadsheet.search import parse_request, search
from broadsheet.web.access import Who, open_to
from broadsheet.web.instance import index_reader
from broadsheet.web.rendering import render

FIELDS = ("q", "category", "from", "to", "sort")


@open_to(Who.ANYONE)
def results(request: HttpRequest) -> HttpResponse:
    """Papers that match the words and filters; without any, the newest of all."""
    asked = parse_request({name: request.GET.get(name, "") for name in (*FIELDS, "page")})
    found = search(index_reader(), asked)
    context = {
        "asked": asked,
        "found": found,
        "given": {name: request.GET[name] for name in FIELDS if request.GET.get(name)},
        "form": {name: request.GET.get(name, "") for name in FIELDS},
    }
    return render(request, "search.html", context)
