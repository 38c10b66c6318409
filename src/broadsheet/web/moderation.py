"""The moderators' desk: what waits, what can be done about it, the rules, and people. The log itself is open to all."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict

from broadsheet import moderation, watching
from broadsheet.clock import now
from broadsheet.errors import BadInput, NotFound
from broadsheet.people import ROLES, Viewer
from broadsheet.store import flags, rules
from broadsheet.store.catalogue import find_paper, list_cards
from broadsheet.store.moderated import Subject, parse_subject
from broadsheet.store.staff import find_people, handles, list_staff
from broadsheet.web.access import BOTH, Who, open_to
from broadsheet.web.rendering import render
from broadsheet.web.returning import back
from broadsheet.web.viewing import viewer_of

QUEUE, LOG_PAGE, PEOPLE = 50, 100, 50
DESK = "/moderation"


@open_to(Who.MODERATOR)
def desk(request: HttpRequest) -> HttpResponse:
    """Everything that waits for a moderator."""
    odd = watching.odd_votes(now())[:QUEUE]
    context = {
        "flagged": flags.list_flagged(QUEUE),
        "odd": odd,
        "cards": {card.id: card for card in list_cards([each.paper for each in odd])},
        "handles": handles({person for each in odd for person in each.people}),
        "reasons": watching.REASONS,
        "events": moderation.list_log(None, 8),
    }
    return render(request, "moderation.html", context)


@open_to(Who.MODERATOR, methods=("POST",))
def act(request: HttpRequest) -> HttpResponse:
    """Do one thing to one subject: fields `action`, `subject`, `reason`, and what the action takes besides."""
    form, viewer = request.POST, viewer_of(request)
    action = form.get("action", "")
    doing = SPECIAL.get(action, _plain)
    doing(viewer, parse_subject(form.get("subject", "")), form)
    return back(request, DESK)


@open_to(Who.MODERATOR, methods=("POST",))
def dismiss(request: HttpRequest) -> HttpResponse:
    """The flags of a subject were not right."""
    viewer, reason = viewer_of(request), request.POST.get("reason", "")
    for number in request.POST.getlist("flag")[:200]:
        moderation.act(viewer, "dismiss", parse_subject(f"flag:{number}"), reason, now())
    return back(request, DESK)


def _plain(viewer: Viewer, subject: Subject, form: QueryDict) -> None:
    moderation.act(viewer, form.get("action", ""), subject, form.get("reason", ""), now())


def _suspend(viewer: Viewer, subject: Subject, form: QueryDict) -> None:
    days = form.get("days", "")
    if days != "always" and not (days.isascii() and days.isdigit() and len(days) < 6):
        raise BadInput(f"days={days[:40]}: write a number of days, or always.")
    person = _number(subject, "person")
    moderation.suspend(viewer, person, None if days == "always" else int(days), form.get("reason", ""), now())


def _role(viewer: Viewer, subject: Subject, form: QueryDict) -> None:
    moderation.set_role(viewer, _number(subject, "person"), form.get("role", ""), form.get("reason", ""), now())


def _hold(viewer: Viewer, subject: Subject, form: QueryDict) -> None:
    people = [parse_subject(f"person:{number}").numbers[0] for number in form.getlist("person")[:1_000]]
    moderation.hold_votes(viewer, _number(subject, "votes"), people, form.get("reason", ""), now())


def _move(viewer: Viewer, subject: Subject, form: QueryDict) -> None:
    moderation.move_thread(
        viewer, _number(subject, "thread"), _paper(form.get("to", ""))[0], form.get("reason", ""), now()
    )


SPECIAL: Mapping[str, Callable[[Viewer, Subject, QueryDict], None]] = {
    "suspend": _suspend,
    "role": _role,
    "hold": _hold,
    "move": _move,
}


def _number(subject: Subject, kind: str) -> int:
    if subject.kind != kind:
        raise BadInput(f"{subject} is no {kind}.")
    return subject.numbers[0]


def _paper(name: str) -> tuple[int, str]:
    found = find_paper(name.strip())
    if found is None:
        raise NotFound(f"No paper here has the name {name[:120]!r}.")
    return found


@open_to(Who.MODERATOR, methods=("POST",))
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take an entry of the log back."""
    moderation.undo(viewer_of(request), number, request.POST.get("reason", ""), now())
    return back(request, "/log")


@open_to(Who.ANYONE)
def log(request: HttpRequest) -> HttpResponse:
    """The open log: what was done, by whom, why; nothing can be taken out of it."""
    before = request.GET.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        raise BadInput(f"before={before[:40]}: entries have whole numbers.")
    events = moderation.list_log(int(before) if before else None, LOG_PAGE, subject=request.GET.get("subject", ""))
    papers = {event.paper for event in events if event.paper}
    context = {
        "events": events,
        "keys": {card.id: card for card in list_cards(sorted(papers))},
        "more": events[-1].id if len(events) == LOG_PAGE else None,
    }
    return render(request, "moderation_log.html", context)


@open_to(Who.MODERATOR, methods=BOTH)
def rules_page(request: HttpRequest) -> HttpResponse:
    """The rules that watch new texts; a rule is tried on the comments of the last month before it is kept."""
    form = request.POST if request.method == "POST" else request.GET
    tried = None
    if form.get("pattern", "").strip():
        kind, action = form.get("kind", "keyword"), form.get("action", "flag")
        tried = watching.try_rule(kind, form["pattern"], action, now())
    if tried and request.method == "POST":
        watching.add_rule(viewer_of(request), tried[0], form.get("note", "")[:500], now())
        return back(request, f"{DESK}/rules")
    context = {"rules": rules.list_rules(active=None), "tried": tried, "written": form}
    return render(request, "moderation_rules.html", context)


@open_to(Who.MODERATOR)
def people(request: HttpRequest) -> HttpResponse:
    """People by handle or name, and what may be done about them."""
    wanted = request.GET.get("q", "")[:100]
    found = find_people(wanted, PEOPLE) if wanted.strip() else list_staff(PEOPLE)
    return render(request, "moderation_people.html", {"people": found, "wanted": wanted, "roles": ROLES})


@open_to(Who.MEMBER, methods=BOTH)
def flag(request: HttpRequest, subject: str) -> HttpResponse:
    """Ask the moderators to look at a paper or a comment."""
    about = parse_subject(subject)
    if about.kind not in ("paper", "comment"):
        raise BadInput(f"{about} cannot be flagged: papers and comments can.")
    cards = list_cards([about.numbers[0]])
    if not cards:
        raise NotFound(f"There is no paper {about.numbers[0]}.")
    if request.method == "POST":
        form = request.POST
        watching.flag(viewer_of(request), about, form.get("reason", ""), form.get("note", ""), now())
        return render(request, "flagged.html", {"card": cards[0]})
    return render(request, "flag.html", {"card": cards[0], "subject": about, "reasons": watching.REASONS})
