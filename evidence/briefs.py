"""Issuing briefs and withdrawing them: numbered, kept as they were sent, gone when a consent in them is withdrawn."""

import hashlib
import logging
from dataclasses import asdict
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from evidence.analysis import NO_LISTS, Lists
from evidence.brief_data import BriefChoice, Collected, collect
from evidence.brief_document import BriefDocument, BriefLio
from evidence.brief_docx import render_brief_docx
from evidence.brief_pdf import render_brief_pdf
from evidence.models import Brief, Evidence, Quote
from evidence.models.needs import EvidenceQuerySet
from groups import trail
from groups.models import LIO, CommunityGroup, User
from toolkit_portal.core.logos import logo_address
from toolkit_portal.core.uploads import private_name

log = logging.getLogger(__name__)

FOLDER = "briefs/"
TRIES = 3
# File format -> the words of a download.
FORMATS = {"pdf": "PDF", "docx": "Word file"}


class NothingToSay(ValueError):
    """No reviewed record fits what was chosen, so there is nothing to issue."""


class ChangedSince(ValueError):
    """What the brief rests on is being changed just now."""


class DamagedFile(Exception):
    """A stored file is missing or isn't the one that was issued: its SHA-256 differs."""


class ForeignForm(ValueError):
    """The client id belongs to another LIO's brief."""


def lio_of_brief(lio: LIO, contact: str = "") -> BriefLio:
    """The LIO as a brief shows it."""
    return BriefLio(
        name=lio.name,
        contact=contact,
        phone=lio.phone,
        email=lio.email,
        web=lio.website,
        logo=logo_address(lio.logo),
    )


def scope_of(lio: LIO) -> EvidenceQuerySet:
    """What a brief of an LIO rests on: its own reviewed records."""
    return Evidence.objects.filter(lio=lio).reviewed()


def groups_of(lio: LIO):
    """Groups that a brief of an LIO may name, as far as they have agreed."""
    return CommunityGroup.objects.filter(lio=lio)


def draft(lio: LIO, choice: BriefChoice, *, by: User, lists: Lists = NO_LISTS) -> BriefDocument:
    """The brief as it would be issued now, without a number. lists: as for evidence.brief_data.collect."""
    return collect(
        scope_of(lio),
        choice,
        lio=lio_of_brief(lio, str(by)),
        groups=groups_of(lio),
        issued_on=timezone.localdate(),
        lists=lists,
    ).document


def issue_brief(*, lio: LIO, choice: BriefChoice, by: User, client_id: UUID) -> Brief:
    """Freezes the brief under the LIO's next number, as PDF and Word file.

    A client_id used before returns the brief that it made. Raises NothingToSay without a record, ForeignForm,
    ChangedSince, and PdfTooLarge of toolkit_portal.core.pdf; then nothing is stored.
    """
    for _ in range(TRIES):
        if (made := _made_before(client_id, lio)) is not None:
            return made
        number = _next_number(lio)
        collected = collect(
            scope_of(lio),
            choice,
            lio=lio_of_brief(lio, str(by)),
            groups=groups_of(lio),
            number=number,
            issued_on=timezone.localdate(),
            issued_by=str(by),
        )
        if not collected.records:
            raise NothingToSay("No reviewed record fits. Choose a longer period or fewer filters.")
        # Rendering takes seconds, so it happens before the lock: others can go on writing meanwhile.
        files = {"pdf": render_brief_pdf(collected.document), "docx": render_brief_docx(collected.document)}
        brief = _store(lio, choice, by, client_id, collected, files)
        if brief is not None:
            return brief
    raise ChangedSince("A quote or another brief has changed just now. Look at it again.")


def _next_number(lio: LIO) -> int:
    return (Brief.objects.filter(lio=lio).aggregate(newest=Max("number"))["newest"] or 0) + 1


