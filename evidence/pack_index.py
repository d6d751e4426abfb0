"""The index of a tender pack as a tagged PDF: what is in it with its dates, and what isn't, with why."""

from __future__ import annotations

from datetime import date

from evidence.packs import PackContents
from evidence.portfolio_fit import NAME_IN_LARGE_TYPE
from evidence.portfolio_layout import in_one_row
from toolkit_portal.core.logos import logo_address
from toolkit_portal.core.pdf import render_pdf

TEMPLATE = "pdf/pack_index.html"
NAME = "00 Index.pdf"


def render_index_pdf(contents: PackContents) -> bytes:
    """The index (PDF/UA-1, A4 portrait). Raises toolkit_portal.core.pdf.PdfTooLarge."""
    lio, day = contents.group.lio, _in_words(contents.day)
    return render_pdf(
        TEMPLATE,
        {
            "contents": contents,
            "lio": lio,
            "logo": logo_address(lio.logo),
            "rows": [
                {
                    "item": item,
                    "issued": _in_words(item.issued_on),
                    "expires": _in_words(item.expires_on),
                }
                for item in contents.included
            ],
            "day": day,
            "long_name": len(contents.group.name) > NAME_IN_LARGE_TYPE,
            "running_left": f"Papers of {in_one_row(contents.group.name)}, as of {day}",
            "running_right": lio.name,
        },
        title=f"Index of the papers of {contents.group.name}",
        author=lio.name,
    )


def _in_words(day: date | None) -> str:
    return f"{day:%-d %B %Y}" if day else "–"
