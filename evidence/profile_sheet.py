"""A group's plain facts on one page, as a tender pack needs them: who it is, whom it serves, papers in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format

from evidence.brief_document import BriefLio
from evidence.brief_words import listed
from evidence.briefs import lio_of_brief
from evidence.portfolio_fit import NAME_IN_LARGE_TYPE
from evidence.portfolio_layout import in_one_row
from groups.credentials import papers_of
from groups.models import CommunityGroup, Contact
from toolkit_portal.core.disclosure import SMALLEST_SHOWN, is_small
from toolkit_portal.core.pdf import render_document_html, render_pdf

TEMPLATE = "pdf/profile_sheet.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSheet:
    """What the sheet shows. Rows are a term and a text; a section without rows is left out."""

    group_name: str
    made_on: date
    lio: BriefLio
    sections: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    papers: tuple[tuple[str, str], ...] = ()
    """Papers in place on that day, each with until when, in words."""
    language: str = "en-GB"


def profile_sheet_of(group: CommunityGroup, day: date) -> ProfileSheet:
    """The sheet as on that day: at most seven queries.

    The contact is shown as far as the group agreed to have it listed, and its LIO in place of it. How many work for the
    group is what a commissioner asks for and stays a plain number; members, who are those it serves, don't below five.
    """
    agreed = set(group.directory_fields) if group.directory_consent_on else set()
    lio = lio_of_brief(group.lio)
    sections = (
        (
            "Who we are",
            (
                ("Name", group.name),
                ("Other names", listed(group.other_names_list)),
                ("Kind of group", group.get_kind_display()),
                ("Legal form", group.get_legal_form_display()),
                ("Charity number", group.charity_number),
                ("Company number", group.company_number),
                ("Procurement identifier (PPON)", group.ppon),
                ("Began in", str(group.founded or "")),
                ("Income last year", group.get_income_band_display()),
            ),
        ),
        (
            "Whom we serve and where",
            (
                ("Whom we serve", _joined(group.serves.all())),
                ("Our communities", " ".join(group.own_words.split()) or _joined(group.communities.all())),
                ("Languages", _joined(group.languages_list)),
                ("Districts", _joined(group.districts.all())),
                ("Towns and villages", _joined(group.places_list)),
                ("What we do", _joined(group.services.all())),
            ),
        ),
        (
            "Our people",
            (
                ("Paid staff", "" if group.paid_staff is None else f"{group.paid_staff:,}"),
                ("Volunteers", "" if group.volunteers is None else f"{group.volunteers:,}"),
                ("Members", _members(group.members)),
            ),
        ),
        ("How to reach us", _reach(group, agreed, lio)),
    )
    return ProfileSheet(
        group_name=group.name,
        made_on=day,
        lio=lio,
        sections=tuple(
            (title, shown)
            for title, rows in sections
            if (shown := tuple((term, str(text)) for term, text in rows if text))
        ),
        papers=tuple(
            (line.kind.label, _until(line.credential.expires_on) if line.credential else "")
            for line in papers_of(group, day)
            if line.holds
        ),
    )


def render_profile_sheet_pdf(sheet: ProfileSheet) -> bytes:
    """Return the sheet as a tagged PDF (PDF/UA-1, A4 portrait).

    Raises ``toolkit_portal.core.pdf.PdfTooLarge`` when it holds more than one document can carry.
    """
    return render_pdf(
        TEMPLATE,
        sheet_layout(sheet),
        title=sheet_title(sheet),
        language=sheet.language,
        author=sheet.group_name,
    )


def profile_sheet_html(sheet: ProfileSheet) -> str:
    """Return the HTML behind ``render_profile_sheet_pdf``, for measuring it."""
    return render_document_html(
        TEMPLATE,
        sheet_layout(sheet),
        title=sheet_title(sheet),
        language=sheet.language,
        author=sheet.group_name,
    )


def sheet_title(sheet: ProfileSheet) -> str:
    """Return the title for the file's properties."""
    return f"{sheet.group_name}: profile sheet"


def sheet_layout(sheet: ProfileSheet) -> dict[str, Any]:
    """Return what is shown, with every date in words."""
    day = date_format(sheet.made_on, "j F Y")
    return {
        "sheet": sheet,
        "lio": sheet.lio,
        "name": sheet.group_name,
        "long_name": len(sheet.group_name) > NAME_IN_LARGE_TYPE,
        "day_words": f"As on {day}",
        "papers_note": "" if sheet.papers else "None is noted as in place yet.",
        "lio_words": f"Made with {sheet.lio.name}, our local infrastructure organisation (LIO).",
        "running_left": f"{day} · {in_one_row(sheet.group_name)}",
    }


def _reach(group: CommunityGroup, agreed: set[str], lio: BriefLio) -> tuple[tuple[str, str], ...]:
    lead = Contact.objects.filter(group=group, is_lead=True).first() if "contact" in agreed else None
    rows = [
        (
            "Main contact",
            _joined(filter(None, (lead.name, lead.role, lead.phone, lead.email))) if lead else "",
        ),
        ("Website", group.website if "website" in agreed else ""),
    ]
    if lead is None:
        rows.append(("Through our LIO", _joined(filter(None, (lio.name, lio.phone, lio.email, lio.web)))))
    if "meeting" in agreed:
        rows += [("Meeting place", group.meeting_place), ("Meeting times", group.meeting_times)]
    return tuple(rows)


def _until(day: date | None) -> str:
    return f"until {date_format(day, 'j F Y')}" if day else ""


def _members(number: int | None) -> str:
    if number is None:
        return ""
    return f"fewer than {SMALLEST_SHOWN}" if is_small(number) else f"{number:,}"


def _joined(items: Any) -> str:
    return ", ".join(str(item) for item in items)
