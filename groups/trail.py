"""The trail: who did what to which record, when. Read-only in the portal.

Changes of fields are written by django-auditlog; acts such as an export or an issue by record(). Free text and
special-category fields never enter the log: it says that they changed, not what they say.
"""

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.db.models import Model

from groups.models import (
    LIO,
    CommunityGroup,
    Contact,
    Credential,
    CredentialFile,
    CredentialKind,
    District,
    Invitation,
    Membership,
    Organisation,
    OrganisationContact,
    Service,
    TrackRecord,
    TrackRecordFile,
    User,
    Visit,
)

HIDDEN = "(not shown in the log)"


def hide(value: str) -> str:
    """What the log holds in place of a private value."""
    return HIDDEN if value not in (None, "", "None", "[]") else ""


def record(act: str, target: Model, *, by: User | None, **facts: object) -> None:
    """Writes an act that is not a change of fields: an export, an issue, a sign-in as lead.

    facts are short plain values (numbers, codes, formats), never free text or special-category data.
    """
    LogEntry.objects.log_create(
        target,
        force_log=True,
        action=LogEntry.Action.ACCESS,
        changes="",
        actor=by,
        actor_email=by.email if by else None,
        additional_data={"act": act, **facts},
    )


def register() -> None:
    """Tells django-auditlog which records to follow and which fields to hide."""
    auditlog.register(
        CommunityGroup,
        exclude_fields=["search_text", "name_key", "version", "updated_at", "client_id"],
        mask_fields=[
            "own_words",
            "languages",
            "notes",
            "meeting_place",
            "meeting_times",
            "directory_consent_by",
        ],
        mask_callable="groups.trail.hide",
        m2m_fields={"districts", "services"},
    )
    auditlog.register(
        Contact,
        exclude_fields=["client_id"],
        mask_fields=["name", "email", "phone", "note"],
        mask_callable="groups.trail.hide",
    )
    auditlog.register(
        Visit,
        exclude_fields=["version", "updated_at", "client_id"],
        mask_fields=["who_met", "summary", "private_notes", "next_note", "also_present", "place"],
        mask_callable="groups.trail.hide",
    )
    auditlog.register(CredentialKind)
    auditlog.register(
        Credential,
        exclude_fields=["client_id", "version", "updated_at"],
        mask_fields=["why_not_needed", "checked_by", "note"],
        mask_callable="groups.trail.hide",
    )
    auditlog.register(
        CredentialFile,
        exclude_fields=["client_id"],
        mask_fields=["filename", "file", "why_refused"],
        mask_callable="groups.trail.hide",
    )
    auditlog.register(
        TrackRecord,
        exclude_fields=["client_id", "version", "updated_at"],
        mask_fields=["title", "for_whom", "outcomes", "referee", "referee_contact"],
        mask_callable="groups.trail.hide",
        m2m_fields={"services"},
    )
    auditlog.register(
        TrackRecordFile,
        exclude_fields=["client_id"],
        mask_fields=["filename", "file", "description"],
        mask_callable="groups.trail.hide",
    )
    auditlog.register(
        Organisation, exclude_fields=["client_id", "version", "updated_at", "name_key", "search_text"]
    )
    auditlog.register(
        OrganisationContact,
        exclude_fields=["client_id"],
        mask_fields=["name", "email", "phone", "note"],
        mask_callable="groups.trail.hide",
    )
    auditlog.register(Service, exclude_fields=["client_id"])
    auditlog.register(LIO, m2m_fields={"districts"})
    auditlog.register(District)
    auditlog.register(Membership)
    auditlog.register(Invitation, exclude_fields=["token_hash", "client_id"])
    auditlog.register(
        User,
        exclude_fields=["password", "last_login"],
        mask_fields=["phone"],
        mask_callable="groups.trail.hide",
    )
