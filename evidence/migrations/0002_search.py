"""The search's entries, and each database's own index over their words.

SQLite drops a table's triggers when a later migration makes the table anew: such a migration must run the
operations of make_index again.
"""

import django.db.models.deletion
from django.db import migrations, models

SQLITE = [
    # The words stay in the table; the index refers to them. They are folded already, marks being parts of words.
    """CREATE VIRTUAL TABLE evidence_search_index USING fts5(
        title_words, body_words, content='evidence_searchentry', content_rowid='id',
        tokenize="unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'")""",
    """CREATE TRIGGER evidence_search_added AFTER INSERT ON evidence_searchentry BEGIN
        INSERT INTO evidence_search_index(rowid, title_words, body_words)
        VALUES (new.id, new.title_words, new.body_words); END""",
    """CREATE TRIGGER evidence_search_deleted AFTER DELETE ON evidence_searchentry BEGIN
        INSERT INTO evidence_search_index(evidence_search_index, rowid, title_words, body_words)
        VALUES ('delete', old.id, old.title_words, old.body_words); END""",
    """CREATE TRIGGER evidence_search_changed AFTER UPDATE ON evidence_searchentry BEGIN
        INSERT INTO evidence_search_index(evidence_search_index, rowid, title_words, body_words)
        VALUES ('delete', old.id, old.title_words, old.body_words);
        INSERT INTO evidence_search_index(rowid, title_words, body_words)
        VALUES (new.id, new.title_words, new.body_words); END""",
]
SQLITE_BACK = [
    "DROP TRIGGER IF EXISTS evidence_search_added",
    "DROP TRIGGER IF EXISTS evidence_search_deleted",
    "DROP TRIGGER IF EXISTS evidence_search_changed",
    "DROP TABLE IF EXISTS evidence_search_index",
]
POSTGRESQL = [
    # 'simple', since the words are folded already and both databases must find the same.
    """ALTER TABLE evidence_searchentry ADD COLUMN search_vector tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple'::regconfig, title_words), 'A')
        || setweight(to_tsvector('simple'::regconfig, body_words), 'D')) STORED""",
    "CREATE INDEX evidence_search_vector ON evidence_searchentry USING gin (search_vector)",
]
POSTGRESQL_BACK = [
    "DROP INDEX IF EXISTS evidence_search_vector",
    "ALTER TABLE evidence_searchentry DROP COLUMN IF EXISTS search_vector",
]


def make_index(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    for statement in SQLITE_BACK if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ("evidence", "0001_needs_quotes_methods_briefs"),
        ("groups", "0003_organisations"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("need", "Needs"), ("quote", "Quotes"), ("organisation", "Organisations"), ("group", "Groups")], max_length=20)),
                ("object_id", models.BigIntegerField()),
                ("title", models.TextField()),
                ("body", models.TextField(blank=True)),
                ("title_words", models.TextField()),
                ("body_words", models.TextField(blank=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("lio", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="groups.lio")),
            ],
            options={
                "verbose_name_plural": "search entries",
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="searchentry",
            constraint=models.UniqueConstraint(fields=("kind", "object_id"), name="search_entry_once"),
        ),
        migrations.RunPython(make_index, drop_index),
    ]