def _store(
    lio: LIO, choice: BriefChoice, by: User, client_id: UUID, collected: Collected, files: dict[str, bytes]
) -> Brief | None:
    """The brief with its files, or None where its number or a consent has gone while it was rendered."""
    document = collected.document
    names: list[str] = []
    try:
        with transaction.atomic():
            # One at a time for each LIO, so that numbers follow each other.
            LIO.objects.select_for_update().get(pk=lio.pk)
            if _made_before(client_id, lio) is not None or document.number != _next_number(lio):
                return None
            # Locked: a consent that is withdrawn meanwhile waits, and then finds this brief.
            quotes = list(
                Quote.objects.select_for_update(of=("self",)).filter(
                    pk__in=[quote.pk for quote in collected.quotes]
                )
            )
            said = {(quote.pk, quote.text, quote.speaker) for quote in quotes if quote.for_briefs}
            if said != {(quote.pk, quote.text, quote.speaker) for quote in collected.quotes}:
                return None
            stored: dict[str, str] = {}
            for ending, content in files.items():
                name = f"{FOLDER}{private_name('', ending)}"
                names.append(name)
                default_storage.save(name, ContentFile(content))
                stored |= {ending: name, f"{ending}_sha256": hashlib.sha256(content).hexdigest()}
            brief = Brief.objects.create(
                client_id=client_id,
                lio=lio,
                number=document.number,
                title=document.title[:250],
                commissioner=choice.commissioner,
                choice=choice.as_data(),
                snapshot=_as_data(document),
                issued_by=by,
                **stored,
            )
            brief.quotes.set(quotes)
            trail.record("brief issued", brief, by=by, number=brief.number, sha256=brief.pdf_sha256)
            return brief
    except BaseException:
        # Without its record a file would be nobody's.
        for name in names:
            default_storage.delete(name)
        raise


def _as_data(document: BriefDocument) -> dict:
    """The document as JSON holds it, without the logo, which is a file of its own."""
    data = asdict(document)
    data["lio"].pop("logo")
    data["issued_on"] = document.issued_on.isoformat() if document.issued_on else None
    for point in data["law"]:
        point["checked_on"] = point["checked_on"].isoformat()
    return data


def withdraw_brief(*, brief: Brief, by: User, why: str) -> Brief:
    """Takes a brief back: its files and its data go, the number stays. Twice changes nothing.

    Raises ValueError without a reason.
    """
    if not why.strip():
        raise ValueError("Say why, so that colleagues know.")
    with transaction.atomic():
        current = Brief.objects.select_for_update(of=("self",)).get(pk=brief.pk)
        if current.withdrawn_at is not None:
            return current
        names = [current.pdf.name, current.docx.name]
        current.withdrawn_at, current.withdrawn_by, current.withdrawn_why = (
            timezone.now(),
            by,
            why.strip()[:250],
        )
        current.pdf, current.docx, current.snapshot = "", "", {}
        current.pdf_sha256 = current.docx_sha256 = ""
        current.save()
        current.quotes.clear()
        trail.record("brief withdrawn", current, by=by, number=current.number)

        def remove() -> None:
            for name in filter(None, names):
                default_storage.delete(name)

        # Only once it is certain: a file that is gone doesn't come back with the transaction.
        transaction.on_commit(remove)
        return current


def withdraw_briefs_with(quote: Quote, by: User) -> None:
    """Withdraws every brief that holds a quote whose use isn't allowed any more."""
    if quote.for_briefs:
        return
    for brief in quote.briefs.filter(withdrawn_at__isnull=True):
        withdraw_brief(brief=brief, by=by, why="Consent to a quote in it was withdrawn.")


def stored_file(brief: Brief, ending: str) -> bytes:
    """The bytes that were issued, "pdf" or "docx". Raises DamagedFile, and logs it, where they aren't those."""
    file = brief.pdf if ending == "pdf" else brief.docx
    wanted = brief.pdf_sha256 if ending == "pdf" else brief.docx_sha256
    try:
        with file.storage.open(str(file.name)) as stored:
            content: bytes = stored.read()
    except OSError as fault:
        log.error("The %s of brief %s can't be read: %s", ending, brief.pk, type(fault).__name__)
        raise DamagedFile from fault
    if hashlib.sha256(content).hexdigest() != wanted:
        log.error("The %s of brief %s is not the one that was issued", ending, brief.pk)
        raise DamagedFile
    return content


def _made_before(client_id: UUID, lio: LIO) -> Brief | None:
    brief = Brief.objects.filter(client_id=client_id).first()
    if brief is not None and brief.lio_id != lio.pk:
        raise ForeignForm("This form belongs to another brief.")
    return brief
