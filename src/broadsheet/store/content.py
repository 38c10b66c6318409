"""The content of the catalogue as one digest: equal for catalogues that hold the same, however they came to hold it."""

import hashlib

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

TABLES: tuple[tuple[str, str], ...] = (
    (
        "paper",
        """SELECT p.key, p.title, p.abstract, p.summary, p.summary_by, p.published, p.published_precision, p.updated,
                  p.version, p.author_count, p.language, p.licence, p.comment, p.withdrawn, v.slug, p.title_digest,
                  p.provenance, p.imported_votes, p.imported_comments
           FROM paper p LEFT JOIN venue v ON v.id = p.venue_id WHERE p.merged_into IS NULL
           ORDER BY p.key COLLATE "C" """,
    ),
    (
        "paper_identifier",
        """SELECT i.kind, i.value, p.key FROM paper_identifier i JOIN paper p ON p.id = i.paper_id
           ORDER BY i.kind COLLATE "C", i.value COLLATE "C" """,
    ),
    (
        "authorship",
        """SELECT p.key, s.position, a.key, s.name, s.orcid, s.affiliation
           FROM authorship s JOIN paper p ON p.id = s.paper_id JOIN author a ON a.id = s.author_id
           ORDER BY p.key COLLATE "C", s.position""",
    ),
    (
        "paper_category",
        """SELECT p.key, c.category_id, c.position, c.published FROM paper_category c JOIN paper p ON p.id = c.paper_id
           ORDER BY p.key COLLATE "C", c.category_id COLLATE "C" """,
    ),
    (
        "paper_tag",
        """SELECT p.key, t.slug FROM paper_tag g JOIN paper p ON p.id = g.paper_id JOIN tag t ON t.id = g.tag_id
           ORDER BY p.key COLLATE "C", t.slug COLLATE "C" """,
    ),
    (
        "paper_link",
        """SELECT p.key, l.kind, l.url, l.said_by FROM paper_link l JOIN paper p ON p.id = l.paper_id
           ORDER BY p.key COLLATE "C", l.kind COLLATE "C", l.url COLLATE "C" """,
    ),
    (
        "paper_version",
        """SELECT p.key, v.number, v.day, v.title, v.abstract, v.source
           FROM paper_version v JOIN paper p ON p.id = v.paper_id ORDER BY p.key COLLATE "C", v.number""",
    ),
    (
        "paper_organisation",
        """SELECT p.key, o.slug, n.said_by FROM paper_organisation n
           JOIN paper p ON p.id = n.paper_id JOIN organisation o ON o.id = n.organisation_id
           ORDER BY p.key COLLATE "C", o.slug COLLATE "C" """,
    ),
    (
        "imported_count",
        """SELECT p.key, c.source, c.votes, c.comments, c.stars, c.observed_at AT TIME ZONE 'UTC'
           FROM imported_count c JOIN paper p ON p.id = c.paper_id ORDER BY p.key COLLATE "C", c.source COLLATE "C" """,
    ),
    (
        "edition_entry",
        """SELECT e.edition_day, e.position, p.key, e.source, e.basis
           FROM edition_entry e JOIN paper p ON p.id = e.paper_id
           ORDER BY e.edition_day, e.position, p.key COLLATE "C" """,
    ),
    (
        "source_record",
        """SELECT r.source, r.key, p.key, r.payload_hashes, r.observed_at AT TIME ZONE 'UTC'
           FROM source_record r JOIN paper p ON p.id = r.paper_id
           ORDER BY r.source COLLATE "C", r.key COLLATE "C" """,
    ),
    (
        "ingest_problem",
        """SELECT source, key, reason, excerpt FROM ingest_problem ORDER BY source COLLATE "C", key COLLATE "C" """,
    ),
    ("edition", "SELECT day FROM edition ORDER BY day"),
    ("author", 'SELECT key, name FROM author ORDER BY key COLLATE "C"'),
    ("tag", 'SELECT slug, name FROM tag ORDER BY slug COLLATE "C"'),
    ("venue", 'SELECT slug, name FROM venue ORDER BY slug COLLATE "C"'),
    ("organisation", 'SELECT slug, name FROM organisation ORDER BY slug COLLATE "C"'),
    ("category", 'SELECT code, name, parent_id, position FROM category ORDER BY code COLLATE "C"'),
)
"""Each table's rows by their natural keys. Surrogate ids, arrival times, the change log, the draft log, and who was
joined why tell how the content came in, not what it is, so they are left out; so are papers that lead to others."""

SETTINGS = "SET LOCAL statement_timeout = 0; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL TimeZone = 'UTC'"


def content_hash() -> str:
    """The digest of the whole catalogue at one moment (BLAKE2b, 128 bits, hexadecimal).

    Rows stream through COPY, so memory stays small; the database sorts each table once.
    """
    whole = hashlib.blake2b(digest_size=16)
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(SETTINGS)
        for name, query in TABLES:
            whole.update(f"{name}:{_digest(cursor, query)}\n".encode())
    return whole.hexdigest()


def _digest(cursor: CursorWrapper, query: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    with cursor.db.wrap_database_errors, cursor.copy(f"COPY ({query}) TO STDOUT") as rows:
        for block in rows:
            digest.update(block)
    return digest.hexdigest()
