"""Issuing: a plan becomes a numbered version, its PDFs are stored once and never change.

The living plan's own PDF, marked as a draft, is kept until something in it changes.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from groups.models import LIO, Membership, User
from groups.people import portal_link
from groups.trail import record
from readiness.models import IssuedPlan, Plan
from readiness.plan_changes import changes_between
from readiness.plan_document import PlanDocument, render_plan
from readiness.plan_snapshot import (
    Snapshot,
    document_of,
    fingerprint,
    own_fingerprint,
)
from readiness.snapshot_taking import take_snapshot, take_snapshots
from toolkit_portal.core.logos import logo_address
from toolkit_portal.core.uploads import private_name

log = logging.getLogger(__name__)

ISSUED_FOLDER = "plans/"
DRAFT_FOLDER = "drafts/"
TRIES = 3
# Raise it when a change of the PDF's design should show in drafts at once.
DESIGN = 1


class ChangedSince(ValueError):
    """The plan, or its newest version, isn't what the person who issues it has looked at."""


class ForeignForm(ValueError):
    """The client id belongs to the issue of another plan."""


class DamagedFile(Exception):
    """A stored PDF is missing or isn't the one that was issued: its SHA-256 differs."""


def issue_plan(*, plan: Plan, by: User, client_id: UUID, seen: str | None = None) -> IssuedPlan:
    """Freezes the living plan as its next version, and tells the group's leads by mail.

    seen is what `to_be_issued` gave for the page that the person has checked; None skips that comparison. A
    client_id used before returns the version it made. Raises ChangedSince, ForeignForm, and PdfTooLarge (of
    toolkit_portal.core.pdf) where the plan doesn't fit one PDF; then nothing is stored.
    """
    plan = Plan.objects.select_related("group__lio", "group__caseworker").get(pk=plan.pk)
    for _ in range(TRIES):
        if (made := _made_before(client_id, plan)) is not None:
            return made
        before = newest_version(plan)
        snapshot = take_snapshot(plan)
        number = before.number + 1 if before else 1
        mark = own_fingerprint(snapshot, number)
        if seen is not None and seen != mark:
            raise ChangedSince("The plan has changed since you looked at it.")
        # Rendering takes seconds, so it happens before the lock: others can go on writing meanwhile.
        document = document_of(
            snapshot,
            version=number,
            issued_on=timezone.localdate(),
            issued_by=str(by),
            changes=changes_between(before.snapshot, snapshot) if before else (),
            lio_logo=logo_of(plan.group.lio),
        )
        pdf, large_print = render_plan(document), render_plan(document, large_print=True)
        issue = _store(plan, by, client_id, mark, number, snapshot, pdf, large_print)
        if issue is not None:
            return issue
    raise ChangedSince("The plan is being changed just now.")


def to_be_issued(plan: Plan) -> tuple[int, Snapshot, str, list[str]]:
    """The number and snapshot that issuing would freeze now, its mark for issue_plan's `seen`, and the changes."""
    before = newest_version(plan)
    snapshot = take_snapshot(plan)
    number = before.number + 1 if before else 1
    changes = changes_between(before.snapshot, snapshot) if before else []
    return number, snapshot, own_fingerprint(snapshot, number), changes


def newest_version(plan: Plan) -> IssuedPlan | None:
    """The plan's newest issued version, if there is one."""
    return IssuedPlan.objects.filter(plan_id=plan.pk).order_by("-number").first()


def stored_pdf(issue: IssuedPlan, *, large_print: bool = False) -> bytes:
    """The bytes that were issued. Raises DamagedFile, and logs it, where the stored file isn't those."""
    file = issue.large_print_pdf if large_print else issue.pdf
    wanted = issue.large_print_sha256 if large_print else issue.sha256
    try:
        with file.storage.open(str(file.name)) as stored:
            content: bytes = stored.read()
    except OSError as fault:
        log.error("The file of issued plan %s can't be read: %s", issue.pk, type(fault).__name__)
        raise DamagedFile from fault
    if hashlib.sha256(content).hexdigest() != wanted:
        log.error("The file of issued plan %s is not the one that was issued", issue.pk)
        raise DamagedFile
    return content


def draft_pdf(plan: Plan, *, large_print: bool = False) -> bytes:
    """The living plan as a PDF marked draft, rendered anew only where something in it or the day has changed.

    Raises PdfTooLarge of toolkit_portal.core.pdf.
    """
    before = newest_version(plan)
    draft = _draft(plan, take_snapshot(plan), before.snapshot if before else None, large_print)
    if (kept := kept_draft(draft)) is not None:
        return kept
    content = render_plan(draft.document, large_print=large_print)
    keep_draft(draft, content)
    return content


@dataclass(frozen=True)
class Draft:
    """A living plan's document, and the name under which its PDF is kept until something in it changes."""

    group_id: int
    size: str
    mark: str
    document: PlanDocument

    @property
    def name(self) -> str:
        """The name of the stored file."""
        return f"{DRAFT_FOLDER}{self.group_id}/{self.size}-{self.mark}.pdf"


