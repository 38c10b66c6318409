"""People, votes, comments, what people add, and what moderators do."""

import django.contrib.postgres.fields
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

NUMBERS = "CREATE SEQUENCE comment_id"
FIXED = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are added and never changed', TG_TABLE_NAME;
END $$
"""
UNFIXED = "DROP FUNCTION refuse_change()"
KEPT = ("moderation_event", "edition_closing", "edition_place")
"""Tables whose rows nobody changes, whoever asks."""


def keep(table: str) -> migrations.RunSQL:
    """Let the database refuse to change or remove rows of a table."""
    return migrations.RunSQL(
        f"""CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
        f"DROP TRIGGER {table}_kept ON {table}",
    )


class Migration(migrations.Migration):
    # The account library's tables point at people.
    run_before = [
        ("account", "0001_initial"),
        ("mfa", "0001_initial"),
        ("socialaccount", "0001_initial"),
    ]

    dependencies = [
        ("store", "0003_identity"),
    ]

    operations = [
        migrations.RunSQL(NUMBERS, "DROP SEQUENCE comment_id"),
        migrations.RunSQL(FIXED, UNFIXED),
        migrations.CreateModel(
            name="EditionClosing",
            fields=[
                (
                    "edition",
                    models.OneToOneField(
                        db_column="day",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="closing",
                        serialize=False,
                        to="store.edition",
                    ),
                ),
                ("closed_at", models.DateTimeField()),
                ("zone", models.TextField()),
                ("rule", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "edition_closing",
            },
        ),
        migrations.CreateModel(
            name="Group",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("about", models.TextField(blank=True)),
                ("invitation_round", models.IntegerField(db_default=1)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "reading_group",
            },
        ),
        migrations.CreateModel(
            name="PaperState",
            fields=[
                (
                    "paper",
                    models.OneToOneField(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="moderated",
                        serialize=False,
                        to="store.paper",
                    ),
                ),
                ("hidden", models.BooleanField(default=False)),
                ("locked", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "paper_state",
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("handle", models.TextField(unique=True)),
                ("name", models.TextField(blank=True)),
                ("email", models.TextField(blank=True)),
                ("is_active", models.BooleanField(default=True)),
                ("role", models.TextField(default="member")),
                ("joined_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("suspended_until", models.DateTimeField(null=True)),
                ("deleted_at", models.DateTimeField(null=True)),
                ("affiliation", models.TextField(blank=True)),
                ("about", models.TextField(blank=True)),
                (
                    "links",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("public_votes", models.BooleanField(default=True)),
                ("fake", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "person",
                "indexes": [models.Index(django.db.models.functions.text.Lower("email"), name="person_email")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("handle", django.db.models.functions.text.Lower(models.F("handle")))),
                        name="person_handle_lower",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["member", "trusted", "moderator", "admin"])),
                        name="person_role_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("digest", models.TextField(unique=True)),
                ("stamp", models.TextField()),
                ("scopes", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "api_token",
            },
        ),
        migrations.CreateModel(
            name="ClaimEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.IntegerField()),
                ("state", models.TextField()),
                ("why", models.TextField(blank=True)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.paper"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "claim_event",
            },
        ),
        migrations.CreateModel(
            name="Collection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.TextField()),
                ("title", models.TextField()),
                ("about", models.TextField(blank=True)),
                ("visibility", models.TextField(default="public")),
                ("hidden", models.BooleanField(db_default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="collections",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="collections",
                        to="store.group",
                    ),
                ),
            ],
            options={
                "db_table": "collection",
            },
        ),
        migrations.CreateModel(
            name="CollectionFollow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "collection_id", "person_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "collection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="followers",
                        to="store.collection",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="followed_collections",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "collection_follow",
            },
        ),
        migrations.CreateModel(
            name="CommentReaction",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "paper_id",
                        "comment_id",
                        "person_id",
                        "kind",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("comment_id", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.paper"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reactions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "comment_reaction",
            },
        ),
        migrations.CreateModel(
            name="CommentRevision",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "paper_id",
                        "comment_id",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("comment_id", models.BigIntegerField()),
                ("number", models.IntegerField()),
                ("body", models.TextField()),
                ("saved_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.paper"
                    ),
                ),
            ],
            options={
                "db_table": "comment_revision",
            },
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "group_id", "person_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", models.TextField(default="member")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "group",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="store.group",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="groups", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "group_member",
            },
        ),
        migrations.CreateModel(
            name="Impression",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "paper_id",
                        "day",
                        "listing",
                        "position",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField()),
                ("listing", models.TextField()),
                ("position", models.IntegerField()),
                ("shown", models.BigIntegerField(default=0)),
                ("opened", models.BigIntegerField(default=0)),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="impressions",
                        to="store.paper",
                    ),
                ),
            ],
            options={
                "db_table": "impression",
            },
        ),
        migrations.CreateModel(
            name="LibraryEntry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "paper_id", "person_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("state", models.TextField(default="to-read")),
                ("note", models.TextField(blank=True)),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="in_libraries",
                        to="store.paper",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="library",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "library_entry",
            },
        ),
        migrations.CreateModel(
            name="LimitCount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "window_start", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.TextField()),
                ("window_start", models.DateTimeField()),
                ("count", models.IntegerField()),
            ],
            options={
                "db_table": "limit_count",
                "indexes": [models.Index(fields=["window_start"], name="limit_count_old")],
            },
        ),
        migrations.CreateModel(
            name="MailMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stream", models.TextField()),
                ("recipient", models.TextField()),
                ("subject", models.TextField()),
                ("text", models.TextField()),
                ("html", models.TextField(blank=True)),
                ("headers", models.JSONField(default=dict)),
                ("message_id", models.TextField(unique=True)),
                ("state", models.TextField(default="waiting")),
                ("attempts", models.IntegerField(default=0)),
                ("not_before", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("lease_until", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "mail_message",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "sending"])),
                        fields=["not_before"],
                        name="mail_message_due",
                    ),
                    models.Index(fields=["-created_at"], name="mail_message_newest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrganisationProfile",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="profile",
                        serialize=False,
                        to="store.organisation",
                    ),
                ),
                ("about", models.TextField(blank=True)),
                ("url", models.TextField(blank=True)),
                (
                    "domains",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "organisation_profile",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation_id", "person_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("role", models.TextField(default="member")),
                ("state", models.TextField(default="asked")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="store.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "membership",
            },
        ),
        migrations.CreateModel(
            name="ModerationEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("action", models.TextField()),
                ("subject", models.TextField()),
                ("paper_id", models.BigIntegerField(null=True)),
                ("reason", models.TextField()),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="undone_by",
                        to="store.moderationevent",
                    ),
                ),
            ],
            options={
                "db_table": "moderation_event",
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("comment_id", models.BigIntegerField(null=True)),
                ("text", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="store.paper",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "notification",
            },
        ),
        migrations.CreateModel(
            name="PaperFile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "paper_id", "digest", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digest", models.TextField()),
                ("kind", models.TextField()),
                ("media_type", models.TextField()),
                ("name", models.TextField(blank=True)),
                ("alt", models.TextField(blank=True)),
                ("bytes", models.BigIntegerField()),
                ("width", models.IntegerField(null=True)),
                ("height", models.IntegerField(null=True)),
                ("added_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="store.paper",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "paper_file",
            },
        ),
        migrations.CreateModel(
            name="PaperSubscription",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "paper_id", "person_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("muted", models.BooleanField(default=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to="store.paper",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "paper_subscription",
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "paper",
                    models.OneToOneField(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="store.paper",
                    ),
                ),
                ("votes", models.IntegerField(default=0)),
                ("weight", models.FloatField(default=0)),
                ("comments", models.IntegerField(default=0)),
                ("commenters", models.IntegerField(default=0)),
                ("listed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("hot", models.FloatField(default=0)),
                ("counted", models.IntegerField(db_default=0)),
                ("said", models.IntegerField(db_default=0)),
                ("momentum", models.FloatField(null=True)),
                ("imported_seen", models.IntegerField(null=True)),
                ("imported_momentum", models.FloatField(null=True)),
                ("stars", models.IntegerField(null=True)),
                ("stars_first", models.IntegerField(null=True)),
                ("rule", models.TextField(db_default="")),
            ],
            options={
                "db_table": "standing",
                "indexes": [
                    models.Index(fields=["-hot", "-paper"], name="standing_hot"),
                    models.Index(fields=["-counted", "-paper"], name="standing_counted"),
                    models.Index(condition=models.Q(("said__gt", 0)), fields=["-said", "-paper"], name="standing_said"),
                    models.Index(
                        condition=models.Q(("momentum__isnull", False)),
                        fields=["-momentum", "-paper"],
                        name="standing_momentum",
                    ),
                    models.Index(fields=["-listed_at", "-paper"], name="standing_listed"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.TextField(blank=True)),
                ("identifier", models.TextField(blank=True)),
                ("draft", models.TextField(blank=True)),
                ("reason", models.TextField()),
                ("own", models.BooleanField(default=False)),
                ("files", models.JSONField(default=list)),
                ("attempts", models.IntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                ("state", models.TextField(default="waiting")),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="store.organisation",
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.TextField(blank=True)),
                ("edition_day", models.DateField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="submissions",
                        to="store.paper",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="submissions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "submission",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "accepted"])),
                        fields=("paper",),
                        name="submission_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("session_key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("address", models.TextField(blank=True)),
                ("agent", models.TextField(blank=True)),
                ("begun_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "session",
            },
        ),
        migrations.CreateModel(
            name="Vote",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "paper_id", "person_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("weight", models.FloatField()),
                ("cast_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("origin", models.TextField(blank=True)),
                ("held", models.BooleanField(default=False)),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="votes",
                        to="store.paper",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="votes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "vote",
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "paper_id",
                        "position",
                        "person_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("position", models.IntegerField()),
                ("name", models.TextField(blank=True)),
                ("state", models.TextField(default="pending")),
                ("evidence", models.TextField(default="none")),
                ("evidence_text", models.TextField(blank=True)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claims",
                        to="store.paper",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="claims", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "claim",
                "indexes": [models.Index(fields=["state", "made_at"], name="claim_queue")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "confirmed")),
                        fields=("paper", "position"),
                        name="claim_confirmed_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CollectionEntry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "collection_id", "paper_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.IntegerField()),
                ("note", models.TextField(blank=True)),
                ("added_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "collection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entries",
                        to="store.collection",
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="collected", to="store.paper"
                    ),
                ),
            ],
            options={
                "db_table": "collection_entry",
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("collection", "position"),
                        name="collection_entry_position",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "paper_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.BigIntegerField(db_default=models.Func(models.Value("comment_id"), function="nextval"))),
                ("parent_id", models.BigIntegerField(null=True)),
                ("body", models.TextField()),
                ("html", models.TextField(blank=True)),
                ("html_by", models.TextField(blank=True)),
                ("form", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("edited_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("hidden_at", models.DateTimeField(null=True)),
                ("hidden_reason", models.TextField(blank=True)),
                ("locked", models.BooleanField(default=False)),
                ("up", models.IntegerField(default=0)),
                ("down", models.IntegerField(default=0)),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="store.paper",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="comments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "comment",
                "indexes": [
                    models.Index(fields=["id"], name="comment_by_id"),
                    models.Index(fields=["person", "-created_at"], name="comment_person"),
                    models.Index(fields=["-created_at"], name="comment_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("form", ""), _negated=True),
                        fields=("paper", "person", "form"),
                        name="comment_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EditionPlace",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "paper_id", "closing_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("position", models.IntegerField()),
                ("score", models.FloatField()),
                ("parts", models.JSONField(default=dict)),
                (
                    "closing",
                    models.ForeignKey(
                        db_column="day",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="store.editionclosing",
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="places",
                        to="store.paper",
                    ),
                ),
            ],
            options={
                "db_table": "edition_place",
                "indexes": [models.Index(fields=["closing", "position"], name="edition_place_order")],
            },
        ),
        migrations.CreateModel(
            name="FilterRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("pattern", models.TextField()),
                ("action", models.TextField(default="flag")),
                ("note", models.TextField(blank=True)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("active", models.BooleanField(default=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "filter_rule",
                "constraints": [models.UniqueConstraint(fields=("kind", "pattern"), name="filter_rule_once")],
            },
        ),
        migrations.CreateModel(
            name="Flag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("comment_id", models.BigIntegerField(null=True)),
                ("reason", models.TextField()),
                ("note", models.TextField(blank=True)),
                ("state", models.TextField(default="open")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="flags", to="store.paper"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="flags",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "flag",
                "indexes": [models.Index(fields=["state", "created_at"], name="flag_queue")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("paper", "comment_id", "person"),
                        name="flag_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="collection",
            index=models.Index(fields=["visibility", "-changed_at"], name="collection_newest"),
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.UniqueConstraint(fields=("owner", "slug"), name="collection_slug"),
        ),
        migrations.AddIndex(
            model_name="libraryentry",
            index=models.Index(fields=["person", "-changed_at"], name="library_entry_person"),
        ),
        migrations.AddIndex(
            model_name="moderationevent",
            index=models.Index(fields=["subject", "-id"], name="moderation_event_subject"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["person", "-id"], name="notification_newest"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(condition=models.Q(("read_at", None)), fields=["person"], name="notification_unread"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("comment_id__isnull", False)), fields=["comment_id"], name="notification_comment"
            ),
        ),
        migrations.AddIndex(
            model_name="paperfile",
            index=models.Index(fields=["digest"], name="paper_file_digest"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["person", "-created_at"], name="submission_person"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["state", "created_at"], name="submission_queue"),
        ),
        migrations.AddIndex(
            model_name="vote",
            index=models.Index(fields=["person", "-cast_at"], name="vote_person"),
        ),
        migrations.AddIndex(
            model_name="vote",
            index=models.Index(fields=["-cast_at"], name="vote_newest"),
        ),
        migrations.AddIndex(
            model_name="vote",
            index=models.Index(condition=models.Q(("held", True)), fields=["paper"], name="vote_held"),
        ),
        *(keep(table) for table in KEPT),
    ]
