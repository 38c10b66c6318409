"""Editions: dated lists of papers."""

from django.db import models

from broadsheet.store.models.papers import Paper


class Edition(models.Model):
    """The papers of one day."""

    day = models.DateField(primary_key=True)

    class Meta:
        db_table = "edition"


class EditionEntry(models.Model):
    """A paper's place in an edition, counted from 1, as `source` gave it; `basis` as in `drafts.Basis`."""

    pk = models.CompositePrimaryKey("paper_id", "edition_id")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="editions", db_index=False)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="entries", db_column="edition_day")
    position = models.IntegerField()
    source = models.TextField()
    basis = models.TextField(default="list")

    class Meta:
        db_table = "edition_entry"
