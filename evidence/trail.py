"""What of evidence enters the trail: that something changed and which plain field, never what anybody told."""

from auditlog.registry import auditlog

from evidence.models import (
    Attachment,
    Barrier,
    Brief,
    Engagement,
    Evidence,
    FocusGroup,
    Indicator,
    IndicatorValue,
    MysteryVisit,
    Partnership,
    PartnershipStage,
    Quote,
    QuoteConsent,
    Survey,
)

_HIDE = {"mask_callable": "groups.trail.hide"}


def register() -> None:
    """Tells django-auditlog which records to follow and which fields to hide."""
    auditlog.register(
        Evidence,
        exclude_fields=["client_id", "version", "updated_at", "last_day", "criteria"],
        mask_fields=["who_affected", "people_affected", "summary", "needed_instead", "sent_back_why"],
        m2m_fields={"districts", "barriers", "groups"},
        **_HIDE,
    )
    auditlog.register(
        Quote, exclude_fields=["client_id", "version"], mask_fields=["text", "speaker"], **_HIDE
    )
    auditlog.register(QuoteConsent, exclude_fields=["client_id"])
    auditlog.register(
        Attachment,
        exclude_fields=["client_id", "file", "thumbnail"],
        mask_fields=["filename", "description", "sha256"],
        **_HIDE,
    )
    auditlog.register(
        Survey, exclude_fields=["client_id", "version"], mask_fields=["title", "sample", "asked_by"], **_HIDE
    )
    auditlog.register(
        FocusGroup, exclude_fields=["client_id", "version"], mask_fields=["title", "place", "notes"], **_HIDE
    )
    auditlog.register(
        MysteryVisit, exclude_fields=["client_id", "version"], mask_fields=["scenario", "note"], **_HIDE
    )
    auditlog.register(
        Brief,
        exclude_fields=["client_id", "snapshot", "choice", "pdf", "docx"],
        mask_fields=["title", "withdrawn_why"],
        **_HIDE,
    )
    auditlog.register(Barrier)
    auditlog.register(
        Engagement,
        exclude_fields=["client_id", "version", "updated_at"],
        mask_fields=["subject", "who", "said", "next_step", "section_asked"],
        m2m_fields={"groups"},
        **_HIDE,
    )
    auditlog.register(
        Partnership,
        exclude_fields=["client_id", "version", "updated_at"],
        mask_fields=["opportunity", "note"],
        **_HIDE,
    )
    auditlog.register(PartnershipStage)
    auditlog.register(
        Indicator,
        exclude_fields=["client_id", "version", "updated_at"],
        mask_fields=["title", "unit"],
        **_HIDE,
    )
    auditlog.register(IndicatorValue)
