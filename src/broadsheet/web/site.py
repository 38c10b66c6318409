"""The site itself: health, and what crawlers ask for."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from broadsheet.store.query import rows
from broadsheet.web.access import Who, open_to

ROBOTS = "User-agent: *\n" + "".join(
    f"Disallow: {path}\n"
    for path in (
        "/papers?",
        "/papers.json",
        "/papers/complete",
        "/papers/like",
        "/papers/similar/",
        "/admin",
        "/submit",
        "/claims",
        "/files",
    )
)


@open_to(Who.ANYONE)
def health(request: HttpRequest) -> HttpResponse:
    """200 when the database answers."""
    rows("SELECT 1")
    return JsonResponse({"status": "ok"})


@open_to(Who.ANYONE)
def robots(request: HttpRequest) -> HttpResponse:
    """Papers may be crawled; searches, what is like them and the operator's pages may not."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")
