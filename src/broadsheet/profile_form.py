"""What somebody may say about themselves: lengths, and links that are links."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from broadsheet.errors import BadInput

NAME, AFFILIATION, ABOUT, LINK, LINKS = 80, 160, 2_000, 300, 6
"""The most characters of each, and the most links."""
INVISIBLE: Final = (
    frozenset(range(0x202A, 0x202F)) | frozenset(range(0x2066, 0x206A)) | {0x200B, 0x200E, 0x200F, 0xFEFF}
)
"""Characters that turn the direction of a text, or are not seen: with them a name pretends to be another."""


@dataclass(frozen=True, slots=True)
class ProfileForm:
    """A profile as its form sends it; `links` one a line."""

    name: str
    affiliation: str
    about: str
    links: str
    public_votes: bool


@dataclass(frozen=True, slots=True)
class ProfileValues:
    """A profile as it is kept."""

    name: str
    affiliation: str
    about: str
    links: tuple[str, ...]
    public_votes: bool


def checked(form: ProfileForm) -> ProfileValues:
    """What a form says, in order. Raises BadInput that names the field."""
    return ProfileValues(
        _line(form.name, "name", NAME),
        _line(form.affiliation, "affiliation", AFFILIATION),
        _text(form.about, "about", ABOUT),
        _links(form.links),
        form.public_votes,
    )


def _line(text: str, field: str, most: int) -> str:
    return " ".join(_text(text, field, most).split())


def _text(text: str, field: str, most: int) -> str:
    clean = "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or (c.isprintable() or c == " "))
    clean = "".join(c for c in clean if ord(c) not in INVISIBLE).strip()
    if len(clean) > most:
        raise BadInput(f"{field}: at most {most:,} characters; these are {len(clean):,}.")
    return clean


def _links(text: str) -> tuple[str, ...]:
    links = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(links) > LINKS:
        raise BadInput(f"links: at most {LINKS}.")
    for link in links:
        if not is_link(link):
            raise BadInput(f"links: {link[:60]!r} is not an address such as https://example.org/you.")
    return links


def is_link(text: str) -> bool:
    """Whether a text is an address of a page: http or https, with a host, without a name or password in it."""
    if len(text) > LINK or any(c.isspace() or not c.isprintable() or c in "\"'<>\\`{}|^" for c in text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
