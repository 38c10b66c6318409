"""The taxonomy's table, kept equal to the shipped taxonomy."""

from broadsheet.store.models import Category
from broadsheet.taxonomy import Taxonomy


def sync_categories(taxonomy: Taxonomy) -> None:
    """Insert the categories that are missing and bring names, parents and order up to date."""
    Category.objects.bulk_create(
        [
            Category(code=category.code, name=category.name, parent_id=category.parent, position=position)
            for position, category in enumerate(taxonomy.categories)
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "parent", "position"],
    )
