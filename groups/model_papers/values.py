"""What a model paper takes from a group's profile: few things, made harmless, and no names of people.

Communities by census name never enter a paper. Whom a group is for goes into its constitution alone, in its own words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from groups.models import CommunityGroup
from toolkit_portal.core.printable_text import printable

LONGEST = 400
DERBY = "E06000015"
# What is filled in: its name on the page, and the hint that stands in its place where the profile has nothing.
FIELDS: dict[str, tuple[str, str]] = {
    "name": ("Name of the group", "name of your group"),
    "other_names": ("Other names", "other names"),
    "for_whom": ("Whom it is for", "whom your group is for"),
    "what": ("What it does", "what your group does"),
    "area": ("Where it works", "the places where your group works"),
    "meeting_place": ("Meeting place", "where you meet"),
    "contact_role": ("Role of the main contact", "role of the person to ask, such as secretary"),
}
# What a sentence can depend on.
FACTS = frozenset(
    {"staff", "five_staff", "volunteers", "charity", "incorporated", "derby", "county", "children"}
)
INCORPORATED = frozenset(
    {
        CommunityGroup.LegalForm.CIO,
        CommunityGroup.LegalForm.CHARITABLE_COMPANY,
        CommunityGroup.LegalForm.CIC,
        CommunityGroup.LegalForm.COMPANY,
        CommunityGroup.LegalForm.COOPERATIVE,
    }
)
CHILDREN = frozenset({"children and young people", "families"})


@dataclass(frozen=True)
class Values:
    """What is known of a group: words by field ("" for none), the facts that hold, and its legal form in words."""

    words: Mapping[str, str]
    facts: frozenset[str] = frozenset()
    legal_form: str = ""


def values_of(group: CommunityGroup) -> Values:
    """What its profile says. Four queries."""
    districts = list(group.districts.all())
    serves = [str(audience) for audience in group.serves.all()]
    lead = group.contacts.filter(is_lead=True).first()
    own_words = plain(group.own_words.replace("\n", ", "))
    facts = {
        # What isn't known stays in: it is easier to strike out than to think of.
        "staff": group.paid_staff is None or group.paid_staff > 0,
        "five_staff": group.paid_staff is not None and group.paid_staff >= 5,
        "volunteers": group.volunteers is None or group.volunteers > 0,
        "charity": group.legal_form == CommunityGroup.LegalForm.CHARITY,
        "incorporated": group.legal_form in INCORPORATED,
        "derby": not districts or any(district.gss_code == DERBY for district in districts),
        "county": not districts or any(district.gss_code != DERBY for district in districts),
        "children": any(label.casefold() in CHILDREN for label in serves),
    }
    return Values(
        words={
            "name": plain(group.name),
            "other_names": listed(group.other_names_list),
            "for_whom": plain("; ".join(part for part in (own_words, listed(map(small, serves))) if part)),
            # Several labels have an "and" of their own.
            "what": plain(
                "; ".join(
                    small(label)
                    for area in group.services.all()
                    if (label := str(area)).casefold() != "other"
                )
            ),
            "area": listed(str(district) for district in districts),
            "meeting_place": plain(group.meeting_place.replace("\n", ", ")),
            "contact_role": plain(lead.role) if lead else "",
        },
        facts=frozenset(name for name, holds in facts.items() if holds),
        legal_form=group.get_legal_form_display() if group.legal_form else "",
    )


def plain(text: str) -> str:
    """The text in one line, without what no document may hold, cut where it is very long."""
    line = " ".join(printable(text).split()).strip(" ,")
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + "…"


def listed(labels: Iterable[str]) -> str:
    """ "a, b and c"."""
    names = [name for label in labels if (name := plain(label))]
    return plain(" and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part))


def small(label: str) -> str:
    """A label as it stands within a sentence: "older people", but "LGBTQ+ people"."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
