"""The draft log, why records were joined, and papers that stand for others."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.contrib.postgres.functions import TransactionNow
from django.db import migrations, models

# Records that came in before there was a log are read once more when their source sends them again.
FORGET_PAYLOADS = "UPDATE source_record SET payload_hashes = '{}', observed_at = NULL"


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0002_harvest"),
    ]

    operations = [
        migrations.CreateModel(
            name="PaperDoubt",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "paper_id", "other_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="doubts",
                        to="store.paper",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="doubted_by", to="store.paper"
                    ),
                ),
                ("reason", models.TextField()),
                ("state", models.TextField(default="open")),
                ("found_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "paper_doubt",
            },
        ),
        migrations.CreateModel(
            name="PaperMatch",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "paper_id", "source", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "paper",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="matches",
                        to="store.paper",
                    ),
                ),
                ("source", models.TextField()),
                ("key", models.TextField()),
                ("rule", models.TextField()),
                ("evidence", models.TextField()),
                ("came_from", models.BigIntegerField(null=True)),
                ("matched_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "paper_match",
            },
        ),
        migrations.CreateModel(
            name="SourceDraft",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("source", models.TextField()),
                ("key", models.TextField()),
                ("payload_hash", models.TextField()),
                ("draft", models.TextField()),
                ("taken_at", models.DateTimeField(db_default=TransactionNow())),
            ],
            options={
                "db_table": "source_draft",
            },
        ),
        migrations.AddField(
            model_name="paper",
            name="merged_into",
            field=models.ForeignKey(
                db_column="merged_into",
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="store.paper",
            ),
        ),
        migrations.AlterField(
            model_name="paper",
            name="key",
            field=models.TextField(),
        ),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="paper_merged"
            ),
        ),
        migrations.AddIndex(
            model_name="paper",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["key"], name="paper_merged_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="paper",
            constraint=models.UniqueConstraint(
                condition=models.Q(("merged_into", None)), fields=("key",), name="paper_key"
            ),
        ),
        migrations.AddIndex(
            model_name="sourcedraft",
            index=models.Index(fields=["source", "key", "id"], name="source_draft_record"),
        ),
        migrations.AddIndex(
            model_name="paperdoubt",
            index=models.Index(fields=["state", "-found_at"], name="paper_doubt_newest"),
        ),
        migrations.AlterField(
            model_name="paperlink",
            name="said_at",
            field=models.DateTimeField(db_default=TransactionNow()),
        ),
        migrations.RunSQL(FORGET_PAYLOADS, migrations.RunSQL.noop),
    ]
