"""arXiv's category taxonomy, with aliases and the archives of before 1998 (data/taxonomy.json)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Category:
    """A field (`cs`, `grp_physics`; parent None), an archive of a field of many (`hep-th`), or a category (`cs.CL`).

    `group` is the field as printed. A field with one archive is that archive.
    """

    code: str
    name: str
    parent: str | None
    group: str


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All fields, archives and categories in arXiv's order, each before what it holds."""

    categories: tuple[Category, ...]
    by_code: Mapping[str, Category]
    canonical_codes: Mapping[str, str]

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the eight top groups, in arXiv's order."""
        return tuple(dict.fromkeys(category.group for category in self.categories))

    @property
    def fields(self) -> tuple[Category, ...]:
        """The eight fields, as categories that hold all others."""
        return tuple(each for each in self.categories if each.parent is None)

    def children(self, code: str) -> tuple[Category, ...]:
        """What a field or an archive holds directly; empty for a category or an unknown code."""
        return tuple(each for each in self.categories if each.parent == code)

    def ancestors(self, code: str) -> tuple[Category, ...]:
        """The archive and the field above a category, nearest first; empty for a field or an unknown code."""
        found = self.by_code.get(code)
        parent = self.by_code.get(found.parent) if found and found.parent else None
        return (parent, *self.ancestors(parent.code)) if parent else ()

    def canonical(self, code: str) -> str | None:
        """The code in use today, for a code in any case, an alias (cs.SY) or an old archive (cmp-lg), or None."""
        return self.canonical_codes.get(code.strip().casefold())

    def get(self, code: str) -> Category | None:
        """The category that `code`, an alias or an old archive names; None if unknown."""
        return self.by_code.get(self.canonical(code) or "")


@cache
def load() -> Taxonomy:
    """The taxonomy that ships with the package, read once."""
    return parse(json.loads(files("broadsheet").joinpath("data/taxonomy.json").read_text("utf-8")))


def parse(data: Mapping[str, Any]) -> Taxonomy:
    """A taxonomy from its JSON form: `groups` of archives of categories, and `aliases` (code to code)."""
    categories = tuple(category for group in data["groups"] for category in _field(group))
    codes = {category.code.casefold(): category.code for category in categories}
    aliases = {alias.casefold(): code for alias, code in data["aliases"].items()}
    return Taxonomy(categories, {category.code: category for category in categories}, codes | aliases)


def _field(group: Mapping[str, Any]) -> list[Category]:
    """A group's categories; a group of several archives is itself the first, under the code arXiv's sets give it."""
    name, archives = group["name"], group["archives"]
    if len(archives) == 1:
        return _family(archives[0], None, name)
    field = Category(f"grp_{name.casefold()}", name, None, name)
    return [field, *(category for archive in archives for category in _family(archive, field.code, name))]


def _family(archive: Mapping[str, Any], parent: str | None, group: str) -> list[Category]:
    code = archive["code"]
    within = [Category(child, name, code, group) for child, name in archive["categories"].items()]
    return [Category(code, archive["name"], parent, group), *within]
