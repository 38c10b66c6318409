"""Merging: what a paper becomes when one more source speaks of it. The same drafts in one order give one paper."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from broadsheet.drafts import Counts, Draft, DraftLink, EditionPlace, Identifier, PartialDate
from broadsheet.identity import public_key
from broadsheet.records import PaperRecord, Version

T = TypeVar("T")
Authority = Callable[[str], int]
"""How much a source's word weighs against another's: the higher replaces the lower, equals fill only what is empty."""

TEXT_FIELDS = ("title", "abstract", "language", "licence", "comment", "venue", "authors")
PRECISION_RANK = {"year": 0, "month": 1, "day": 2}


def merge(paper: PaperRecord, draft: Draft, authority: Authority) -> PaperRecord:
    """The paper after the draft. An empty PaperRecord gives the paper that the draft alone describes."""
    taken = {name for name in TEXT_FIELDS if _takes(paper, draft, name, authority)}
    changes: dict[str, Any] = {name: getattr(draft, name) for name in taken}
    if _takes(paper, draft, "summary", authority):
        changes |= {"summary": draft.summary, "summary_by": draft.summary_by}
        taken.add("summary")
    if _takes_date(paper, draft, authority):
        changes["published"] = draft.published
        taken.add("published")
    identifiers = _union(paper.identifiers, draft.identifiers)
    return replace(
        paper,
        **changes,
        key=_key(paper, identifiers),
        identifiers=identifiers,
        updated=_latest(paper.updated, draft.updated),
        version=max((n for n in (paper.version, draft.version) if n is not None), default=None),
        author_count=draft.author_count if paper.author_count is None else paper.author_count,
        withdrawn=_withdrawn(paper, draft),
        categories=_categories(paper, draft, authority),
        tags=_union(paper.tags, draft.tags),
        links=_links(paper, draft),
        versions=_versions(paper, draft, taken),
        organisations=_said(paper.organisations, draft.source, draft.organisation),
        counts=_counts(paper, draft),
        entries=_entries(paper, draft),
        provenance={**paper.provenance, **dict.fromkeys(sorted(taken), draft.source)},
    )


def _takes(paper: PaperRecord, draft: Draft, name: str, authority: Authority) -> bool:
    """Whether the draft's value replaces the paper's: it says something, and is better placed to say it."""
    value, known = getattr(draft, name), getattr(paper, name)
    if not value or value == known:
        return False
    if not known:
        return True
    speaker = paper.provenance.get(name, "")
    if speaker == draft.source:
        return not _older(paper, draft)
    return authority(draft.source) > authority(speaker) and not _older(paper, draft)


def _older(paper: PaperRecord, draft: Draft) -> bool:
    """A draft that tells of an earlier version, or of an earlier day, than what is known."""
    if draft.version is not None and paper.version is not None:
        return draft.version < paper.version
    return draft.updated is not None and paper.updated is not None and draft.updated < paper.updated


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
    """Withdrawn once is withdrawn, until a later version says otherwise."""
    later = draft.version is not None and paper.version is not None and draft.version > paper.version
    return draft.withdrawn if later else paper.withdrawn or draft.withdrawn


def _key(paper: PaperRecord, identifiers: tuple[Identifier, ...]) -> str:
    """A paper keeps its key, except that an arXiv id, once known, becomes it."""
    has_arxiv_id = any(identifier.kind == "arxiv" for identifier in identifiers)
    known_arxiv_id = any(identifier.kind == "arxiv" for identifier in paper.identifiers)
    if paper.key and (known_arxiv_id or not has_arxiv_id):
        return paper.key
    return public_key(identifiers)


def _union(known: tuple[T, ...], more: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*known, *more)))


def _categories(paper: PaperRecord, draft: Draft, authority: Authority) -> tuple[str, ...]:
    """All that were named; the first one, the primary category, is the most trusted source's first."""
    if not draft.categories or not paper.categories:
        return paper.categories or draft.categories
    speaker = max((s for s in paper.provenance.values()), key=authority, default="")
    draft_leads = authority(draft.source) > authority(speaker)
    first, second = (draft, paper) if draft_leads else (paper, draft)
    return _union(first.categories, second.categories)


def _links(paper: PaperRecord, draft: Draft) -> tuple[DraftLink, ...]:
    known = {(link.kind, link.url) for link in paper.links}
    return paper.links + tuple(link for link in draft.links if (link.kind, link.url) not in known)


def _versions(paper: PaperRecord, draft: Draft, taken: set[str]) -> tuple[Version, ...]:
    versions: dict[int, Version] = {version.number: version for version in paper.versions}
    if draft.version is not None and draft.version not in versions:
        versions[draft.version] = Version(draft.version, _version_day(draft), draft.source)
    replaced = paper.version is not None and draft.version is not None and draft.version > paper.version
    if replaced and taken & {"title", "abstract"} and paper.version in versions:
        old = versions[paper.version]
        versions[old.number] = replace(old, title=paper.title, abstract=paper.abstract)
    return tuple(versions[number] for number in sorted(versions))


def _version_day(draft: Draft) -> date | None:
    if draft.version == 1 and draft.published:
        return draft.published.day
    return draft.updated


def _said(known: tuple[tuple[str, T], ...], source: str, what: T | None) -> tuple[tuple[str, T], ...]:
    if what is None or any(old == what for _, old in known):
        return known
    return (*known, (source, what))


def _counts(paper: PaperRecord, draft: Draft) -> tuple[tuple[str, Counts], ...]:
    """One sighting a source: the newest."""
    counts: Mapping[str, Counts] = dict(paper.counts)
    known = counts.get(draft.source)
    if draft.counts is None or (known and known.observed_at > draft.counts.observed_at):
        return paper.counts
    return tuple(sorted({**counts, draft.source: draft.counts}.items()))


def _entries(paper: PaperRecord, draft: Draft) -> tuple[tuple[str, EditionPlace], ...]:
    """One place in each day's edition: the last one told."""
    if draft.edition is None:
        return paper.entries
    others = [entry for entry in paper.entries if entry[1].day != draft.edition.day]
    return tuple(sorted([*others, (draft.source, draft.edition)], key=lambda entry: entry[1].day))


def _latest(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day), default=None)
