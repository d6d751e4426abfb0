"""What this app holds of groups and people."""

from datetime import datetime
from typing import BinaryIO, cast

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from auditlog.models import LogEntry
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from groups.jobs.dropping import ERASED, empty
from groups.leaving import registry
from groups.leaving.names import Names
from groups.leaving.registry import Fate, Person
from groups.models import (
    LIO,
    BreakGlass,
    CensusTable,
    CommunityGroup,
    Contact,
    Credential,
    CredentialChange,
    CredentialFile,
    CredentialKind,
    GroupState,
    ImportUpload,
    Invitation,
    Job,
    JobWorker,
    Membership,
    Organisation,
    OrganisationContact,
    PaperReminder,
    TrackRecord,
    TrackRecordFile,
    User,
    Visit,
    VisitDraft,
)
from toolkit_portal.core.spreadsheets import TableError, read_table


def register() -> None:
    """Tells the registry which records are about a group or a person, and how long each kind is kept."""
    _groups()
    _people()
    _rules()


def _groups() -> None:
    registry.of_group(PaperReminder, "Mails that a paper runs out", "credential__group", changed=["begun_at"])
    registry.of_group(
        Job,
        "Files made for somebody, kept for a week",
        lambda group: Job.objects.naming(group),
        goes=_jobs_holding,
        empty=_empty_jobs,
    )
    registry.of_group(
        CredentialFile, "Files of papers", "credential__group", changed=["uploaded_at", "judged_at"]
    )
    registry.of_group(
        CredentialChange, "How papers stood before", "credential__group", changed=["recorded_at"]
    )
    registry.of_group(Credential, "Papers", "group", changed=["updated_at"])
    registry.of_group(
        TrackRecordFile, "Files of pieces of work", "track_record__group", changed=["uploaded_at"]
    )
    registry.of_group(TrackRecord, "Pieces of work", "group", changed=["updated_at"])
    registry.of_group(GroupState, "Statuses over time", "group", changed=["since"])
    registry.of_group(VisitDraft, "Drafts of visits", "group", changed=["saved_at"])
    registry.of_group(Visit, "Visits", "group", changed=["updated_at"])
    registry.of_group(BreakGlass, "Openings of the case file by administrators", "group")
    registry.of_group(Invitation, "Invitations", "group", changed=["created_at"])
    registry.of_group(Membership, "Roles as lead", "group", changed=["started_at", "ended_at"])
    registry.of_group(Contact, "Contacts", "group")
    registry.of_group(ImportUpload, "Uploaded spreadsheets that name the group", _uploads_naming)
    registry.of_group(CommunityGroup, "The group itself", "pk", changed=["updated_at"])
    registry.name_fields.append((CommunityGroup, "directory_consent_by", "pk"))


def _jobs_holding(group: CommunityGroup) -> QuerySet[Job]:
    """Jobs about the group, and those that have or are getting a result wide enough to hold its rows."""
    wide = Job.objects.wide_over(group).filter(state__in=[Job.State.RUNNING, Job.State.DONE])
    return Job.objects.filter(Q(pk__in=Job.objects.naming(group).values("pk")) | Q(pk__in=wide.values("pk")))


def _empty_jobs(jobs: QuerySet[Job], by: User | None) -> None:
    """Those about the group go, since their title may name it; wide ones stay without a result."""
    ids = list(jobs.values_list("pk", "scope"))
    wide = [pk for pk, scope in ids if scope != Job.Scope.GROUPS]
    Job.objects.filter(pk__in=[pk for pk, scope in ids if scope == Job.Scope.GROUPS]).delete()
    empty(Job.objects.filter(pk__in=wide), ERASED)


def _uploads_naming(group: CommunityGroup) -> QuerySet[ImportUpload]:
    """Uploads whose file or file name holds one of the group's names. A file that can't be read counts as one."""
    names = Names([group.name, *group.other_names_list])
    found = [upload.pk for upload in ImportUpload.objects.all() if _names(upload, names)]
    return ImportUpload.objects.filter(pk__in=found)


def _names(upload: ImportUpload, names: Names) -> bool:
    if names.are_named(upload.filename) or names.are_named(" ".join(map(str, upload.columns.values()))):
        return True
    if upload.done_at is not None or not upload.file:
        return False  # the file went when the import was done
    try:
        with upload.file.open("rb") as file:
            table = read_table(cast(BinaryIO, file), filename=upload.filename)
    except FileNotFoundError:
        return False
    except (OSError, TableError):
        return True
    return any(names.are_named(cell) for row in table.rows for cell in row.cells.values())


