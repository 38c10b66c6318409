"""Collections, the libraries of readers, and groups that read together."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from broadsheet.store.models.accounts import Person
from broadsheet.store.models.papers import Paper


class Group(models.Model):
    """A lab or a reading group."""

    slug = models.TextField(unique=True)
    name = models.TextField()
    about = models.TextField(blank=True)
    # Invitations of earlier rounds let nobody in any more.
    invitation_round = models.IntegerField(db_default=1)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "reading_group"


class GroupMember(models.Model):
    """Somebody in a group."""

    pk = models.CompositePrimaryKey("group_id", "person_id")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="groups")
    role = models.TextField(default="member")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "group_member"


class Collection(models.Model):
    """A titled, ordered list of papers with notes. `visibility` is public, private or group."""

    owner = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="collections", db_index=False)
    group = models.ForeignKey(Group, null=True, on_delete=models.SET_NULL, related_name="collections")
    slug = models.TextField()
    title = models.TextField()
    about = models.TextField(blank=True)
    visibility = models.TextField(default="public")
    # By a moderator: only its owner sees it then, whatever its visibility.
    hidden = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "collection"
        constraints = (models.UniqueConstraint(fields=["owner", "slug"], name="collection_slug"),)
        indexes = (models.Index(fields=["visibility", "-changed_at"], name="collection_newest"),)


class CollectionEntry(models.Model):
    """A paper in a collection, at a position counted from 1."""

    pk = models.CompositePrimaryKey("collection_id", "paper_id")
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="entries", db_index=False)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="collected")
    position = models.IntegerField()
    note = models.TextField(blank=True)
    added_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "collection_entry"
        constraints = (
            models.UniqueConstraint(
                fields=["collection", "position"],
                name="collection_entry_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
        )


class CollectionFollow(models.Model):
    """Somebody who wants to hear of what is added to a collection."""

    pk = models.CompositePrimaryKey("collection_id", "person_id")
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="followers", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="followed_collections")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "collection_follow"


class LibraryEntry(models.Model):
    """A paper in somebody's own library: `state` is to-read, reading or read; note and tags are theirs alone."""

    pk = models.CompositePrimaryKey("paper_id", "person_id")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="in_libraries", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="library", db_index=False)
    state = models.TextField(default="to-read")
    note = models.TextField(blank=True)
    tags = ArrayField(models.TextField(), default=list)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "library_entry"
        indexes = (models.Index(fields=["person", "-changed_at"], name="library_entry_person"),)
