"""What moderators decide about, each as a small state that can be read, written, and written back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadsheet.errors import BadInput, NotFound
from broadsheet.store import admission, claims, collections, discussion, standings, votes
from broadsheet.store.audit import State
from broadsheet.store.query import execute, rows


@dataclass(frozen=True, slots=True)
class Papers:
    """Whether a paper is hidden from lists, and whether votes and comments are closed."""

    hidden: bool = False
    locked: bool = False


def paper_state(paper: int) -> Papers:
    """The state of a paper. Raises NotFound for one that does not exist, or became another."""
    found = rows(
        """SELECT coalesce(s.hidden, false), coalesce(s.locked, false)
           FROM paper p LEFT JOIN paper_state s ON s.paper_id = p.id WHERE p.id = %s AND p.merged_into IS NULL""",
        paper,
    )
    if not found:
        raise NotFound(f"There is no paper {paper}.")
    return Papers(*found[0])


def _read_paper(paper: int) -> State:
    state = paper_state(paper)
    return {"hidden": state.hidden, "locked": state.locked}


def _write_paper(state: State, at: datetime, paper: int) -> None:
    execute(
        """INSERT INTO paper_state (paper_id, hidden, locked, changed_at) VALUES (%s, %s, %s, %s)
           ON CONFLICT (paper_id) DO UPDATE SET hidden = excluded.hidden, locked = excluded.locked,
               changed_at = excluded.changed_at""",
        *(paper, state["hidden"], state["locked"], at),
    )


def _read_comment(paper: int, comment: int) -> State:
    found = rows(
        """SELECT hidden_at IS NOT NULL, hidden_reason, locked FROM comment
           WHERE paper_id = %s AND id = %s AND removed_at IS NULL FOR UPDATE""",
        *(paper, comment),
    )
    return _one(found, ("hidden", "reason", "locked"), f"comment {comment} on paper {paper}")


def _write_comment(state: State, at: datetime, paper: int, comment: int) -> None:
    hidden, reason = state["hidden"], state["reason"]
    discussion.set_comment_hidden(paper, comment, hidden=hidden, reason=reason, at=at)
    discussion.set_locked(paper, comment, locked=state["locked"])


def _read_thread(comment: int) -> State:
    found = rows("SELECT paper_id FROM comment WHERE id = %s AND parent_id IS NULL FOR UPDATE", comment)
    return _one(found, ("paper",), f"thread that begins with comment {comment}")


def _write_thread(state: State, _: datetime, comment: int) -> None:
    """Move a comment, and all below it, to another paper."""
    old, new = int(_read_thread(comment)["paper"]), int(state["paper"])
    paper_state(new)
    for paper in sorted((old, new)):
        standings.lock(paper)
    found = rows(
        """WITH RECURSIVE below(id) AS (
               SELECT %s::bigint UNION ALL SELECT c.id FROM below JOIN comment c ON c.parent_id = below.id
                                                                          AND c.paper_id = %s
           ) SELECT array_agg(id) FROM below""",
        *(comment, old),
    )
    for table, column in (("comment", "id"), ("comment_revision", "comment_id"), ("comment_reaction", "comment_id")):
        execute(
            f"UPDATE {table} SET paper_id = %s WHERE paper_id = %s AND {column} = ANY(%s)",  # noqa: S608
            *(new, old, found[0][0]),
        )
    for paper in (old, new):
        standings.refresh(paper)


def _read_person(person: int) -> State:
    found = rows(
        """SELECT role, to_char(suspended_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"') FROM person
           WHERE id = %s AND deleted_at IS NULL FOR UPDATE""",
        person,
    )
    return _one(found, ("role", "suspended_until"), f"person {person}")


def _write_person(state: State, _: datetime, person: int) -> None:
    execute(
        "UPDATE person SET role = %s, suspended_until = %s::timestamptz WHERE id = %s",
        *(state["role"], state["suspended_until"], person),
    )


def _read_votes(paper: int) -> State:
    standings.lock(paper)
    found = rows("SELECT person_id FROM vote WHERE paper_id = %s AND held ORDER BY person_id", paper)
    return {"held": [row[0] for row in found]}


def _write_votes(state: State, _: datetime, paper: int) -> None:
    before = set(_read_votes(paper)["held"])
    after = set(state["held"])
    votes.hold(paper, sorted(after - before), held=True)
    votes.hold(paper, sorted(before - after), held=False)


def _read_flag(flag: int) -> State:
    return _one(rows("SELECT state FROM flag WHERE id = %s FOR UPDATE", flag), ("state",), f"flag {flag}")


def _write_flag(state: State, at: datetime, flag: int) -> None:
    decided = None if state["state"] == "open" else at
    execute("UPDATE flag SET state = %s, decided_at = %s WHERE id = %s", state["state"], decided, flag)


def _read_rule(rule: int) -> State:
    found = rows("SELECT kind, pattern, action, active FROM filter_rule WHERE id = %s FOR UPDATE", rule)
    return _one(found, ("kind", "pattern", "action", "active"), f"rule {rule}")


def _write_rule(state: State, _: datetime, rule: int) -> None:
    execute("UPDATE filter_rule SET action = %s, active = %s WHERE id = %s", state["action"], state["active"], rule)


def _one(found: list[tuple[Any, ...]], names: tuple[str, ...], what: str) -> State:
    if not found:
        raise NotFound(f"There is no {what}, or it was taken back.")
    return dict(zip(names, found[0], strict=True))


READ: Mapping[str, Callable[..., State]] = {
    "paper": _read_paper,
    "collection": collections.read_state,
    "comment": _read_comment,
    "thread": _read_thread,
    "person": _read_person,
    "votes": _read_votes,
    "flag": _read_flag,
    "rule": _read_rule,
    "submission": admission.read_state,
    "claim": claims.read_state,
}
WRITE: Mapping[str, Callable[..., None]] = {
    "paper": _write_paper,
    "collection": collections.write_state,
    "comment": _write_comment,
    "thread": _write_thread,
    "person": _write_person,
    "votes": _write_votes,
    "flag": _write_flag,
    "rule": _write_rule,
    "submission": admission.write_state,
    "claim": claims.write_state,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that moderators decide about: its kind, and the numbers that name it."""

    kind: str
    numbers: tuple[int, ...]

    def __str__(self) -> str:
        return ":".join((self.kind, *map(str, self.numbers)))

    @property
    def paper(self) -> int | None:
        """The paper that it is, or belongs to."""
        return self.numbers[0] if self.kind in ("paper", "comment", "votes", "claim") else None


WIDTH = {"comment": 2, "claim": 3}
"""How many numbers name a subject of a kind, where it is more than one."""


def parse_subject(text: str) -> Subject:
    """The subject that `str` wrote, such as "comment:12:345". Raises BadInput."""
    kind, *numbers = text.split(":")
    fit = kind in READ and len(numbers) == WIDTH.get(kind, 1)
    if not (fit and all(n.isascii() and n.isdigit() and len(n) < 19 for n in numbers)):
        raise BadInput(f"{text[:60]!r} names nothing that moderators decide about.")
    return Subject(kind, tuple(map(int, numbers)))


def read_state(subject: Subject) -> State:
    """What a subject is like now, held until the transaction ends. Raises NotFound."""
    return READ[subject.kind](*subject.numbers)


def write_state(subject: Subject, state: State, at: datetime) -> None:
    """Make a subject be like this."""
    WRITE[subject.kind](state, at, *subject.numbers)
