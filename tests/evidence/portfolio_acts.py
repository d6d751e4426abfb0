"""What the tests of portfolios share: a full document, and what is read in a file."""

import base64
import io
import re
from datetime import date

import docx
import pikepdf
from PIL import Image
from pypdf import PdfReader

from evidence.brief_document import BriefLio
from evidence.portfolio_document import PortfolioDocument, PortfolioNeed, PortfolioQuote, PortfolioWork
from toolkit_portal.core.disclosure import Count


def logo() -> str:
    content = io.BytesIO()
    Image.new("RGB", (40, 16), "#6b3f69").save(content, "PNG")
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"


def work(**changes) -> PortfolioWork:
    values = {
        "title": "Lunch club for older Chinese people",
        "for_whom": "Amber County Council",
        "starts_on": date(2024, 3, 1),
        "ends_on": date(2025, 5, 31),
        "pounds": 12400,
        "people": Count(86),
        "outcomes": "Forty people met every week, and twelve had spoken with nobody else. Nine now see a doctor.",
        "proves": ("Keeping track of what is achieved", "Showing what the group adds"),
        "referee": "A commissioning manager for adult care",
    }
    return PortfolioWork(**{**values, **changes})


def portfolio(**changes) -> PortfolioDocument:
    """A usual group's: three pieces of work, evidence, two quotes, seven papers."""
    values = {
        "group_name": "Brampton Friendship Association",
        "made_on": date(2026, 3, 14),
        "lio": BriefLio(
            name="Dale Voluntary Action", phone="01632 960000", email="hello@dale.example", logo=logo()
        ),
        "other_names": ("Friendship House",),
        "kind": "bme_led",
        "districts": ("Chesterfield", "North East Derbyshire"),
        "places": ("Staveley", "Dronfield"),
        "founded": 1998,
        "legal_form": "Charitable incorporated organisation",
        "charity_number": "1234567",
        "serves": ("Older people", "Carers"),
        "communities": ("Chinese families and their neighbours",),
        "languages": ("Cantonese", "Mandarin", "English"),
        "services": ("Adult social care", "Health care"),
        "volunteers": Count(23),
        "paid_staff": Count(None, is_small=True),
        "members": Count(180),
        "works": (
            work(),
            work(title="Health talks", for_whom="", ends_on=None, pounds=None, referee=""),
            work(title="Help with letters", people=Count(None, is_small=True), proves=()),
        ),
        "has_more_works": True,
        "need": PortfolioNeed(
            records=Count(14),
            people=Count(162),
            first_on=date(2025, 3, 3),
            last_on=date(2026, 2, 3),
            methods=("Research or survey", "Focus group or consultation"),
            services=("Health care", "Housing"),
            barriers=("Language or interpreting", "Digital"),
        ),
        "quotes": (
            PortfolioQuote(text="Somebody asked me how I was, in my own language.", speaker="a widower"),
            PortfolioQuote(text="I had the letter for three weeks.", speaker="a carer"),
        ),
        "quote_ids": (7, 9),
        "papers": (
            "Governing document", "Annual accounts", "Equality policy", "Safeguarding adults policy",
            "Data protection policy", "Health and safety policy", "Public liability insurance",
        ),
        "contact": ("Mei Example", "01632 960001", "mei@friends.example"),
        "website": "https://friends.example",
    }  # fmt: skip
    return PortfolioDocument(**{**values, **changes})


def pages(content: bytes) -> int:
    return len(PdfReader(io.BytesIO(content)).pages)


def squeezed(text: str) -> str:
    """The text without white space, since lines break where they must."""
    return re.sub("[\\s\u200b\u2060]+", "", text)


def words(content: bytes) -> str:
    """What a PDF or Word file says, without white space."""
    if content.startswith(b"%PDF"):
        return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))
    document = docx.Document(io.BytesIO(content))
    parts = [paragraph.text for paragraph in document.element.body.iter() if hasattr(paragraph, "text")]
    return squeezed("".join(text or "" for text in parts))


def structure(content: bytes) -> dict[str, list[str]]:
    """Kind of structure element -> the alternative text of each."""
    kinds: dict[str, list[str]] = {}
    with pikepdf.open(io.BytesIO(content)) as document:
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/StructElem":
                kinds.setdefault(str(item.S)[1:], []).append(str(item.get("/Alt", "")))
    return kinds
