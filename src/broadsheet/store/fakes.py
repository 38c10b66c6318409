"""Invented people in the store: told apart from real ones, and gone without a trace."""

from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError

from broadsheet.store import standings
from broadsheet.store.models import Comment, Person, Vote
from broadsheet.store.query import execute, rows
from broadsheet.store.transactions import together

MAIL = "invented.invalid"
"""Their addresses end so; no letter ever leaves for them."""


def count_people() -> tuple[int, int]:
    """How many real and how many invented people there are."""
    real, fake = rows("SELECT count(*) FILTER (WHERE NOT fake), count(*) FILTER (WHERE fake) FROM person")[0]
    return int(real), int(fake)


def has_fakes() -> bool:
    """Whether anybody here is invented; no where the database cannot be asked: the page that says so asks, too."""
    try:
        return bool(rows("SELECT EXISTS (SELECT FROM person WHERE fake)")[0][0])
    except DatabaseError:
        return False


def add_people(people: Sequence[tuple[str, str, str, datetime]]) -> list[int]:
    """Keep invented people (handle, name, affiliation, joined); gives their numbers in order."""
    for handle, name, affiliation, joined in people:
        execute(
            """INSERT INTO person (handle, name, affiliation, joined_at, email, password, is_active, role, about, links,
                                   public_votes, fake)
               VALUES (%s, %s, %s, %s, %s, '!', true, 'member', '', '{}', true, true)
               ON CONFLICT (handle) DO NOTHING""",
            *(handle, name, affiliation, joined, f"{handle}@{MAIL}"),
        )
    found = dict(rows("SELECT handle, id FROM person WHERE fake"))
    return [int(found[handle]) for handle, *_ in people if handle in found]


def listed_papers(limit: int) -> list[tuple[int, datetime]]:
    """The papers of the newest editions, else the newest of all, with the moment they were listed."""
    return rows(
        """SELECT p.id, greatest(p.published::timestamptz, max(e.edition_day)::timestamptz) AS listed
           FROM edition_entry e JOIN paper p ON p.id = e.paper_id
           WHERE p.merged_into IS NULL AND e.edition_day <= current_date + 1
           GROUP BY p.id ORDER BY max(e.edition_day) DESC, p.id LIMIT %s""",
        limit,
    ) or rows(
        """SELECT id, published::timestamptz FROM paper WHERE merged_into IS NULL AND published <= current_date
           ORDER BY published DESC, id DESC LIMIT %s""",
        limit,
    )


def remove_people() -> int:
    """Take all invented people out, with their votes and comments; tells how many there were."""
    with together():
        people = list(Person.objects.filter(fake=True).values_list("pk", flat=True))
        papers = set(Vote.objects.filter(person_id__in=people).values_list("paper_id", flat=True))
        papers |= set(Comment.objects.filter(person_id__in=people).values_list("paper_id", flat=True))
        for paper in sorted(papers):
            standings.lock(paper)
        Comment.objects.filter(person_id__in=people).delete()
        Person.objects.filter(pk__in=people).delete()
        for paper in sorted(papers):
            standings.refresh(paper)
        return len(people)
