"""A group's profile in words, by section: what pages and comparisons show."""

from dataclasses import dataclass

from groups.forms.community_groups import SECTIONS, SectionForm
from groups.models import CommunityGroup


@dataclass(frozen=True)
class ProfileSection:
    """One section: its key in the URL, its title, and rows of term and text ("" where not recorded)."""

    key: str
    title: str
    form: type[SectionForm]
    rows: list[dict[str, str]]
    private: bool = False


def _joined(values) -> str:
    return ", ".join(str(value) for value in values)


def profile_sections(group: CommunityGroup) -> list[ProfileSection]:
    """The profile of one group. Four queries for its lists, none a row."""
    shown = [
        CommunityGroup.DIRECTORY_FIELDS[name]
        for name in group.directory_fields
        if name in CommunityGroup.DIRECTORY_FIELDS
    ]
    consent = (
        f"{group.directory_consent_by}, {group.directory_consent_on:%-d %B %Y}"
        if group.directory_consent_on
        else ""
    )
    numbers = {
        name: "" if getattr(group, name) is None else str(getattr(group, name))
        for name in ("members", "volunteers", "paid_staff", "founded")
    }
    rows: dict[str, list[tuple[str, str]]] = {
        "names": [
            ("Name", group.name),
            ("Other names", _joined(group.other_names_list)),
            ("Kind", group.get_kind_display()),
            ("Status", group.get_status_display()),
            ("Year founded", numbers["founded"]),
            ("LIO", group.lio.name),
        ],
        "people": [
            ("Communities", _joined(group.communities.all())),
            ("The group's own words", group.own_words),
            ("Languages", _joined(group.languages_list)),
            ("Whom it serves", _joined(group.serves.all())),
            ("Members", numbers["members"]),
            ("Volunteers", numbers["volunteers"]),
            ("Paid staff", numbers["paid_staff"]),
        ],
        "places": [
            ("Districts", _joined(group.districts.all())),
            ("Towns and villages", _joined(group.places_list)),
            ("Meeting place", group.meeting_place),
            ("Meeting times", group.meeting_times),
            ("Website", group.website),
        ],
        "work": [
            ("What it does", _joined(group.services.all())),
            ("Legal form", group.get_legal_form_display()),
            ("Charity number", group.charity_number),
            ("Company number", group.company_number),
            ("Procurement identifier (PPON)", group.ppon),
            ("Income last year", group.get_income_band_display()),
        ],
        "directory": [("May be shown", _joined(shown)), ("Agreed by", consent)],
        "casework": [
            ("Caseworker", str(group.caseworker) if group.caseworker else ""),
            ("Private notes", group.notes),
        ],
    }
    return [
        ProfileSection(
            key,
            form.title,
            form,
            [{"term": term, "text": text} for term, text in rows[key]],
            private=key == "casework",
        )
        for key, form in SECTIONS.items()
    ]
