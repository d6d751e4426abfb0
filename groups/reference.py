"""Reference data that every portal starts with: Derbyshire's districts, census communities and figures, listed values.

Loaded after each migrate, adding only what is missing: what administrators have changed stays as they left it.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import apps as registry

if TYPE_CHECKING:
    from groups.models.places import ListedValue

CREDENTIAL_KINDS = Path(__file__).parent / "credential_kinds.toml"
TABLES = {"groups_district", "groups_community", "groups_servicearea", "groups_audienceserved"}

# Office for National Statistics codes of the nine areas; the eight districts make up the county council's area.
DISTRICTS = [
    ("Amber Valley", "E07000032"),
    ("Bolsover", "E07000033"),
    ("Chesterfield", "E07000034"),
    ("Derbyshire Dales", "E07000035"),
    ("Erewash", "E07000036"),
    ("High Peak", "E07000037"),
    ("North East Derbyshire", "E07000038"),
    ("South Derbyshire", "E07000039"),
    ("Derby", "E06000015"),
]
# The codes of 1 January 2009 hold until the reorganisation due in 2028.
STARTS_ON = date(2009, 1, 1)

# Census 2021, England and Wales: the 19 ethnic groups under their five headings.
COMMUNITIES = [
    (
        "White",
        [
            "English, Welsh, Scottish, Northern Irish or British",
            "Irish",
            "Gypsy or Irish Traveller",
            "Roma",
            "Any other White background",
        ],
    ),
    (
        "Mixed or Multiple ethnic groups",
        [
            "White and Black Caribbean",
            "White and Black African",
            "White and Asian",
            "Any other Mixed or Multiple background",
        ],
    ),
    (
        "Asian or Asian British",
        ["Indian", "Pakistani", "Bangladeshi", "Chinese", "Any other Asian background"],
    ),
    (
        "Black, Black British, Caribbean or African",
        ["Caribbean", "African", "Any other Black, Black British or Caribbean background"],
    ),
    ("Other ethnic group", ["Arab", "Any other ethnic group"]),
]
SERVICE_AREAS = [
    "Advice and legal",
    "Adult social care",
    "Children and families",
    "Domestic abuse",
    "Education",
    "Employment and benefits",
    "Health care",
    "Housing",
    "Immigration and asylum",
    "Leisure and culture",
    "Mental health",
    "Policing and justice",
    "Transport",
    "Other",
]
AUDIENCES = [
    "Older people",
    "Disabled people and people with long-term illness",
    "Carers",
    "Women",
    "Men",
    "Children and young people",
    "Refugees and people seeking asylum",
    "Families",
    "LGBTQ+ people",
    "Whole community",
]


def load_reference_data(sender=None, using: str = "default", **kwargs) -> None:
    """Adds what is missing of districts, communities, service areas and audiences. Safe to run again."""
    from groups.models import AudienceServed, Community, District, ServiceArea

    if not registry.is_installed("groups") or not tables_exist(using, TABLES):
        return
    have = set(District.objects.using(using).values_list("gss_code", flat=True))
    District.objects.using(using).bulk_create(
        District(name=name, gss_code=code, starts_on=STARTS_ON)
        for name, code in DISTRICTS
        if code not in have
    )
    labels = {label.casefold() for label in Community.objects.using(using).values_list("label", flat=True)}
    Community.objects.using(using).bulk_create(
        Community(label=label, heading=heading, position=10 * place + nth, from_census=True)
        for place, (heading, members) in enumerate(COMMUNITIES, start=1)
        for nth, label in enumerate(members)
        if label.casefold() not in labels
    )
    add_labels(ServiceArea, SERVICE_AREAS, using)
    add_labels(AudienceServed, AUDIENCES, using)
    add_credential_kinds(using)
    add_census(using)


def add_labels(model: "type[ListedValue]", wanted: list[str], using: str) -> None:
    """Adds the labels that a list lacks, without regard to case. Safe to run again."""
    listed = model._default_manager.using(using)
    have = {label.casefold() for label in listed.values_list("label", flat=True)}
    for place, label in enumerate(wanted, start=1):
        if label.casefold() not in have:
            # "Other" stands last, also when an administrator has added labels.
            listed.create(label=label, position=900 if label == "Other" else 10 * place)


def add_credential_kinds(using: str) -> None:
    """Adds the kinds of paper that are missing, by key and by label. Safe to run again."""
    from groups.models import CredentialKind

    if not tables_exist(using, {CredentialKind._meta.db_table}):
        return
    kinds = CredentialKind.objects.using(using)
    known = {value.casefold() for pair in kinds.values_list("key", "label") for value in pair}
    for place, kind in enumerate(
        tomllib.loads(CREDENTIAL_KINDS.read_text(encoding="utf-8"))["kinds"], start=1
    ):
        if kind["key"] in known or kind["label"].casefold() in known:
            continue
        kinds.create(
            key=kind["key"],
            label=kind["label"],
            other_names="\n".join(kind.get("other_names", ())),
            position=10 * place,
            purpose=kind["purpose"],
            stage=kind["stage"],
            is_usual=kind.get("is_usual", True),
            asks_sum=kind.get("asks_sum", False),
            expires=kind.get("expires", False),
            review_months=kind.get("review"),
            model_paper=kind.get("model_paper", ""),
        )


def add_census(using: str) -> None:
    """Adds the census figures that come with the portal, where it has none. Safe to run again."""
    from groups.census_tables import add_shipped
    from groups.models import CensusFigure, CensusTable

    if tables_exist(using, {CensusTable._meta.db_table, CensusFigure._meta.db_table}):
        add_shipped(using)


def tables_exist(using: str, wanted: set[str]) -> bool:
    """Whether all these tables are there; they aren't while migrations are rolled back part of the way."""
    from django.db import connections

    return wanted <= set(connections[using].introspection.table_names())
