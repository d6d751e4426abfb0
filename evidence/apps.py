"""What groups can show: unmet need, by four methods, and the briefs made of it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EvidenceConfig(AppConfig):
    name = "evidence"

    def ready(self) -> None:
        from evidence import attachments, consent, leaving, pack_jobs, search_index, trail
        from evidence.briefs import withdraw_briefs_with
        from evidence.directory import mentions
        from evidence.reference import load_barriers
        from groups.organisations import MENTIONS

        trail.register()
        leaving.register()
        consent.on_less_allowed += [withdraw_briefs_with, pack_jobs.drop_packs_with]
        pack_jobs.register_kind()
        post_migrate.connect(load_barriers, sender=self)
        MENTIONS.append(mentions)
        search_index.follow()
        attachments.follow()
        search_index.follow_migrations(self)
