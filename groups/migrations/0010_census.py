"""Census tables and their figures."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("groups", "0009_paper_reminders")]

    operations = [
        migrations.CreateModel(
            name="CensusTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "topic",
                    models.CharField(
                        choices=[("ethnic_group", "Ethnic group"), ("main_language", "Main language")],
                        max_length=20,
                        verbose_name="about",
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("year", models.PositiveSmallIntegerField(verbose_name="year of the census")),
                ("source", models.CharField(max_length=200)),
                ("licence", models.CharField(max_length=120)),
                ("sha256", models.CharField(max_length=64, unique=True, verbose_name="SHA-256 of the file")),
                (
                    "areas_in_file",
                    models.PositiveIntegerField(help_text="Areas of the file, those that aren't known here too"),
                ),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("is_current", models.BooleanField(default=False)),
                (
                    "loaded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["topic", "-year", "-loaded_at", "-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)),
                        fields=("topic",),
                        name="one_current_census_table_a_topic",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_current", False), ("confirmed_at__isnull", False), _connector="OR"
                        ),
                        name="current_census_table_is_confirmed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CensusFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gss_code", models.CharField(max_length=9, verbose_name="GSS code")),
                ("area", models.CharField(max_length=120)),
                ("category", models.CharField(help_text="As it is published", max_length=250)),
                ("people", models.PositiveIntegerField()),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="census_figures",
                        to="groups.community",
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="figures",
                        to="groups.censustable",
                    ),
                ),
            ],
            options={
                "ordering": ["table", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("table", "gss_code", "category"), name="census_figure_once_a_table"
                    ),
                ],
            },
        ),
    ]
