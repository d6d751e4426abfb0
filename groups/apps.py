"""Who the groups are and when we met: people, local infrastructure organisations, groups, visits."""

from django.apps import AppConfig
from django.conf import settings
from django.core.management import call_command
from django.db.models.signals import post_migrate


class GroupsConfig(AppConfig):
    name = "groups"

    def ready(self) -> None:
        from groups import credentials, nightly, track_records, trail
        from groups.jobs import register_daily
        from groups.leaving import held
        from groups.reference import load_reference_data

        trail.register()
        held.register()
        credentials.follow()
        track_records.follow()
        register_daily("paper-reminders", nightly.remind_of_papers)
        register_daily("retention", nightly.let_go)
        register_daily("statistics", nightly.refresh_statistics)
        post_migrate.connect(load_reference_data, sender=self)
        post_migrate.connect(_make_cache_table, sender=self)


def _make_cache_table(sender=None, using: str = "default", **kwargs) -> None:
    """Workers share their sign-in limits through a table, see CACHES in the settings."""
    if settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
        call_command("createcachetable", database=using, verbosity=0)
