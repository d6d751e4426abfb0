"""Statuses of groups over time, beginning with what is known: when each was added, and its last change since."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

STATUSES = [("active", "Active"), ("dormant", "Dormant"), ("closed", "Closed")]


def begin(apps, schema_editor):
    """A group that isn't active was so, as far as is known, until it was last changed."""
    group_model, state_model = apps.get_model("groups", "CommunityGroup"), apps.get_model("groups", "GroupState")
    rows = group_model.objects.order_by("pk").values_list("pk", "status", "created_at", "updated_at")
    states = []
    for pk, status, created, updated in rows.iterator(chunk_size=2000):
        states.append(state_model(group_id=pk, status="active", since=created))
        if status != "active":
            states.append(state_model(group_id=pk, status=status, since=max(created, updated)))
    state_model.objects.bulk_create(states, batch_size=2000)


class Migration(migrations.Migration):
    dependencies = [("groups", "0010_census")]

    operations = [
        migrations.CreateModel(
            name="GroupState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(choices=STATUSES, max_length=20)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="states",
                        to="groups.communitygroup",
                    ),
                ),
            ],
            options={
                "verbose_name": "status of a group since",
                "verbose_name_plural": "statuses of groups since",
                "ordering": ["-since", "-id"],
                "indexes": [models.Index(fields=["group", "-since"], name="groups_grou_group_i_53f3db_idx")],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop, elidable=True),
    ]
