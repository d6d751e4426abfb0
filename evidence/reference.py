"""The barriers that every portal starts with. Loaded after each migrate, adding only what is missing."""

from django.apps import apps as registry

from groups.reference import add_labels, tables_exist

BARRIERS = [
    "Language or interpreting",
    "Cultural or faith needs",
    "Information",
    "Discrimination or fear of it",
    "Cost",
    "Transport and rurality",
    "Digital",
    "Eligibility or immigration status",
    "Opening times",
    "Gender-specific provision",
    "Physical access",
    "Other",
]


def load_barriers(sender=None, using: str = "default", **kwargs) -> None:
    """Adds the barriers that are missing. Safe to run again."""
    from evidence.models import Barrier

    if registry.is_installed("evidence") and tables_exist(using, {Barrier._meta.db_table}):
        add_labels(Barrier, BARRIERS, using)
