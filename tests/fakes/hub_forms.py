"""The fake hub's daily papers, as JSON; see the developers' notes on the hub's wire format."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from tests.fakes import wording
from tests.fakes.lives import Record
from tests.fakes.world import Featured, View

LARGEST, DEFAULT = 100, 50


def answer(query: Mapping[str, str], view: View) -> tuple[int, Any, bool]:
    """Status and content of a day's list, and whether there are more pages."""
    try:
        day = date.fromisoformat(query["date"]) if "date" in query else view.newest_list()
        limit, page = int(query.get("limit", DEFAULT)), int(query.get("p", 0))
    except ValueError:
        return 400, {"error": "Invalid parameter: date, limit or p"}, False
    if day > view.newest_list() and day > view.now.astimezone(UTC).date():
        return 400, {"error": f"The date must be on or before {view.newest_list() - timedelta(days=1)}"}, False
    if not 1 <= limit <= LARGEST or page < 0:
        return 400, {"error": f"limit must be between 1 and {LARGEST}"}, False
    found, start = view.featured(day), page * limit
    return 200, [_record(each) for each in found[start : start + limit]], start + limit < len(found)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"


def _key(draw: Random) -> str:
    return f"{draw.getrandbits(96):024x}"


def _record(featured: Featured) -> dict[str, Any]:
    """The outer record, with the hub's quirk: its `publishedAt` is New York's time written as UTC."""
    record = featured.record
    draw = Random(f"hub/{record.id}")
    submitter, organisation = _user(draw), _organisation(draw)
    media = [f"https://cdn.example.org/uploads/{record.id}.mp4"] if draw.random() < 0.2 else None
    paper = {**_paper(featured, draw, submitter), "mediaUrls": media, "organization": organisation}
    outer = {
        "paper": _present(paper),
        "publishedAt": _moment(record.versions[0] - timedelta(hours=4)),
        "title": record.title,
        "summary": record.abstract,
        "mediaUrls": media,
        "thumbnail": f"https://cdn.example.org/social/papers/{record.id}.png",
        "numComments": featured.comments,
        "submittedBy": _outer(submitter),
        "organization": organisation,
        "isAuthorParticipating": draw.random() < 0.3,
    }
    return _present(outer)


def _present(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}


def _paper(featured: Featured, draw: Random, submitter: dict[str, Any]) -> dict[str, Any]:
    record = featured.record
    repository = f"https://github.com/example-lab/{wording.coined(draw).lower()}" if draw.random() < 0.6 else None
    return {
        "id": record.id,
        "authors": [_author(author.name, draw) for author in record.authors],
        "publishedAt": _moment(record.versions[0]),
        "submittedOnDailyAt": _moment(featured.moment),
        "title": record.title,
        "submittedOnDailyBy": submitter,
        "summary": record.abstract,
        "upvotes": featured.votes,
        "discussionId": _key(draw),
        "projectPage": f"https://{wording.coined(draw).lower()}.example.org" if draw.random() < 0.4 else None,
        "githubRepo": repository,
        "githubRepoAddedBy": draw.choice(("user", "auto")) if repository else None,
        "githubStars": draw.randint(0, 900) if repository else None,
        "ai_summary": f"A short account of {draw.choice(wording.TASKS)} for {draw.choice(wording.NOUNS)}.",
        "ai_keywords": draw.sample(wording.NOUNS, 3),
        "withdrawnAt": _withdrawn_at(record),
    }


def _withdrawn_at(record: Record) -> str | None:
    return _moment(record.versions[-1]) if record.withdrawn else None


def _author(name: str, draw: Random) -> dict[str, Any]:
    author = {"_id": _key(draw), "name": name, "hidden": draw.random() < 0.02}
    if draw.random() < 0.85:
        return author
    claimed = {"status": "claimed_verified", "statusLastChangedAt": "2026-01-12T09:20:11.000Z"}
    return {**author, **claimed, "user": {**_user(draw), "fullname": name}}


def _user(draw: Random) -> dict[str, Any]:
    """A user in the inner form."""
    handle = wording.coined(draw).lower()
    return {
        "_id": _key(draw),
        "avatarUrl": f"/avatars/{_key(draw)}.svg",
        "isPro": False,
        "fullname": handle.title(),
        "user": handle,
        "type": "user",
        "name": handle,
    }


def _outer(user: dict[str, Any]) -> dict[str, Any]:
    """The same user in the outer form: the handle is in `name` alone."""
    kept = {name: value for name, value in user.items() if name != "user"}
    flags = {"isHf": False, "isHfAdmin": False, "isMod": False, "followerCount": 3, "isUserFollowing": False}
    return {**kept, **flags}


def _organisation(draw: Random) -> dict[str, Any] | None:
    if draw.random() < 0.4:
        return None
    name = wording.coined(draw)
    avatar = f"https://cdn.example.org/org/{name.lower()}.png"
    return {"_id": _key(draw), "name": name.lower(), "fullname": f"{name} Lab", "avatar": avatar}
