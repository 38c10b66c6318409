"""All tables, re-exported for Django."""

from broadsheet.store.models.accounts import ApiToken, LimitCount, MailMessage, Person, Session
from broadsheet.store.models.collections import (
    Collection,
    CollectionEntry,
    CollectionFollow,
    Group,
    GroupMember,
    LibraryEntry,
)
from broadsheet.store.models.discussion import (
    Comment,
    CommentReaction,
    CommentRevision,
    Notification,
    PaperSubscription,
)
from broadsheet.store.models.editions import Edition, EditionClosing, EditionEntry, EditionPlace, Impression
from broadsheet.store.models.harvest import HarvestRun, HarvestSource, HarvestStream, RequestPace, Validator
from broadsheet.store.models.identity import PaperDoubt, PaperMatch, SourceDraft
from broadsheet.store.models.intake import CatalogueIdentity, Change, ImportedCount, IngestProblem, SourceRecord
from broadsheet.store.models.moderation import FilterRule, Flag, ModerationEvent, PaperState
from broadsheet.store.models.papers import Paper, PaperIdentifier, PaperLink, PaperVersion
from broadsheet.store.models.people import Author, Authorship, Organisation, PaperOrganisation
from broadsheet.store.models.subjects import Category, PaperCategory, PaperTag, Tag, Venue
from broadsheet.store.models.submissions import (
    Claim,
    ClaimEvent,
    Membership,
    OrganisationProfile,
    PaperFile,
    Submission,
)
from broadsheet.store.models.votes import Standing, Vote

__all__ = [
    "ApiToken",
    "Author",
    "Authorship",
    "CatalogueIdentity",
    "Category",
    "Change",
    "Claim",
    "ClaimEvent",
    "Collection",
    "CollectionEntry",
    "CollectionFollow",
    "Comment",
    "CommentReaction",
    "CommentRevision",
    "Edition",
    "EditionClosing",
    "EditionEntry",
    "EditionPlace",
    "FilterRule",
    "Flag",
    "Group",
    "GroupMember",
    "HarvestRun",
    "HarvestSource",
    "HarvestStream",
    "ImportedCount",
    "Impression",
    "IngestProblem",
    "LibraryEntry",
    "LimitCount",
    "MailMessage",
    "Membership",
    "ModerationEvent",
    "Notification",
    "Organisation",
    "OrganisationProfile",
    "Paper",
    "PaperCategory",
    "PaperDoubt",
    "PaperFile",
    "PaperIdentifier",
    "PaperLink",
    "PaperMatch",
    "PaperOrganisation",
    "PaperState",
    "PaperSubscription",
    "PaperTag",
    "PaperVersion",
    "Person",
    "RequestPace",
    "Session",
    "SourceDraft",
    "SourceRecord",
    "Standing",
    "Submission",
    "Tag",
    "Validator",
    "Venue",
    "Vote",
]
