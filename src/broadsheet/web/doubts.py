"""The operator's review list: pairs of papers that may be one work, and what is decided about them."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import QueryDict

from broadsheet import identifying
from broadsheet.errors import BadInput
from broadsheet.web.access import Who, open_to
from broadsheet.web.rendering import render

SHOWN = 50
PATH = "/admin/doubts"
SAID = {"join": "They are one paper now.", "apart": "They stay two papers."}


@open_to(Who.OPERATOR)
def overview(request: HttpRequest) -> HttpResponse:
    """The pairs that wait, the newest first."""
    return _page(request, done=SAID.get(request.GET.get("done", ""), ""))


@open_to(Who.OPERATOR, methods=("POST",))
def decide(request: HttpRequest, decision: str) -> HttpResponse:
    """One work, or two: the decision about a pair. A pair that is no more leads back to the list with the reason."""
    one, other = _keys(request.POST)
    try:
        if decision == "join":
            identifying.join(one, other)
        elif decision == "apart":
            identifying.keep_apart(one, other)
        else:
            raise BadInput(f"{decision[:40]!r} is no decision. Say join or apart.")
    except BadInput as error:
        return _page(request, complaint=str(error), status=400)
    return HttpResponseRedirect(f"{PATH}?done={decision}")


def _keys(form: QueryDict) -> tuple[str, str]:
    return form.get("one", "")[:300], form.get("other", "")[:300]


def _page(request: HttpRequest, *, done: str = "", complaint: str = "", status: int = 200) -> HttpResponse:
    context = {"doubts": identifying.review(SHOWN), "done": done, "complaint": complaint, "shown": SHOWN}
    return render(request, "admin_doubts.html", context, status=status)
