"""What the search looks through: one row for each record that can be found, kept by evidence.search_index."""

from django.db import models


class SearchEntry(models.Model):
    """The words of a record that may be found. Who finds it, evidence.search decides by the records themselves.

    The database keeps an index over title_words and body_words (see the migration): FTS5 in SQLite, a tsvector in
    PostgreSQL.
    """

    class Kind(models.TextChoices):
        NEED = "need", "Needs"
        QUOTE = "quote", "Quotes"
        ORGANISATION = "organisation", "Organisations"
        GROUP = "group", "Groups"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    object_id = models.BigIntegerField()
    lio = models.ForeignKey("groups.LIO", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    title = models.TextField()
    body = models.TextField(blank=True)
    # Both as toolkit_portal.core.words stores them.
    title_words = models.TextField()
    body_words = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "search entries"
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once"),
        ]

    def __str__(self) -> str:
        return f"Search entry {self.pk}"
