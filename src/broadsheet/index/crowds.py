"""Beginnings that very many names share, such as "Proceedings of the": the most frequent names behind each of them.

To read all those names takes the engine 20 ms among 200,000 papers and 100 ms among a million, so the few that are
offered are kept in a file beside the word list, and made anew with it.
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from heapq import nsmallest
from pathlib import Path

from broadsheet.errors import Unavailable
from broadsheet.index import schema
from broadsheet.index.generations import replace_file

CROWDS = "crowds"
KEPT = 20
"""Names that are kept behind a beginning."""
MANY = 200
"""Names behind a beginning up to which the engine reads them in a millisecond or two."""
SHORTEST = 2

Terms = list[tuple[str, int]]
"""Terms and the numbers of papers that hold them."""
Crowds = Mapping[str, Mapping[str, Terms]]
"""By field and beginning, most frequent first."""


def make(terms_of: Callable[[str], Terms]) -> dict[str, dict[str, Terms]]:
    """The crowds of an index whose fields have these terms."""
    return {field: crowded(terms_of(field)) for field in (schema.VENUE_NAME, schema.ORGANISATION_NAME)}


def crowded(terms: Terms) -> dict[str, Terms]:
    """The beginnings of two letters or more that more than MANY terms share, each with its KEPT most frequent terms."""
    found: dict[str, Terms] = {}
    level, length = [terms], SHORTEST
    while level:
        groups: defaultdict[str, Terms] = defaultdict(list)
        for term, papers in (each for group in level for each in group):
            if len(term) >= length:
                groups[term[:length]].append((term, papers))
        crowds = {start: group for start, group in groups.items() if len(group) > MANY}
        found.update((start, nsmallest(KEPT, group, key=_rank)) for start, group in crowds.items())
        level, length = list(crowds.values()), length + 1
    return found


def _rank(term: tuple[str, int]) -> tuple[int, str]:
    return -term[1], term[0]


def write(crowds: Crowds, path: Path) -> None:
    """Write the file so that a crash leaves the old one or the new one."""
    body = json.dumps(crowds)
    replace_file(path, f"{zlib.crc32(body.encode())}\n{body}")


def read(path: Path) -> dict[str, dict[str, Terms]]:
    """Read the file; nothing where there is none yet. Raises Unavailable where it is damaged."""
    try:
        check, _, body = path.read_text(encoding="utf-8").partition("\n")
        if zlib.crc32(body.encode()) != int(check):
            raise ValueError("the checksum is wrong")
        return {
            field: {start: [(term, papers) for term, papers in terms] for start, terms in crowds.items()}
            for field, crowds in json.loads(body).items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Unavailable(f"The names kept beside the search index are damaged ({path.name}: {error}).") from error