def _people() -> None:
    registry.of_person(
        EmailConfirmation, "Confirmations of an address", _own(EmailConfirmation, "email_address__user")
    )
    registry.of_person(EmailAddress, "Confirmed addresses", _own(EmailAddress, "user"))
    registry.of_person(
        Authenticator, "Second steps at sign-in", _own(Authenticator, "user"), left_out=["data"]
    )
    registry.of_person(PaperReminder, "Mails that a paper runs out", _own(PaperReminder, "person"))
    registry.of_person(VisitDraft, "Drafts of visits", _own(VisitDraft, "officer"))
    registry.of_person(ImportUpload, "Uploaded spreadsheets", _own(ImportUpload, "owner"))
    registry.of_person(Job, "Files they had made, kept for a week", _own(Job, "owner"))
    registry.of_person(Contact, "Contact entries of groups", _addressed(Contact))
    registry.of_person(
        OrganisationContact, "Contact entries of organisations", _addressed(OrganisationContact)
    )
    registry.of_person(Invitation, "Invitations they got", _invited)
    registry.of_person(
        Membership, "Roles", lambda person: Membership.objects.filter(user=person.user), fate=Fate.EMPTIED
    )
    registry.of_person(
        User,
        "Account",
        lambda person: User.objects.filter(pk=person.user.pk if person.user else 0),
        fate=Fate.EMPTIED,
    )
    registry.written_by(Invitation, "Invitations they sent", "invited_by")
    registry.written_by(Visit, "Visits they logged", "officer")
    registry.written_by(CommunityGroup, "Groups they look after", "caseworker")
    registry.written_by(BreakGlass, "Case files they opened as administrator", "user", copied=True)
    registry.written_by(Credential, "Papers they noted", "changed_by")
    registry.written_by(CredentialChange, "Changes of papers they noted", "recorded_by")
    registry.written_by(CredentialFile, "Files of papers they sent", "uploaded_by", "judged_by")
    registry.written_by(TrackRecord, "Pieces of work they noted", "changed_by")
    registry.written_by(TrackRecordFile, "Files of pieces of work they sent", "uploaded_by")
    registry.written_by(CensusTable, "Census tables they loaded", "loaded_by")
    registry.written_by(LogEntry, "What they did, by the trail", "actor", copied=True)
    registry.written_by(AdminEntry, "What they did in the emergency admin", "user", copied=True)
    registry.holds_nothing(Organisation, "A body outside: its address is public and names no person.")
    registry.holds_nothing(CredentialKind, "A list of papers there are, not whose.")
    registry.holds_nothing(JobWorker, "A process of the portal, not a person.")
    registry.holds_nothing(LIO, "A body: its address and logo are its own, not a person's.")


def _own(model, path: str) -> registry.OfPerson:
    def records(person: Person) -> QuerySet:
        return (
            model._base_manager.filter(**{path: person.user}) if person.user else model._base_manager.none()
        )

    return records


def _addressed(model) -> registry.OfPerson:
    def records(person: Person) -> QuerySet:
        return model._base_manager.filter(email__iexact=person.email)

    return records


def _invited(person: Person) -> QuerySet[Invitation]:
    wanted = Q(email__iexact=person.email)
    if person.user is not None:
        wanted |= Q(accepted_by=person.user)
    return Invitation.objects.filter(wanted)


def _rules() -> None:
    # The trail first: other rules take entries with them, which would be missing from its number.
    registry.kept_for(
        "trail",
        "Entries of the trail",
        "trail",
        lambda before: LogEntry.objects.filter(timestamp__lt=before),
    )
    registry.kept_for(
        "admin_trail",
        "Entries of the emergency admin's own trail",
        "trail",
        lambda before: AdminEntry.objects.filter(action_time__lt=before),
    )
    registry.kept_for(
        "visit_drafts",
        "Drafts of visits that nobody went on with",
        "visit_drafts",
        lambda before: VisitDraft.objects.filter(saved_at__lt=before),
    )
    registry.kept_for(
        "import_uploads",
        "Uploaded spreadsheets that nobody went on with",
        "uploads",
        lambda before: ImportUpload.objects.filter(created_at__lt=before),
    )
    registry.kept_for(
        "census_drafts",
        "Census tables that nobody went on to load",
        "uploads",
        lambda before: CensusTable.objects.filter(confirmed_at=None, loaded_at__lt=before),
    )
    registry.kept_for(
        "jobs",
        "Files made for somebody, and what became of those that weren't made",
        "jobs",
        lambda before: Job.objects.filter(ended_at__lt=before),
    )
    registry.kept_for(
        "invitations",
        "Invitations that have expired",
        "invitations",
        lambda before: Invitation.objects.filter(expires_at__lt=before),
    )
    registry.kept_for(
        "sessions",
        "Sessions that have ended",
        "sessions",
        lambda before: Session.objects.filter(expire_date__lt=before),
    )
    registry.kept_for(
        "openings",
        "Openings of case files by administrators",
        "openings",
        lambda before: BreakGlass.objects.filter(expires_at__lt=before),
    )
    registry.kept_for("closed_groups", "Closed groups, whole", "closed_groups", closed_groups_untouched_since)


def closed_groups_untouched_since(before: datetime) -> QuerySet[CommunityGroup]:
    """Closed groups of which no record has changed since that moment."""
    groups = CommunityGroup.objects.filter(status=CommunityGroup.Status.CLOSED, updated_at__lt=before)
    kept = [
        group.pk
        for group in groups
        if any(
            kind.goes(group).filter(**{f"{column}__gte": before}).exists()
            for kind in registry.group_kinds
            for column in kind.changed
        )
    ]
    return groups.exclude(pk__in=kept)
