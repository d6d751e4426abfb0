"""Community groups from a spreadsheet: every row is read and judged first, then all of them are written or none.

A row that repeats what is known changes nothing, one that only adds to it fills in what was empty, and one that
contradicts it is an error. So the same file twice changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import transaction
from django.db.models import TextChoices
from django.utils import timezone
from rapidfuzz import fuzz, process

from groups import trail
from groups.models import LIO, AudienceServed, Community, CommunityGroup, Contact, District, ServiceArea, User
from groups.models.community_groups import lines, name_key
from groups.states import note_status
from toolkit_portal.core.judged_rows import JudgedRows, RowFate
from toolkit_portal.core.many_writes import writing_many
from toolkit_portal.core.spreadsheets import (
    ColumnMatch,
    RowError,
    Table,
    match_columns,
    match_label,
    split_values,
    unknown_value_message,
)

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("group", "group name", "organisation", "name of group"),
    "other_names": ("other name", "also known as", "aka"),
    "lio": ("local infrastructure organisation",),
    "kind": ("type", "kind of group"),
    "status": (),
    "communities": ("community", "ethnic group", "ethnicity"),
    "own_words": ("own words for communities",),
    "districts": ("district", "area"),
    "places": ("place", "town", "towns", "village"),
    "languages": ("language",),
    "serves": ("whom it serves", "who it serves"),
    "services": ("service areas", "service area", "what it does"),
    "legal_form": ("legal status", "structure"),
    "charity_number": ("charity no", "charity no."),
    "company_number": ("company no", "company no."),
    "income_band": ("income", "income last year"),
    "paid_staff": ("staff", "employees"),
    "volunteers": ("number of volunteers",),
    "founded": ("year founded", "established"),
    "contact_name": ("contact", "main contact"),
    "contact_role": (),
    "contact_email": ("email", "e-mail"),
    "contact_phone": ("phone", "telephone", "tel"),
    "website": ("web", "web site", "url"),
    "notes": ("note", "comments"),
}
REQUIRED = ("name",)
TEXT_LENGTHS = {"charity_number": 20, "company_number": 20, "own_words": 2000, "notes": 10_000}
NUMBERS = {"paid_staff": 10_000, "volunteers": 10_000}
LINES = ("other_names", "places", "languages")
CHOICES: dict[str, tuple[type[TextChoices], str]] = {
    "kind": (CommunityGroup.Kind, "kind"),
    "status": (CommunityGroup.Status, "status"),
    "legal_form": (CommunityGroup.LegalForm, "legal form"),
    "income_band": (CommunityGroup.IncomeBand, "income band"),
}
LISTS = {
    "communities": (Community, "community"),
    "districts": (District, "district"),
    "serves": (AudienceServed, "group of people served"),
    "services": (ServiceArea, "service area"),
}
LINK_NAMES = {"districts": "name"}
CONTACT = {"contact_name": "name", "contact_role": "role", "contact_email": "email", "contact_phone": "phone"}
VERY_LIKE = 92


@dataclass
class Known:
    """What is known of one group: from the database, or from an earlier row of the file."""

    values: dict[str, object]
    pk: int | None = None
    from_row: int | None = None
    changes: dict[str, object] = field(default_factory=dict)


class GroupImport(JudgedRows[tuple[LIO, Known]]):
    FATES: ClassVar[tuple[str, ...]] = ("add", "fill in", "nothing", "error")


def match(headers: Iterable[str]) -> ColumnMatch:
    """The file's headers matched to the columns of an import of groups."""
    return match_columns(tuple(headers), COLUMNS, REQUIRED)


