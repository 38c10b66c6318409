"""Authors and organisations. A printed name belongs to the paper; the identity behind it stands apart."""

from django.db import models

from broadsheet.store.models.papers import Paper


class Author(models.Model):
    """An identity: for now all printed names that fold to the same key; claims will tell namesakes apart."""

    key = models.TextField(unique=True)
    name = models.TextField()

    class Meta:
        db_table = "author"


class Authorship(models.Model):
    """A name as printed on a paper, in order from 1."""

    pk = models.CompositePrimaryKey("paper_id", "position")
    # Written with the paper in one transaction, several a paper; the database need not check each one.
    paper = models.ForeignKey(
        Paper, on_delete=models.CASCADE, related_name="authorships", db_index=False, db_constraint=False
    )
    position = models.IntegerField()
    author = models.ForeignKey(Author, on_delete=models.PROTECT, related_name="authorships")
    name = models.TextField()
    orcid = models.TextField(blank=True)
    affiliation = models.TextField(blank=True)

    class Meta:
        db_table = "authorship"


class Organisation(models.Model):
    """An organisation that stands behind papers."""

    slug = models.TextField(unique=True)
    name = models.TextField()

    class Meta:
        db_table = "organisation"


class PaperOrganisation(models.Model):
    """An organisation named on a paper."""

    pk = models.CompositePrimaryKey("paper_id", "organisation_id")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="organisations", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="papers")
    said_by = models.TextField()

    class Meta:
        db_table = "paper_organisation"
