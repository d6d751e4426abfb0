"""How ready a group is and what comes next: editions, assessments, plans, the county."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ReadinessConfig(AppConfig):
    name = "readiness"

    def ready(self) -> None:
        from groups.credentials import readiness_changed
        from groups.jobs import register_daily
        from readiness import bulk_jobs, checks, leaving, route_keeping, trail  # noqa: F401  checks register themselves
        from readiness.loading import load_bundled_editions
        from readiness.reports import jobs, sending

        trail.register()
        leaving.register()
        jobs.register_kind(done=sending.tell_of_job)
        bulk_jobs.register_kinds()
        register_daily("routes", route_keeping.settle_daily)
        register_daily("scheduled-reports", sending.send_daily)
        readiness_changed.connect(route_keeping.follow, dispatch_uid="routes")
        post_migrate.connect(load_bundled_editions, sender=self)