def judge(
    table: Table,
    *,
    lios: list[LIO],
    default_lio: LIO | None = None,
    columns: dict[str, str] | None = None,
    ignore_unknown: bool = False,
) -> GroupImport:
    """Reads every row and says what would become of it; writes nothing.

    lios: those the importer may write to. columns: known column -> header, where the importer has chosen them.
    """
    found = GroupImport()
    matched = match(table.headers)
    chosen = matched.matched if columns is None else columns
    used = set(chosen.values())
    found.unmatched = tuple(header for header in table.headers if header not in used)
    if missing := [column for column in REQUIRED if column not in chosen]:
        found.errors.append(RowError(0, ", ".join(missing), "this column is missing."))
        return found
    if found.unmatched and not ignore_unknown:
        known = list(COLUMNS)
        found.errors += [
            RowError(0, header, unknown_value_message("column", header, known)) for header in found.unmatched
        ]
        return found
    reader = _Reader(lios, default_lio)
    parsed = []
    for row in table.rows:
        cells = row.under(chosen)
        lio, values, faults = reader.read(cells)
        found.errors += [RowError(row.number, chosen.get(column, column), text) for column, text in faults]
        parsed.append((row.number, lio, values, bool(faults)))
    known_groups = _known([(lio, values) for _, lio, values, faulty in parsed if lio and not faulty])
    names_by_lio = _names_by_lio(lios)
    for number, lio, values, faulty in parsed:
        name = str(values.get("name", ""))
        if faulty or lio is None:
            found.fates.append(RowFate(number, name, "error"))
            continue
        _place(found, number, lio, values, known_groups, names_by_lio)
    return found


def _place(
    found: GroupImport,
    number: int,
    lio: LIO,
    values: dict[str, object],
    known_groups: dict[tuple[int, str], list[Known]],
    names_by_lio: dict[int, dict[int, str]],
) -> None:
    """Decides one faultless row against what is known, and notes what it would write."""
    name = str(values["name"])
    key = (lio.pk, name_key(name))
    same = known_groups.setdefault(key, [])
    if len(same) > 1:
        found.errors.append(
            RowError(
                number, "name", f"{lio.name} has {len(same)} groups called {name}; change this one by hand."
            )
        )
        found.fates.append(RowFate(number, name, "error"))
        return
    if not same:
        known = Known(dict(values), from_row=number, changes=dict(values))
        same.append(known)
        found.to_write.append((lio, known))
        found.fates.append(RowFate(number, name, "add", _alike(name, names_by_lio.get(lio.pk, {}))))
        return
    known = same[0]
    fills: dict[str, object] = {}
    for column, value in values.items():
        if column == "name" or value in ("", None, (), frozenset()):
            continue
        held = known.values.get(column)
        if held in ("", None, (), frozenset()):
            fills[column] = value
        elif not _agrees(held, value):
            where = f"row {known.from_row}" if known.from_row else "what is recorded"
            found.errors.append(
                RowError(number, column, f"contradicts {where}: {_words(held)} there, {_words(value)} here.")
            )
            found.fates.append(RowFate(number, name, "error"))
            return
    if not fills:
        where = f"Repeats row {known.from_row}." if known.from_row else "Is recorded already."
        found.fates.append(RowFate(number, name, "nothing", where))
        return
    known.values.update(fills)
    if known.pk is not None and not known.changes:
        found.to_write.append((lio, known))
    known.changes.update(fills)
    found.fates.append(
        RowFate(
            number, name, "fill in", "Adds " + ", ".join(column.replace("_", " ") for column in fills) + "."
        )
    )


def _agrees(held: object, value: object) -> bool:
    """Whether a value repeats what is held; a list does when it names nothing new."""
    if isinstance(held, frozenset) and isinstance(value, frozenset):
        return value <= held
    if isinstance(held, tuple) and isinstance(value, tuple):
        return {str(item).casefold() for item in value} <= {str(item).casefold() for item in held}
    if isinstance(held, str) and isinstance(value, str):
        return " ".join(held.split()).casefold() == " ".join(value.split()).casefold()
    return held == value


def _words(value: object) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(str(item) for item in value))
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    text = str(getattr(value, "label", value))
    return text if len(text) <= 60 else text[:57] + "…"


