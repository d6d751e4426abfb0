"""How ready a group is and what comes next: editions, assessments, plans, the county."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReadinessConfig(AppConfig):
    name = "readiness"

    def ready(self) -> None:
        from readiness import leaving, trail
        from readiness.loading import load_bundled_editions

        trail.register()
        leaving.register()
        post_migrate.connect(load_bundled_editions, sender=self)
