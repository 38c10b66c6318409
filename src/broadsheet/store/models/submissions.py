"""What people add to the catalogue: submissions, files, claims of authorship, members of organisations."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from broadsheet.store.models.accounts import Person
from broadsheet.store.models.papers import Paper
from broadsheet.store.models.people import Organisation


class Submission(models.Model):
    """A paper that somebody puts forward. `draft` is its record as `draftcode` writes it, where one was given.

    `files` describes what came with it (`store/files.py`); it becomes the paper's when the paper is let in. While a
    paper is being looked up, `retry_at` tells when to ask next.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="submissions", db_index=False)
    paper = models.ForeignKey(Paper, null=True, on_delete=models.SET_NULL, related_name="submissions")
    title = models.TextField(blank=True)
    identifier = models.TextField(blank=True)
    draft = models.TextField(blank=True)
    reason = models.TextField()
    own = models.BooleanField(default=False)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.SET_NULL, related_name="+")
    files = models.JSONField(default=list)
    state = models.TextField(default="waiting")
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True)
    edition_day = models.DateField(null=True)
    attempts = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "submission"
        constraints = (
            models.UniqueConstraint(
                fields=["paper"], name="submission_once", condition=Q(state__in=["waiting", "accepted"])
            ),
        )
        indexes = (
            models.Index(fields=["person", "-created_at"], name="submission_person"),
            models.Index(fields=["state", "created_at"], name="submission_queue"),
        )


class PaperFile(models.Model):
    """A file kept on the instance for a paper: a report as PDF, a picture or a short film for its card."""

    pk = models.CompositePrimaryKey("paper_id", "digest")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="files", db_index=False)
    digest = models.TextField()
    kind = models.TextField()
    media_type = models.TextField()
    name = models.TextField(blank=True)
    alt = models.TextField(blank=True)
    bytes = models.BigIntegerField()
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "paper_file"
        indexes = (models.Index(fields=["digest"], name="paper_file_digest"),)


class Claim(models.Model):
    """Somebody says that a printed name is theirs. `name` is as it was printed then: lists of authors change."""

    pk = models.CompositePrimaryKey("paper_id", "position", "person_id")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="claims", db_index=False)
    position = models.IntegerField()
    name = models.TextField(blank=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="claims")
    state = models.TextField(default="pending")
    evidence = models.TextField(default="none")
    evidence_text = models.TextField(blank=True)
    made_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "claim"
        constraints = (
            models.UniqueConstraint(
                fields=["paper", "position"], name="claim_confirmed_once", condition=Q(state="confirmed")
            ),
        )
        indexes = (models.Index(fields=["state", "made_at"], name="claim_queue"),)


class ClaimEvent(models.Model):
    """A step in the history of a claim."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+")
    position = models.IntegerField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    state = models.TextField()
    actor = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    why = models.TextField(blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "claim_event"


class Membership(models.Model):
    """Somebody belongs to an organisation, or asked to."""

    pk = models.CompositePrimaryKey("organisation_id", "person_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="members", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.TextField(default="member")
    state = models.TextField(default="asked")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "membership"


class OrganisationProfile(models.Model):
    """What an organisation's managers say of it, and the mail domains by which moderators know its people."""

    organisation = models.OneToOneField(
        Organisation, primary_key=True, on_delete=models.CASCADE, related_name="profile", db_index=False
    )
    about = models.TextField(blank=True)
    url = models.TextField(blank=True)
    domains = ArrayField(models.TextField(), default=list)
    changed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "organisation_profile"