def _alike(name: str, names: dict[int, str]) -> str:
    """A hint where a group of the same LIO has a very like name; only a hint, since the row may be right."""
    best = process.extractOne(name_key(name), names, scorer=fuzz.token_sort_ratio, score_cutoff=VERY_LIKE)
    return f"Very like a group you have: {best[0]}. Check that it isn't the same." if best else ""


def _names_by_lio(lios: list[LIO]) -> dict[int, dict[int, str]]:
    names: dict[int, dict[int, str]] = {}
    for pk, lio, key in CommunityGroup.objects.filter(lio__in=lios).values_list("pk", "lio_id", "name_key"):
        names.setdefault(lio, {})[pk] = key
    return names


def _known(wanted: list[tuple[LIO, dict[str, object]]]) -> dict[tuple[int, str], list[Known]]:
    """What the database holds of the groups that the file names."""
    keys = {(lio.pk, name_key(str(values["name"]))) for lio, values in wanted}
    found: dict[tuple[int, str], list[Known]] = {}
    if not keys:
        return found
    groups = (
        CommunityGroup.objects.filter(lio__in={lio for lio, _ in keys})
        .select_related("lio")
        .prefetch_related(*LISTS, "contacts")
    )
    names = {key for _, key in keys}
    if len(names) <= 500:
        groups = groups.filter(name_key__in=names)
    for group in groups:
        key = (group.lio_id, group.name_key)
        if key in keys:
            found.setdefault(key, []).append(Known(_values_of(group), pk=group.pk))
    return found


def _values_of(group: CommunityGroup) -> dict[str, object]:
    values: dict[str, object] = {
        "name": group.name,
        "own_words": group.own_words,
        "charity_number": group.charity_number,
        "company_number": group.company_number,
        "website": group.website,
        "notes": group.notes,
        "founded": group.founded,
        "paid_staff": group.paid_staff,
        "volunteers": group.volunteers,
    }
    for column in LINES:
        values[column] = tuple(lines(getattr(group, column)))
    for column, (choices, _) in CHOICES.items():
        held = getattr(group, column)
        values[column] = choices(held) if held else ""
    for column in LISTS:
        values[column] = frozenset(getattr(group, column).all())
    lead = next((contact for contact in group.contacts.all() if contact.is_lead), None)
    for column, name in CONTACT.items():
        values[column] = getattr(lead, name) if lead else ""
    return values


