"""Merging: what a paper becomes when one more source speaks of it. The same drafts in one order give one paper."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

from broadsheet.drafts import Counts, Draft, DraftLink, EditionPlace, Identifier, Organisation, PartialDate
from broadsheet.identity import public_key
from broadsheet.records import PaperRecord, Version
from broadsheet.terms import slug

T = TypeVar("T")
Authority = Callable[[str, str], int]
"""How much a source's word weighs for a field, against another's: the higher replaces the lower, equals fill only what
is empty. Sources less than `PEERS` apart tell of the same thing: between them a newer version counts first."""

PEERS = 10
TEXT_FIELDS = ("title", "abstract", "summary", "language", "licence", "comment", "venue", "authors")
BASES = ("list", "submission", "announcement", "estimate")
"""From the surest to the least sure."""
CHOSEN = ("list", "submission")
"""Places that somebody chose: a paper may have any number of those, on different days."""
PRECISION_RANK = {"year": 0, "month": 1, "day": 2}


def merge(paper: PaperRecord, draft: Draft, authority: Authority) -> PaperRecord:
    """The paper after the draft. An empty PaperRecord gives the paper that the draft alone describes."""
    if paper.key:
        taken = {name for name in TEXT_FIELDS if _takes(paper, draft, name, authority)}
    else:
        taken = {name for name in TEXT_FIELDS if getattr(draft, name)}
    if _takes_date(paper, draft, authority):
        taken.add("published")
    changes: dict[str, Any] = {name: getattr(draft, name) for name in taken}
    if "summary" in taken:
        changes["summary_by"] = draft.summary_by
    if _leads(paper, draft, authority):
        taken.add("categories")
    identifiers, withdrawn = _identifiers(paper, draft), _withdrawn(paper, draft)
    return replace(
        paper,
        **changes,
        key=_key(paper, identifiers),
        identifiers=identifiers,
        updated=_latest(paper.updated, draft.updated),
        version=max((n for n in (paper.version, draft.version) if n is not None), default=None),
        author_count=len(changes.get("authors", paper.authors)) or paper.author_count or draft.author_count or 0,
        withdrawn=withdrawn,
        categories=_categories(paper, draft, leads="categories" in taken),
        tags=_tags(paper, draft),
        links=_links(paper, draft),
        versions=_versions(paper, draft, changes.get("title", paper.title), changes.get("abstract", paper.abstract)),
        organisations=_organisations(paper, draft),
        counts=_counts(paper, draft),
        entries=_entries(paper, draft),
        provenance=_provenance(paper, draft, taken, withdrawn=withdrawn),
    )


def _takes(paper: PaperRecord, draft: Draft, name: str, authority: Authority) -> bool:
    """Whether the field is the draft's word from now on: it says something, and is better placed to say it."""
    value, known = getattr(draft, name), getattr(paper, name)
    if not value:
        return False
    if not known:
        return True
    speaker = paper.provenance.get(name, "")
    if speaker == draft.source:
        return not _older(paper, draft) and not _same(name, value, known)
    ahead = authority(draft.source, name) - authority(speaker, name)
    return (ahead > 0 and not _older(paper, draft)) or (ahead > -PEERS and _newer(paper, draft))


def _same(name: str, value: Any, known: Any) -> bool:
    """Venues are one where their slugs are: the tables hold each under the spelling that came first."""
    return bool(slug(value) == slug(known) if name == "venue" else value == known)


def _older(paper: PaperRecord, draft: Draft) -> bool:
    """A draft that tells of an earlier version, or of an earlier day, than what is known."""
    if draft.version is not None and paper.version is not None:
        return draft.version < paper.version
    return draft.updated is not None and paper.updated is not None and draft.updated < paper.updated


def _newer(paper: PaperRecord, draft: Draft) -> bool:
    """A draft that tells of a later version than what is known."""
    return draft.version is not None and paper.version is not None and draft.version > paper.version


def _takes_date(paper: PaperRecord, draft: Draft, authority: Authority) -> bool:
    if paper.published is None or draft.published is None:
        return draft.published is not None
    finer = _rank(draft.published) - _rank(paper.published)
    if finer and _compatible(paper.published, draft.published):
        return finer > 0
    return _takes(paper, draft, "published", authority)


def _rank(value: PartialDate) -> int:
    return PRECISION_RANK[value.precision]


def _compatible(one: PartialDate, other: PartialDate) -> bool:
    return one.day.year == other.day.year


def _withdrawn(paper: PaperRecord, draft: Draft) -> bool:
    """Withdrawn once is withdrawn, until a later version or the source that said so says otherwise.

    What an earlier version said is past. A deleted record withdraws the paper, whatever its version.
    """
    if draft.gone or _older(paper, draft):
        return draft.gone or paper.withdrawn
    if _newer(paper, draft) or paper.provenance.get("withdrawn") == draft.source:
        return draft.withdrawn
    return paper.withdrawn or draft.withdrawn


def _provenance(paper: PaperRecord, draft: Draft, taken: Iterable[str], *, withdrawn: bool) -> dict[str, str]:
    """Who said what, now. Only a paper that is withdrawn has somebody who says so."""
    said = {**paper.provenance, **dict.fromkeys(sorted(taken), draft.source)}
    if not withdrawn:
        said.pop("withdrawn", None)
    elif not paper.withdrawn:
        said["withdrawn"] = draft.source
    return said


def _identifiers(paper: PaperRecord, draft: Draft) -> tuple[Identifier, ...]:
    """All that were named, and the key that an arXiv id takes the place of: addresses made of it go on leading here."""
    identifiers = _union(paper.identifiers, draft.identifiers)
    if paper.key and _key(paper, identifiers) != paper.key:
        return _union(identifiers, [Identifier("other", paper.key)])
    return identifiers


