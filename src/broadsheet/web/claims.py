"""Claims: "is this you?", what speaks for it, one's own claims, and those that wait for somebody's word."""

from django.http import HttpRequest, HttpResponse

from broadsheet import claiming
from broadsheet.cards import Card
from broadsheet.clock import now
from broadsheet.errors import BadInput, NotFound
from broadsheet.moderation import decide_claim
from broadsheet.store import claims
from broadsheet.store.catalogue import list_cards
from broadsheet.store.claims import Claim
from broadsheet.store.matching import papers_of
from broadsheet.web.access import BOTH, Who, open_to
from broadsheet.web.rendering import render
from broadsheet.web.returning import back, see_other
from broadsheet.web.viewing import viewer_of

LARGEST = 2**63 - 1


@open_to(Who.MEMBER, methods=BOTH)
def new(request: HttpRequest) -> HttpResponse:
    """Claim the name at a place (`position`, from 1) of a paper: first what speaks for it, then, sent in, the claim."""
    given = request.POST if request.method == "POST" else request.GET
    paper, position = _number(given.get("paper", "")), _number(given.get("position", ""))
    viewer = viewer_of(request)
    if request.method == "POST":
        made = claiming.claim(viewer, paper, position, now(), request.POST.get("words", ""))
        return _see(made)
    author, verdict = claiming.look(viewer, paper, position)
    context = {
        "card": _card(paper),
        "author": author,
        "verdict": verdict,
        "known": claims.find_claim(paper, position, viewer.id),
        "taken": claims.confirmed_authors(paper).get(position),
    }
    return render(request, "claim_new.html", context)


def _number(text: str) -> int:
    """A number in an address; what is none names nothing."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    raise BadInput("Which name of which paper? Open the paper's page, and “Is one of the authors you?” there.")


def _card(paper: int) -> Card:
    cards = list_cards([paper])
    if not cards:
        raise NotFound(f"There is no paper {paper}.")
    return cards[0]


def _see(claim: Claim) -> HttpResponse:
    return see_other(f"/claims/{claim.paper}/{claim.position}")


@open_to(Who.SIGNED_IN)
def own(request: HttpRequest) -> HttpResponse:
    """One's own claims, and those of co-authors that one may confirm."""
    viewer = viewer_of(request)
    awaiting = [(claim, claiming.choices(viewer, claim, now())) for claim in claims.awaiting(viewer.id)]
    return render(request, "claims.html", {"claims": claims.claims_of(viewer.id), "awaiting": awaiting})


@open_to(Who.SIGNED_IN)
def one(request: HttpRequest, paper: int, position: int) -> HttpResponse:
    """The claims to a name with their history, for claimants of the paper and moderators; for others there are none."""
    viewer = viewer_of(request)
    found = claiming.get_seen(viewer, paper, position, now())
    context = {
        "claims": [(claim, claiming.choices(viewer, claim, now())) for claim in found],
        "history": claims.history(papers_of(paper), position),
        "viewer_id": viewer.id,
    }
    return render(request, "claim.html", context)


@open_to(Who.MEMBER, methods=("POST",))
def act(request: HttpRequest, paper: int, position: int, person: int) -> HttpResponse:
    """Confirm, refuse, undo or withdraw a claim (`to`), with a reason (`why`)."""
    if max(paper, position, person) > LARGEST:
        raise NotFound("There is no such claim.")
    viewer, key = viewer_of(request), (paper, position, person)
    to, why = request.POST.get("to", ""), request.POST.get("why", "")
    decide = decide_claim if claiming.moderates(viewer, key, to, now()) else claiming.act
    decide(viewer, key, to, why, now())
    return back(request, f"/claims/{paper}/{position}")


@open_to(Who.MODERATOR)
def queue(request: HttpRequest) -> HttpResponse:
    """Claims that wait, the oldest first."""
    viewer = viewer_of(request)
    pending = [(claim, claiming.choices(viewer, claim, now())) for claim in claims.list_pending()]
    return render(request, "claim_queue.html", {"pending": pending})
