"""What groups can show: unmet need, by four methods, and the briefs made of it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EvidenceConfig(AppConfig):
    name = "evidence"

    def ready(self) -> None:
        from evidence import trail
        from evidence.reference import load_barriers

        trail.register()
        post_migrate.connect(load_barriers, sender=self)