def _key(paper: PaperRecord, identifiers: tuple[Identifier, ...]) -> str:
    """A paper keeps its key, except that an arXiv id, once known, becomes it."""
    has_arxiv_id = any(identifier.kind == "arxiv" for identifier in identifiers)
    known_arxiv_id = any(identifier.kind == "arxiv" for identifier in paper.identifiers)
    if paper.key and (known_arxiv_id or not has_arxiv_id):
        return paper.key
    return public_key(identifiers)


def _union(known: tuple[T, ...], more: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*known, *more)))


def _leads(paper: PaperRecord, draft: Draft, authority: Authority) -> bool:
    """Whether the draft's first category is the primary one: it is the most trusted source's first."""
    if not draft.categories or not paper.categories:
        return bool(draft.categories)
    speaker = paper.provenance.get("categories", "")
    return authority(draft.source, "categories") > authority(speaker, "categories")


def _categories(paper: PaperRecord, draft: Draft, *, leads: bool) -> tuple[str, ...]:
    """All that were named, the leader's first."""
    first, second = (draft, paper) if leads else (paper, draft)
    return _union(first.categories, second.categories)


def _tags(paper: PaperRecord, draft: Draft) -> tuple[str, ...]:
    """All that were named; spellings of one slug are one tag."""
    known = {slug(tag) for tag in paper.tags} if draft.tags else set()
    return paper.tags + tuple(tag for tag in draft.tags if slug(tag) not in known)


def _links(paper: PaperRecord, draft: Draft) -> tuple[DraftLink, ...]:
    known = {(link.kind, link.url) for link in paper.links}
    return paper.links + tuple(link for link in draft.links if (link.kind, link.url) not in known)


def _versions(paper: PaperRecord, draft: Draft, title: str, abstract: str) -> tuple[Version, ...]:
    """The versions, older ones with their text where it is not the next one's; `title` and `abstract` are the newest's.

    Whether the older or the newer version comes in first makes no difference.
    """
    if draft.version is None:
        return paper.versions
    versions = {version.number: version for version in paper.versions}
    for number, day in (*draft.version_days, (draft.version, _version_day(draft))):
        known = versions.setdefault(number, Version(number, day, draft.source))
        versions[number] = known if known.day else replace(known, day=day)
    if paper.version is not None and draft.version != paper.version:
        older: Draft | PaperRecord = draft if draft.version < paper.version else paper
        number = min(draft.version, paper.version)
        if number in versions and not versions[number].title:
            versions[number] = replace(versions[number], title=older.title, abstract=older.abstract)
    return _without_repeats(versions, (title, abstract))


def _without_repeats(versions: Mapping[int, Version], newer: tuple[str, str]) -> tuple[Version, ...]:
    kept = []
    for number in sorted(versions, reverse=True):
        version = versions[number]
        if (version.title, version.abstract) == newer:
            version = replace(version, title="", abstract="")
        elif version.title:
            newer = (version.title, version.abstract)
        kept.append(version)
    return tuple(reversed(kept))


def _version_day(draft: Draft) -> date | None:
    if draft.version == 1 and draft.published:
        return draft.published.day
    return draft.updated


def _organisations(paper: PaperRecord, draft: Draft) -> tuple[tuple[str, Organisation], ...]:
    said, known = draft.organisation, {organisation.slug for _, organisation in paper.organisations}
    return paper.organisations if said is None or said.slug in known else (*paper.organisations, (draft.source, said))


def recount(paper: PaperRecord, draft: Draft) -> PaperRecord:
    """The paper after a draft that tells nothing new but what it counts."""
    return replace(paper, counts=_counts(paper, draft))


def _counts(paper: PaperRecord, draft: Draft) -> tuple[tuple[str, Counts], ...]:
    """One sighting a source: the newest."""
    known: Mapping[str, Counts] = dict(paper.counts)
    if draft.counts is None or not is_newer_count(draft.counts, known.get(draft.source)):
        return paper.counts
    return tuple(sorted({**known, draft.source: draft.counts}.items(), key=lambda pair: pair[0]))


def is_newer_count(seen: Counts | None, known: Counts | None) -> bool:
    """Whether a sighting replaces the known one, in whatever order they come: of one moment the higher stands."""
    if seen is None or known is None:
        return seen is not None
    return _sighting(seen) > _sighting(known)


def _sighting(counts: Counts) -> tuple[datetime, tuple[int, ...]]:
    numbers = (counts.votes, counts.comments, counts.stars)
    return counts.observed_at, tuple(-1 if number is None else number for number in numbers)


def _entries(paper: PaperRecord, draft: Draft) -> tuple[tuple[str, EditionPlace], ...]:
    """One place in each day's edition, the last one a list told; and one announcement: the surest and earliest."""
    place = draft.edition
    if place is None:
        return paper.entries
    rivals = [entry for entry in paper.entries if _excludes(entry[1], place)]
    if any(_announced_first(rival, place) for _, rival in rivals):
        return paper.entries
    others = [entry for entry in paper.entries if entry not in rivals and entry[1].day != place.day]
    return tuple(sorted([*others, (draft.source, place)], key=lambda entry: entry[1].day))


def _excludes(known: EditionPlace, place: EditionPlace) -> bool:
    """Whether only one of the two can stand: both are announcements, or a list already has the announcement's day."""
    return place.basis not in CHOSEN and (known.basis not in CHOSEN or known.day == place.day)


def _announced_first(known: EditionPlace, place: EditionPlace) -> bool:
    return _announcement_rank(known) <= _announcement_rank(place)


def _announcement_rank(place: EditionPlace) -> tuple[int, date, int]:
    return BASES.index(place.basis), place.day, place.position


def _latest(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day), default=None)
