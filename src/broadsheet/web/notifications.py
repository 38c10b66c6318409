"""Notifications: what somebody was told, and marking it as read."""

from django.http import HttpRequest, HttpResponse

from broadsheet.clock import now
from broadsheet.errors import BadInput
from broadsheet.store.notifications import list_notices, mark_read, unread_count
from broadsheet.web.access import BOTH, Who, open_to
from broadsheet.web.rendering import render
from broadsheet.web.returning import see_other
from broadsheet.web.viewing import viewer_of

SHOWN = 50


@open_to(Who.SIGNED_IN, methods=BOTH)
def notifications(request: HttpRequest) -> HttpResponse:
    """What the viewer was told, the newest first (`before` for more); POST marks one (`notice`) or all as read."""
    viewer = viewer_of(request)
    if request.method == "POST":
        mark_read(viewer.id, now(), _number(request.POST.get("notice", "0"), "notice"))
        return see_other("/notifications")
    found = list_notices(viewer.id, _number(request.GET.get("before", "0"), "before"), SHOWN + 1)
    context = {
        "notices": found[:SHOWN],
        "before": found[SHOWN - 1].id if len(found) > SHOWN else 0,
        "unread": unread_count(viewer.id),
        "now": now(),
    }
    return render(request, "notifications.html", context)


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise BadInput(f"{name}={text[:40]}: a number is needed.")
    return int(text)
