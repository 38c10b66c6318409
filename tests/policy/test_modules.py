"""Modules: each states its purpose, none grows long, and none hides behind a name that says nothing."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "broadsheet"
LONGEST = 400
"""Lines of a module; a longer one has more than one purpose."""
SAYING_NOTHING = ("helper", "helpers", "util", "utils", "manager", "service", "services", "base", "common", "misc")
MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_module_states_its_purpose_and_stays_short(path):
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{path.name} does not say what it is for"
    assert len(text.splitlines()) <= LONGEST


def test_no_module_has_a_name_that_says_nothing():
    names = {word: path for path in MODULES for word in path.stem.split("_")}
    assert [str(names[word]) for word in SAYING_NOTHING if word in names] == []
