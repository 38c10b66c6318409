"""Votes, and how a paper stands by them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from broadsheet.store.models.accounts import Person
from broadsheet.store.models.papers import Paper


class Vote(models.Model):
    """One person's vote for one paper. One that is held counts nowhere until a moderator lets it go."""

    pk = models.CompositePrimaryKey("paper_id", "person_id")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="votes", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="votes", db_index=False)
    # How much it weighs in the ranking, by the standing of the account when it was cast.
    weight = models.FloatField()
    cast_at = models.DateTimeField(db_default=Now())
    # A keyed digest of the network it came from; forgotten after 30 days.
    origin = models.TextField(blank=True)
    held = models.BooleanField(default=False)

    class Meta:
        db_table = "vote"
        indexes = (
            models.Index(fields=["person", "-cast_at"], name="vote_person"),
            models.Index(fields=["-cast_at"], name="vote_newest"),
            models.Index(fields=["paper"], name="vote_held", condition=Q(held=True)),
        )


class Standing(models.Model):
    """What the ranking needs of a paper, kept with the rows it is counted from, in the same transaction.

    A paper without a row has no votes and no comments here, and stands in no edition.
    """

    paper = models.OneToOneField(
        Paper, primary_key=True, on_delete=models.CASCADE, related_name="standing", db_index=False
    )
    votes = models.IntegerField(default=0)
    weight = models.FloatField(default=0)
    comments = models.IntegerField(default=0)
    commenters = models.IntegerField(default=0)
    # The moment from which time counts: the edition a paper stood in first, or its publication.
    listed_at = models.DateTimeField(db_default=Now())
    hot = models.FloatField(default=0)
    # What readers see: votes and comments of here and elsewhere together.
    counted = models.IntegerField(db_default=0)
    said = models.IntegerField(db_default=0)
    # Votes and comments that each lose half with every day, as ranking.momentum stores them.
    momentum = models.FloatField(null=True)
    # Growth elsewhere shows only as the difference to what was known before.
    imported_seen = models.IntegerField(null=True)
    imported_momentum = models.FloatField(null=True)
    stars = models.IntegerField(null=True)
    stars_first = models.IntegerField(null=True)
    # The weights by which `hot` was reckoned.
    rule = models.TextField(db_default="")

    class Meta:
        db_table = "standing"
        indexes = (
            models.Index(fields=["-hot", "-paper"], name="standing_hot"),
            models.Index(fields=["-counted", "-paper"], name="standing_counted"),
            models.Index(fields=["-said", "-paper"], name="standing_said", condition=Q(said__gt=0)),
            models.Index(fields=["-momentum", "-paper"], name="standing_momentum", condition=Q(momentum__isnull=False)),
            models.Index(fields=["-listed_at", "-paper"], name="standing_listed"),
        )
