"""Layers: every module has one, and imports point down."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "broadsheet"

LAYERS = {
    "words": "__init__ errors environment settings drafts draftcode records cards clock runs people",
    "pure": "tex terms text identity taxonomy schedule timetable citation cleaning merging replaying deciding "
    "splitting mathml addresses fusing measures ranking rival_rankings flooding filtering suspicion markdown "
    "markdown_html markdown_rules threads revisions avatars bibliography claim_rules inventing jotting "
    "own_record profile_form",
    "doors": "store sources index embedding typeset mail media",
    "features": "reading ingest identifying evaluating harvest indexing listing sample launch doctor meaning finding "
    "likeness snippets asking search examples models vectoring retrieval training mapping limits voting prose "
    "discussion watching moderation fake_community histories foretelling closing reckoning reasons rising ranked_lists "
    "impressions accounts outbox tidying tokens collected collecting library groups attachments claiming memberships "
    "pasting submitting admitting looking_up",
    "entries": "web cli ingest_command identity_commands source_commands search_commands evaluate_commands "
    "train_command map_command ranking_commands person_commands fake_command printing running supervisor worker "
    "__main__",
}
"""From the bottom up; a package stands for all its modules."""

HEIGHT = {name: height for height, names in enumerate(LAYERS.values()) for name in names.split()}
DOORS = LAYERS["doors"].split()


def modules():
    return sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)


def part_of(path):
    """The name in the table: the package a module lies in, or the module itself."""
    return path.parts[0].removesuffix(".py")


def imported_parts(path):
    """The parts of our own package that a module imports, wherever in the file it does so."""
    found = set()
    for node in ast.walk(ast.parse((SOURCE / path).read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: write imports in full"
            inside = node.module == "broadsheet"
            names = [f"broadsheet.{alias.name}" for alias in node.names] if inside else [node.module or ""]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            first, _, rest = name.partition(".")
            if first == "broadsheet":
                part = rest.partition(".")[0]
                found.add(part if part in HEIGHT or (SOURCE / f"{part}.py").exists() else "__init__")
    return found - {part_of(path)}


@pytest.mark.parametrize("path", modules(), ids=str)
def test_a_module_has_a_layer_and_imports_nothing_above_it(path):
    part = part_of(path)
    assert part in HEIGHT, f"{path} has no layer: give it one in the table"
    for other in imported_parts(path):
        assert HEIGHT.get(other, 99) <= HEIGHT[part], f"{path} ({part}) imports {other}, which lies above it"


@pytest.mark.parametrize("path", [p for p in modules() if part_of(p) in DOORS], ids=str)
def test_doors_do_not_know_each_other(path):
    assert not imported_parts(path) & set(DOORS)


def test_the_table_names_nothing_that_is_gone():
    assert set(HEIGHT) == {part_of(path) for path in modules()}
