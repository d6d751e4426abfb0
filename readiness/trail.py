"""Which readiness records the trail follows, and which of their fields stay out of it."""

from auditlog.registry import auditlog

from readiness.models import (
    Action,
    Answer,
    Assessment,
    Edition,
    IssuedPlan,
    Letter,
    SavedView,
    ScheduledReport,
    Target,
)


def register() -> None:
    """Tells django-auditlog which records to follow; free text is hidden, see groups/trail.py."""
    hide = {"mask_callable": "groups.trail.hide"}
    auditlog.register(Assessment, exclude_fields=["client_id"], mask_fields=["correction_reason"], **hide)
    auditlog.register(Answer, mask_fields=["na_reason", "note"], **hide)
    auditlog.register(Target)
    auditlog.register(
        Action,
        exclude_fields=["client_id", "updated_at", "version"],
        mask_fields=["what", "why", "first_step", "person", "support", "dropped_reason"],
        **hide,
    )
    auditlog.register(Letter, exclude_fields=["client_id"], mask_fields=["title", "body"], **hide)
    auditlog.register(IssuedPlan, exclude_fields=["client_id", "snapshot"])
    auditlog.register(Edition, exclude_fields=["settings"])
    # Its filters may name a community.
    auditlog.register(SavedView, exclude_fields=["client_id"], mask_fields=["name", "query"], **hide)
    auditlog.register(ScheduledReport, exclude_fields=["client_id"])
