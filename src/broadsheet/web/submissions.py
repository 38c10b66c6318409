"""Submissions: the steps from a pasted line to the edition, one's own submissions, and the moderators' queue."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.request import QueryDict

from broadsheet import submitting
from broadsheet.attachments import attach, check_may_attach, detach, may_attach
from broadsheet.clock import now
from broadsheet.errors import BadInput, Forbidden
from broadsheet.memberships import may_untag, own_organisation, untag
from broadsheet.moderation import decide_submission
from broadsheet.pasting import Pasted, spelled
from broadsheet.people import Trust, Viewer
from broadsheet.store import files, submissions
from broadsheet.store.catalogue import get_paper, list_cards
from broadsheet.store.matching import papers_of
from broadsheet.store.memberships import organisations_of
from broadsheet.submitting import ALLOWED, REASON, Proposal, standing_of
from broadsheet.web.access import BOTH, Who, open_to
from broadsheet.web.files import read_files
from broadsheet.web.rendering import render
from broadsheet.web.returning import back, see_other
from broadsheet.web.submission_form import Entry, chosen, doubles_of, entry_of
from broadsheet.web.viewing import viewer_of

REFUSED = 400
BESIDES = ("reason", "own", "organisation", "alt", "paper")
"""Fields of the last step that come back as they were sent."""


@open_to(Who.MEMBER)
def begin(request: HttpRequest) -> HttpResponse:
    """The first step: one field for whatever names a paper (`text`), and what was found by it."""
    try:
        entry = entry_of(request.GET)
        if entry.is_written:
            return _first(request, entry)
        pasted = entry.understood(now().date())
    except BadInput as error:
        return _first(request, Entry({"text": request.GET.get("text", "")[:6_000]}), str(error))
    if pasted.is_something:
        return _last(request, entry, pasted)
    return _form(request, Entry({"title": pasted.title, "project": pasted.url}), missing=entry.text)


def _first(request: HttpRequest, entry: Entry, complaint: str = "") -> HttpResponse:
    context = {"entry": entry, "complaint": complaint, **_limits(request)}
    return render(request, "submit.html", context, status=REFUSED if complaint else 200)


def _limits(request: HttpRequest) -> dict[str, Any]:
    trust = standing_of(viewer_of(request), now())
    return {"newcomer": trust is Trust.NEWCOMER, "allowed": ALLOWED[trust].count, "least": REASON[0], "most": REASON[1]}


@open_to(Who.MEMBER, methods=BOTH)
def by_form(request: HttpRequest) -> HttpResponse:
    """The form for what no source knows; sent in, it leads to the last step and changes nothing yet."""
    if request.method != "POST":
        return _form(request, entry_of(request.GET))
    entry = Entry({})
    try:
        entry = entry_of(request.POST)
        return _last(request, entry, entry.understood(now().date()))
    except BadInput as error:
        return _form(request, entry, complaint=str(error))


def _form(request: HttpRequest, entry: Entry, *, complaint: str = "", missing: str = "") -> HttpResponse:
    context = {"entry": entry, "complaint": complaint, "missing": missing, "today": now().date(), **_limits(request)}
    return render(request, "submit_form.html", context, status=REFUSED if complaint else 200)


def _last(
    request: HttpRequest, entry: Entry, pasted: Pasted, complaint: str = "", sent: Mapping[str, str] | None = None
) -> HttpResponse:
    """The last step: what was found or read, what it may be the double of, the reason, and files."""
    same = doubles_of(pasted.draft) if pasted.draft else []
    cards = {card.id: card for card in list_cards([*same, *([pasted.paper] if pasted.paper else [])])}
    if pasted.paper and pasted.paper not in cards:
        return _first(request, entry, complaint or "A moderator has taken this paper off the lists.")
    blocked = {paper: submitting.why_not(paper, now()) for paper in cards}
    context = {
        "entry": entry,
        "pasted": pasted,
        "name": spelled(pasted.identifier) if pasted.identifier else "",
        "card": cards.get(pasted.paper or 0),
        "same": [(cards[paper], blocked[paper]) for paper in same if paper in cards],
        "blocked": blocked.get(pasted.paper or 0, ""),
        "organisations": organisations_of(viewer_of(request).id),
        "complaint": complaint,
        "sent": sent or dict.fromkeys(BESIDES, ""),
        **_limits(request),
    }
    return render(request, "submit_last.html", context, status=REFUSED if complaint else 200)


@open_to(Who.MEMBER, methods=("POST",))
def send(request: HttpRequest) -> HttpResponse:
    """Submit; what cannot be submitted comes back as it was sent, with the reason."""
    entry, pasted = Entry({}), Pasted()
    try:
        entry = entry_of(request.POST)
        pasted = entry.understood(now().date())
        if not pasted.is_something:
            raise BadInput("That names no paper that can be looked up. Fill in the form instead.")
        number = _submit(viewer_of(request), request, chosen(pasted, request.POST), now())
    except (BadInput, Forbidden) as error:
        if not pasted.is_something:
            return _first(request, entry, str(error))
        sent = {name: request.POST.get(name, "")[:2_000] for name in BESIDES}
        return _last(request, entry, pasted, str(error), sent)
    return _see(number)


def _submit(viewer: Viewer, request: HttpRequest, pasted: Pasted, at: datetime) -> int:
    form: QueryDict = request.POST
    submitting.check_reason(form.get("reason", ""))
    proposal = Proposal(
        reason=form.get("reason", ""),
        own=form.get("own") == "yes",
        paper=pasted.paper,
        draft=pasted.draft,
        identifier=pasted.identifier,
        organisation=own_organisation(viewer, form.get("organisation", "")),
        files=read_files(request, with_pdf=pasted.draft is not None),
    )
    return submitting.submit(viewer, proposal, at)


def _see(number: int) -> HttpResponse:
    return see_other(f"/submissions/{number}")


@open_to(Who.SIGNED_IN)
def own(request: HttpRequest) -> HttpResponse:
    """What one has put forward, and how it stands."""
    return render(request, "submissions.html", {"submissions": submissions.submissions_of(viewer_of(request).id)})


@open_to(Who.SIGNED_IN)
def one(request: HttpRequest, number: int) -> HttpResponse:
    """A submission, for its submitter and moderators; for others there is none."""
    viewer = viewer_of(request)
    submission = submitting.get_own(viewer, number, now())
    paper = submission.paper
    context = {
        "submission": submission,
        "mine": submission.person == viewer.id,
        "files": files.files_of(papers_of(paper)) if paper and submission.state == "accepted" else submission.files,
        "changeable": paper is not None and submission.state == "accepted" and may_attach(viewer, paper, now()),
        "untaggable": submission.state == "accepted" and may_untag(viewer, number, now()),
    }
    return render(request, "submission.html", context)


@open_to(Who.MEMBER, methods=("POST",))
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take one's own submission back while it waits."""
    submitting.withdraw(viewer_of(request), number, now())
    return _see(number)


