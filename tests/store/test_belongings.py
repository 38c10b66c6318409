"""What the database holds about somebody: all of it is exported, and none of it is left behind."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from broadsheet.accounts import delete_account, export_everything
from broadsheet.ingest import ingest
from broadsheet.outbox import put_down
from broadsheet.people import Viewer
from broadsheet.store import models as tables
from broadsheet.store.belongings import FATE, KEEP, REMOVE, SECRET, pointing_at_people
from broadsheet.store.models.submissions import OrganisationProfile
from broadsheet.store.outbox import Letter
from broadsheet.store.votes import Ballot, cast, count_votes, drifted
from broadsheet.tokens import Wanted, make_token

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MARKS = (
    "Zaphodia",
    "zaph-77",
    "zaph@example.org",
    "zaph2@example.org",
    "0000-0002-1825-0097",
    "zaph-at-hub",
    "Betelgeuse",
)


def test_every_column_that_points_at_a_person_has_its_fate():
    assert {(model._meta.label, column) for model, column in pointing_at_people()} == set(FATE)
    assert set(FATE.values()) == {REMOVE, KEEP}


def test_every_column_that_is_kept_back_is_there():
    for label, columns in SECRET.items():
        assert columns <= {column.name for column in apps.get_model(label)._meta.concrete_fields}


@pytest.fixture
def zaph(person, draft):
    """Somebody with a row in every table that has a place for them, and two papers of others."""
    ingest([draft("2601.00001"), draft("2601.00002")])
    one, two = tables.Paper.objects.order_by("pk")
    me, other = person("zaph-77"), person("other")
    tables.Person.objects.filter(pk=me.pk).update(
        name="Zaphodia B.", affiliation="Betelgeuse", about="Zaphodia", links=["https://zaph-77.example"]
    )
    me.refresh_from_db()
    EmailAddress.objects.filter(user=me).update(email="zaph@example.org")
    tables.Person.objects.filter(pk=me.pk).update(email="zaph@example.org")
    second = EmailAddress.objects.create(user=me, email="zaph2@example.org")
    EmailConfirmation.objects.create(email_address=second, key="k")
    Authenticator.objects.create(user=me, type="totp", data={"secret": "s"})
    social = SocialAccount.objects.create(
        user=me, provider="orcid", uid="0000-0002-1825-0097", extra_data={"n": "Zaphodia"}
    )
    SocialToken.objects.create(account=social, token="marker-token")
    viewer = Viewer(me.pk, me.handle, me.name, me.role, me.joined_at, verified=True)
    make_token(viewer, Wanted("zaph-77's", ["read"], 30), NOW)
    tables.Session.objects.create(
        session_key="d", session_data="x", expire_date=NOW, person=me, begun_at=NOW, seen_at=NOW, agent="Zaphodia's"
    )
    cast(one.pk, Ballot(me.pk, 1.0, NOW))
    cast(one.pk, Ballot(other.pk, 1.0, NOW))
    cast(two.pk, Ballot(me.pk, 1.0, NOW))
    comment = tables.Comment.objects.create(paper=one, person=me, body="I think so.")
    comment = tables.Comment.objects.get(person=me)
    tables.CommentRevision.objects.create(paper=one, comment_id=comment.id, number=1, body="I thought so.")
    tables.CommentReaction.objects.create(paper=one, comment_id=comment.id, person=me, kind="thanks")
    tables.PaperSubscription.objects.create(paper=one, person=me)
    tables.Notification.objects.create(person=me, kind="reply", text="To Zaphodia")
    tables.Notification.objects.create(person=other, kind="mention", actor=me, text="Zaphodia spoke of you")
    tables.Submission.objects.create(person=me, title="A paper", reason="It is good.", decided_by=me)
    tables.PaperFile.objects.create(paper=one, digest="f", kind="pdf", media_type="application/pdf", bytes=1, person=me)
    tables.Claim.objects.create(paper=one, position=1, person=me, evidence_text="zaph@example.org")
    tables.Claim.objects.create(paper=one, position=2, person=other, decided_by=me)
    tables.ClaimEvent.objects.create(paper=one, position=1, person=me, state="pending", why="I am Zaphodia")
    tables.ClaimEvent.objects.create(paper=one, position=2, person=other, state="confirmed", actor=me)
    organisation = tables.Organisation.objects.create(slug="o", name="O")
    tables.Membership.objects.create(organisation=organisation, person=me)
    OrganisationProfile.objects.create(organisation=organisation, changed_by=me)
    group = tables.Group.objects.create(slug="g", name="G")
    tables.GroupMember.objects.create(group=group, person=me)
    tables.GroupMember.objects.create(group=group, person=other)
    mine = tables.Collection.objects.create(owner=me, slug="c", title="Zaphodia's list", visibility="private")
    ours = tables.Collection.objects.create(owner=me, slug="d", title="Ours", group=group, visibility="group")
    tables.CollectionEntry.objects.create(collection=ours, paper=one, position=1, added_by=me, note="by Zaphodia")
    tables.CollectionEntry.objects.create(collection=mine, paper=one, position=1, added_by=me, note="Zaphodia likes it")
    tables.CollectionFollow.objects.create(collection=mine, person=me)
    tables.LibraryEntry.objects.create(paper=one, person=me, note="Zaphodia, read this")
    tables.Flag.objects.create(paper=one, person=me, reason="spam", decided_by=me)
    tables.FilterRule.objects.create(kind="keyword", pattern="x", made_by=me)
    tables.ModerationEvent.objects.create(actor=me, action="hide", subject=f"person:{me.pk}", reason="none")
    put_down(Letter("zaph@example.org", "For Zaphodia", "Hello", "<1@x>"), NOW)
    put_down(Letter("zaph2@example.org", "Hello", "zaph-77", "<2@x>"), NOW)
    return me


def test_an_export_holds_every_row_that_points_at_somebody(zaph):
    told = export_everything(zaph.pk)
    whole = json.dumps(told, cls=DjangoJSONEncoder)
    for model, column in pointing_at_people():
        rows = model._default_manager.filter(**{f"{column}_id": zaph.pk})
        assert rows.exists(), f"the test makes no row of {model._meta.label}.{column}"
        assert len(told[model._meta.label]) >= rows.count(), model._meta.label
    assert {"store.CommentRevision", "store.CollectionEntry", "store.MailMessage", "store.Person"} <= told.keys()
    assert all(mark in whole for mark in MARKS if mark != "zaph-at-hub")
    for secret in ("marker-token", zaph.password or "!none", tables.ApiToken.objects.get().digest):
        assert secret not in whole


def everything():
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{name}" t')
            yield from ((name, row[0]) for row in cursor.fetchall())


def test_nothing_is_left_of_who_leaves_and_threads_and_votes_stay_right(zaph):
    assert [name for name, row in everything() if any(mark in row for mark in MARKS)]
    one, two = tables.Paper.objects.order_by("pk").values_list("pk", flat=True)
    assert (count_votes(one), count_votes(two)) == (2, 1)
    delete_account(zaph.pk, NOW)
    assert [(name, row) for name, row in everything() if any(mark in row for mark in MARKS)] == []
    assert (count_votes(one), count_votes(two)) == (1, 0)
    assert drifted() == []
    for model, column in pointing_at_people():
        left = model._default_manager.filter(**{f"{column}_id": zaph.pk}).count()
        kept = FATE[model._meta.label, column] == KEEP
        assert bool(left) == kept, (model._meta.label, column)
    assert tables.Comment.objects.get().body == "I think so."
    assert tables.Collection.objects.get().title == "Ours"
    left = tables.Person.objects.get(pk=zaph.pk)
    assert (left.handle, left.name, left.email, left.is_active) == (f"deleted-{zaph.pk}", "", "", False)
    assert not left.has_usable_password()


def test_the_handle_is_free_again_and_somebody_else_is_untouched(zaph, person):
    others = tables.Person.objects.get(handle="other")
    delete_account(zaph.pk, NOW + timedelta(days=1))
    assert person("zaph-77").pk != zaph.pk
    assert tables.Vote.objects.filter(person=others).count() == 1
    assert EmailAddress.objects.filter(user=others).exists()
