"""Doors: each kind of side effect has one place, and every exception is listed with its reason."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "broadsheet"

PLACES = {
    "django.db": ("store/",),
    "psycopg": ("store/",),
    "socket": ("sources/http.py",),
    "ssl": ("sources/http.py", "mail.py"),
    "smtplib": ("mail.py",),
    "http.client": ("sources/http.py",),
    "urllib.request": ("sources/http.py",),
    "httpx": ("sources/http.py",),
    "httpcore": ("sources/http.py",),
    "py_mini_racer": ("typeset.py",),
    "PIL": ("media.py",),
    "tantivy": ("index/",),
    "onnxruntime": ("embedding/",),
    "tokenizers": ("embedding/",),
    "onnx": ("embedding/",),
    "faiss": ("index/", "mapping/", "training/"),
}

EXCEPTIONS = {
    ("web/failures.py", "django.db"): "names the database's errors, to answer 503",
    ("doctor.py", "django.db"): "names the database's errors, to report them",
    ("cli.py", "django.db"): "names the database's errors, to explain them",
    ("worker.py", "django.db"): "outlives a database that is away: names its errors, drops dead connections",
    ("running.py", "socket"): "looks whether the port is free",
    ("running.py", "urllib.request"): "asks the own server over loopback whether it is ready",
}


def imports():
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((name, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((name, f"{node.module}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("library", PLACES)
def test_a_library_with_side_effects_stays_behind_its_door(library):
    users = {name for name, what in imports() if what == library or what.startswith(library + ".")}
    outside = {name for name in users if not name.startswith(PLACES[library])}
    assert outside == {name for name, of in EXCEPTIONS if of == library}


ASKS_IN_SQL = {
    "doctor.py": "asks the server for its version and health",
    "web/site.py": "asks whether the database answers at all",
}


def test_sql_is_written_in_the_store_alone():
    users = {name for name, what in imports() if what == "broadsheet.store.query.rows"}
    assert {name for name in users if not name.startswith("store/")} == set(ASKS_IN_SQL)