class _Reader:
    """Turns the text of a row into values, with every fault by column."""

    def __init__(self, lios: list[LIO], default_lio: LIO | None) -> None:
        self.lios = {lio.name: lio for lio in lios}
        self.default_lio = default_lio
        self.lists = {
            column: {
                getattr(item, LINK_NAMES.get(column, "label")): item for item in model._default_manager.all()
            }
            for column, (model, _) in LISTS.items()
        }

    def read(self, cells: dict[str, str]) -> tuple[LIO | None, dict[str, object], list[tuple[str, str]]]:
        """The row's LIO, its values by column, and faults as (column, message)."""
        faults: list[tuple[str, str]] = []
        values: dict[str, object] = {}
        name = " ".join(cells.get("name", "").split())
        if not name or not name_key(name):
            faults.append(("name", "is empty. Give the group's name."))
        elif len(name) > 200:
            faults.append(("name", "is longer than 200 letters. Shorten it."))
        values["name"] = name
        lio = self._lio(cells.get("lio", ""), faults)
        for column, text in cells.items():
            if column in ("name", "lio") or not text:
                continue
            try:
                values[column] = self._value(column, text)
            except ValueError as fault:
                faults.append((column, str(fault)))
        return lio, values, faults

    def _lio(self, text: str, faults: list[tuple[str, str]]) -> LIO | None:
        if not text:
            if self.default_lio is None:
                faults.append(("lio", "is empty. Say which LIO the group belongs to."))
            return self.default_lio
        label = match_label(text, self.lios)
        if label is None:
            faults.append(("lio", unknown_value_message("LIO", text, self.lios)))
            return None
        lio = self.lios[label]
        if self.default_lio is not None and lio != self.default_lio:
            faults.append(
                ("lio", f"{lio.name} is not {self.default_lio.name}, which was chosen for this file.")
            )
        return lio

    def _value(self, column: str, text: str) -> object:
        if column in LINES:
            return tuple(split_values(text))
        if column in CHOICES:
            choices, noun = CHOICES[column]
            labels = {str(choice.label): choice for choice in choices}
            label = match_label(text, labels)
            if label is None:
                raise ValueError(unknown_value_message(noun, text, labels))
            return labels[label]
        if column in LISTS:
            return self._listed(column, text)
        if column in NUMBERS:
            return _number(text, NUMBERS[column])
        if column == "founded":
            year = _number(text, timezone.localdate().year)
            if year < 1800:
                raise ValueError(f"{text!r} is not a year since 1800.")
            return year
        if column == "contact_email":
            try:
                validate_email(text)
            except ValidationError:
                raise ValueError(f"{text!r} is not an e-mail address.") from None
            return text
        if column == "website":
            return _web_address(text)
        limit = TEXT_LENGTHS.get(column, 100)
        if len(text) > limit:
            raise ValueError(f"is longer than {limit} letters. Shorten it.")
        return text

    def _listed(self, column: str, text: str) -> frozenset:
        noun = LISTS[column][1]
        known = self.lists[column]
        whole = match_label(text, known)  # a census label may itself hold commas
        if whole is not None:
            return frozenset([known[whole]])
        items, unknown = [], []
        for value in split_values(text):
            label = match_label(value, known)
            if label is None:
                unknown.append(unknown_value_message(noun, value, known))
            else:
                items.append(known[label])
        if unknown:
            raise ValueError(" ".join(unknown))
        return frozenset(items)


def _number(text: str, most: int) -> int:
    plain = text.replace(",", "").strip()
    if not plain.isdecimal() or len(plain) > 9 or int(plain) > most:
        raise ValueError(f"{text!r} is not a whole number from 0 to {most}.")
    return int(plain)


def _web_address(text: str) -> str:
    address = text if "://" in text else f"https://{text}"
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        raise ValueError(f"{text!r} is not a web address.") from None
    if len(address) > 200:
        raise ValueError("is longer than 200 letters. Shorten it.")
    return address


def write(judged: GroupImport, *, by: User | None) -> None:
    """Writes all that was judged, in one transaction. Raises ValueError where the file has faults."""
    judged.must_be_faultless()
    with transaction.atomic(), writing_many():
        for lio, known in judged.to_write:
            if known.pk is None:
                group = CommunityGroup(lio=lio)
            else:
                group = CommunityGroup.objects.select_for_update().get(pk=known.pk)
                group.version += 1
            _fill(group, known.changes)
        if judged.to_write and by is not None:
            trail.record("groups imported", by, by=by, groups=len(judged.to_write))


def _fill(group: CommunityGroup, changes: dict[str, object]) -> None:
    """Sets the columns of one row on a group and saves it with its lists and main contact."""
    for column, value in changes.items():
        if column in LINES and isinstance(value, tuple):
            setattr(group, column, "\n".join(str(item) for item in value))
        elif column not in LISTS and column not in CONTACT:
            setattr(group, column, value)
    group.save()
    note_status(group)
    for column in LISTS:
        if items := changes.get(column):
            getattr(group, column).set(items)
    person = {CONTACT[column]: value for column, value in changes.items() if column in CONTACT and value}
    if person:
        lead = group.contacts.filter(is_lead=True).first() or Contact(group=group, is_lead=True)
        for name, value in person.items():
            setattr(lead, name, value)
        lead.name = lead.name or str(person.get("email") or person.get("phone") or "Main contact")
        lead.save()
