"""Keys for entries of reference managers, whose own keys ("smith2020") mean something in one library only."""

from collections.abc import Sequence

from broadsheet.drafts import Identifier, PartialDate, PrintedAuthor
from broadsheet.identity import by_priority, family_key, title_digest, title_key
from broadsheet.sources import fields


def entry_key(
    identifiers: Sequence[Identifier],
    title: str,
    authors: Sequence[PrintedAuthor],
    published: PartialDate | None,
    fallback: str,
) -> str:
    """The best identifier, else title, first author and year, else the entry's own key in its library with its title.

    The same entry in two libraries has one key; that its text may differ is told by the digest of its payload. Two
    entries have two, though both libraries call theirs `smith2020`.
    """
    best = by_priority(each for each in identifiers if each.kind != "url")
    if best:
        return f"{best[0].kind}:{best[0].value}"[: fields.MAX_KEY]
    digest = title_digest(title)
    family = family_key(authors[0].name) if authors else ""
    if digest and family:
        return f"title:{digest}:{family[:60]}:{published.day.year if published else ''}"
    words = fields.digest(title_key(title).encode("utf-8", "replace"))[:12]
    own = "".join(sign for sign in fallback.strip() if sign.isprintable())[: fields.MAX_KEY - 20]
    return fields.key(f"{own or 'title'}:{words}")