@open_to(Who.MEMBER, methods=("POST",))
def untagged(request: HttpRequest, number: int) -> HttpResponse:
    """Take back the organisation that a submission named."""
    untag(viewer_of(request), number, now())
    return back(request, "/submissions")


@open_to(Who.MEMBER, methods=BOTH)
def add_file(request: HttpRequest, paper: int) -> HttpResponse:
    """The files of a paper, and a form to add some: for who put it forward, its confirmed authors, and moderators."""
    complaint = ""
    check_may_attach(viewer_of(request), paper, now())
    if request.method == "POST":
        try:
            notes = read_files(request, with_pdf=True)
            if not notes:
                raise BadInput("Choose a file first: a picture for the card, or the report as PDF.")
            attach(viewer_of(request), paper, notes, now())
            return back(request, f"/files/of/{paper}")
        except BadInput as error:
            complaint = str(error)
    context = {"card": get_paper(paper).card, "files": files.files_of(papers_of(paper)), "complaint": complaint}
    return render(request, "paper_files.html", context, status=REFUSED if complaint else 200)


@open_to(Who.MEMBER, methods=("POST",))
def remove_file(request: HttpRequest, paper: int) -> HttpResponse:
    """Take a file (`digest`) off a paper."""
    detach(viewer_of(request), paper, request.POST.get("digest", "")[:64], now())
    return back(request, f"/files/of/{paper}")


@open_to(Who.MODERATOR)
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a moderator, the oldest first, and what was decided last."""
    context = {"waiting": submissions.list_waiting(), "decided": submissions.list_decided()}
    return render(request, "submission_queue.html", context)


@open_to(Who.MODERATOR, methods=("POST",))
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Let a submission in (`to=accept`), or not (`to=refuse`), with a word to its submitter (`note`)."""
    choice = request.POST.get("to", "")
    if choice not in ("accept", "refuse"):
        raise BadInput(f"to={choice[:40]}: a submission is accepted or refused.")
    note = " ".join(request.POST.get("note", "").split())[:500]
    decide_submission(viewer_of(request), number, note, now(), accept=choice == "accept")
    return back(request, "/moderation/submissions")
