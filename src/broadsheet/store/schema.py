"""The schema: bringing an empty or older database up to date."""

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from broadsheet.errors import Unavailable
from broadsheet.store.models import CatalogueIdentity, Category
from broadsheet.store.subjects import sync_categories
from broadsheet.taxonomy import load as load_taxonomy


def pending_migrations() -> list[str]:
    """Names of the migrations that this version brings and the database has not seen."""
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def _has_all_categories() -> bool:
    """Whether the taxonomy that this version ships is in the table: it may change without a migration."""
    known = set(Category.objects.values_list("code", "name", "parent_id"))
    return {(each.code, each.name, each.parent) for each in load_taxonomy().categories} <= known


def name_catalogue() -> None:
    """Give the catalogue its name, if it has none."""
    if not CatalogueIdentity.objects.exists():
        CatalogueIdentity.objects.create()


def migrate(lock: int) -> None:
    """Apply what is pending, under an advisory lock. Raises Unavailable where the database cannot be reached."""
    try:
        if not pending_migrations() and _has_all_categories():
            return
        with connection.cursor() as cursor:
            # A migration of a large table, or another process's, may take its time.
            cursor.execute("SET statement_timeout = 0; SET lock_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [lock])
            try:
                call_command("migrate", verbosity=0, interactive=False)
                sync_categories(load_taxonomy())
                name_catalogue()
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
                cursor.execute("RESET statement_timeout; RESET lock_timeout")
    except DatabaseError as error:
        raise Unavailable(
            f"The database cannot be opened: {str(error).strip()}. Check DATABASE_URL, or unset it for the private one."
        ) from error
