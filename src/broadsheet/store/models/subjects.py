"""Categories (a fixed taxonomy), tags (anything else a source calls the subject) and venues."""

from django.db import models

from broadsheet.store.models.papers import Paper


class Category(models.Model):
    """A category of the shipped taxonomy; `position` is its place there."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    position = models.IntegerField()

    class Meta:
        db_table = "category"


class PaperCategory(models.Model):
    """A category of a paper. Rows for its archive and field (`position` 0) let a whole field be listed as one.

    `published` repeats the paper's date so that the newest papers of a category are the head of one index. The rows
    are derived from the paper and written with it, and the database need not check each one.
    """

    pk = models.CompositePrimaryKey("paper_id", "category_id")
    paper = models.ForeignKey(
        Paper, on_delete=models.CASCADE, related_name="categories", db_index=False, db_constraint=False
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="papers", db_index=False, db_constraint=False
    )
    position = models.IntegerField()
    published = models.DateField(null=True)

    class Meta:
        db_table = "paper_category"
        indexes = (models.Index(fields=["category", "-published", "-paper"], name="paper_category_newest"),)


class Tag(models.Model):
    """A subject word outside the taxonomy."""

    slug = models.TextField(unique=True)
    name = models.TextField()

    class Meta:
        db_table = "tag"


class PaperTag(models.Model):
    """A tag of a paper."""

    pk = models.CompositePrimaryKey("paper_id", "tag_id")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="tags", db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="papers")

    class Meta:
        db_table = "paper_tag"


class Venue(models.Model):
    """Where a paper appeared: a journal or the proceedings of a conference."""

    slug = models.TextField(unique=True)
    name = models.TextField()

    class Meta:
        db_table = "venue"