def first_drafts(plans: Sequence[Plan], *, large_print: bool = False) -> list[Draft]:
    """Drafts of plans of which no version is issued yet, in their order and in as many queries as one takes."""
    return [
        _draft(plan, snapshot, None, large_print)
        for plan, snapshot in zip(plans, take_snapshots(plans), strict=True)
    ]


def _draft(plan: Plan, snapshot: Snapshot, before: Snapshot | None, large_print: bool) -> Draft:
    lio, today = plan.group.lio, timezone.localdate()
    changes = changes_between(before, snapshot) if before else []
    return Draft(
        group_id=plan.group_id,
        size="large" if large_print else "usual",
        mark=fingerprint(snapshot, changes, today.isoformat(), lio.logo.name or "", DESIGN),
        document=document_of(snapshot, version=None, issued_on=today, changes=changes, lio_logo=logo_of(lio)),
    )


def kept_draft(draft: Draft) -> bytes | None:
    """The stored PDF of a draft; None where the plan has changed since one was stored."""
    try:
        with default_storage.open(draft.name) as kept:
            content: bytes = kept.read()
            return content
    except OSError:
        log.debug("No draft for group %s as it stands now", draft.group_id)
        return None


def keep_draft(draft: Draft, content: bytes) -> None:
    """Stores the PDF of a draft in the place of earlier ones."""
    forget_drafts(draft.group_id, draft.size)
    default_storage.save(draft.name, ContentFile(content))


def forget_drafts(group_id: int, size: str = "") -> None:
    """Deletes the stored drafts of a group's plan: of one size ("usual" or "large"), or all."""
    folder = f"{DRAFT_FOLDER}{group_id}"
    try:
        _, names = default_storage.listdir(folder)
    except OSError:
        return
    for name in names:
        if name.startswith(size):
            default_storage.delete(f"{folder}/{name}")


def logo_of(lio: LIO) -> str:
    """The LIO's logo as a data address for PDFs; empty where there is none that can be read."""
    return logo_address(lio.logo)


def _store(
    plan: Plan,
    by: User,
    client_id: UUID,
    mark: str,
    number: int,
    snapshot: Snapshot,
    pdf: bytes,
    large_print: bytes,
) -> IssuedPlan | None:
    """The version with its files, or None where the plan has changed while it was rendered."""
    names: list[str] = []
    try:
        with transaction.atomic():
            locked = (
                Plan.objects.select_for_update(of=("self",))
                .select_related("group__lio", "group__caseworker")
                .get(pk=plan.pk)
            )
            if _made_before(client_id, locked) is not None:
                return None
            newest = newest_version(locked)
            if number != (newest.number + 1 if newest else 1) or mark != own_fingerprint(
                take_snapshot(locked), number
            ):
                return None
            for content in (pdf, large_print):
                name = f"{ISSUED_FOLDER}{private_name('', 'pdf')}"
                names.append(name)
                default_storage.save(name, ContentFile(content))
            issue = IssuedPlan.objects.create(
                client_id=client_id,
                plan=locked,
                number=number,
                issued_by=by,
                assessment_id=snapshot["standing"]["assessment"] if snapshot["standing"] else None,
                snapshot=snapshot,
                pdf=names[0],
                sha256=hashlib.sha256(pdf).hexdigest(),
                large_print_pdf=names[1],
                large_print_sha256=hashlib.sha256(large_print).hexdigest(),
            )
            record("plan issued", issue, by=by, version=number, sha256=issue.sha256)
            for lead in _leads_of(locked):
                # One by one and after the commit: an address that fails keeps no other lead from hearing of it.
                _tell_once_stored(lead, issue)
            return issue
    except BaseException:
        # Without its record a file would be nobody's.
        for name in names:
            default_storage.delete(name)
        raise


def _leads_of(plan: Plan) -> list[User]:
    return list(
        User.objects.filter(
            is_active=True,
            pk__in=Membership.objects.live()
            .filter(role=Membership.Role.LEAD, group_id=plan.group_id)
            .values("user_id"),
        )
    )


def _tell_once_stored(lead: User, issue: IssuedPlan) -> None:
    # A function of its own: Django names it where it logs a failure, which it can't do with a partial.
    def tell() -> None:
        _tell(lead, issue)

    transaction.on_commit(tell, robust=True)


def _tell(lead: User, issue: IssuedPlan) -> None:
    """The mail to a lead. It names neither the group nor its communities: others may read it."""
    link = portal_link(f"{reverse('lead_plan')}?group={issue.plan.group_id}")
    send_mail(
        "A new version of your action plan is ready",
        render_to_string("plans/issued_mail.txt", {"lead": lead, "issue": issue, "link": link}),
        None,
        [lead.email],
    )


def _made_before(client_id: UUID, plan: Plan) -> IssuedPlan | None:
    issue = IssuedPlan.objects.filter(client_id=client_id).first()
    if issue is not None and issue.plan_id != plan.pk:
        raise ForeignForm("This form belongs to another plan.")
    return issue
