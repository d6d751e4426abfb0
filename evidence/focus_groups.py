"""Focus groups and consultations (toolkit section 2.15b): written with their themes and quotes, made into records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence.models import Evidence, FocusGroup, FocusTheme, Quote
from evidence.quotes import add_quote, change_quote, delete_quote
from evidence.recording import ForeignForm as ForeignRecordForm
from evidence.recording import made_before, record_evidence
from groups.models import LIO, ServiceArea, User

LISTS = ("districts", "communities", "groups")


class StaleFocusGroup(ValueError):
    """The focus group was changed since it was read. `current` is what is stored."""

    def __init__(self, current: FocusGroup) -> None:
        super().__init__("This focus group was changed by somebody else in the meantime.")
        self.current = current


class ForeignForm(ValueError):
    """The client id belongs to another LIO's focus group."""


class InRecord(ValueError):
    """Something of the focus group is part of a record of evidence; the message says what to do."""


@dataclass(frozen=True)
class ThemeRow:
    """A theme as typed. pk: of the stored one, None for a new one; is_gone: to be taken out."""

    text: str
    raised_by: int
    service_area: ServiceArea | None = None
    needed_instead: str = ""
    pk: int | None = None
    is_gone: bool = False


@dataclass(frozen=True)
class QuoteRow:
    """A quote as typed, see ThemeRow."""

    text: str
    speaker: str = ""
    pk: int | None = None
    is_gone: bool = False


def create_focus_group(
    *,
    lio: LIO,
    by: User,
    client_id: UUID | None = None,
    lists: Mapping[str, Iterable] | None = None,
    themes: Sequence[ThemeRow] = (),
    quotes: Sequence[QuoteRow] = (),
    **fields: Any,
) -> FocusGroup:
    """A new focus group with its themes and quotes, or nothing at all.

    A client_id used before returns what it made. Raises ForeignForm where that is another LIO's, ValueError for a day
    ahead, a theme raised by more than came, or groups of another LIO.
    """
    wanted = client_id or uuid4()
    if (made := _made(wanted, lio)) is not None:
        return made
    chosen = _checked(lio.pk, fields, lists, [row for row in themes if not row.is_gone])
    try:
        with transaction.atomic():
            focus_group = FocusGroup.objects.create(lio=lio, client_id=wanted, created_by=by, **fields)
            for name, values in chosen.items():
                getattr(focus_group, name).set(values)
            _write_rows(focus_group, by, themes, quotes)
            return focus_group
    except IntegrityError:
        # The same form twice at once: the other one was first.
        if (made := _made(wanted, lio)) is not None:
            return made
        raise


def _made(client_id: UUID, lio: LIO) -> FocusGroup | None:
    made = FocusGroup.objects.filter(client_id=client_id).first()
    if made is not None and made.lio_id != lio.pk:
        raise ForeignForm("This form belongs to another focus group.")
    return made


def _checked(
    lio: int,
    fields: Mapping[str, Any],
    lists: Mapping[str, Iterable] | None,
    themes: Iterable[ThemeRow | FocusTheme],
) -> dict[str, list]:
    """The lists, if everything holds together. Raises ValueError with what doesn't."""
    if fields["held_on"] > timezone.localdate():
        raise ValueError("That day is still to come.")
    if fields["people_came"] < 1:
        raise ValueError("At least one person came.")
    for theme in themes:
        if not 1 <= theme.raised_by <= fields["people_came"]:
            raise ValueError(
                f"A theme was raised by {theme.raised_by}, but {fields['people_came']} came. Check both numbers."
            )
    chosen = {name: list(values) for name, values in (lists or {}).items()}
    if any(group.lio_id != lio for group in chosen.get("groups", [])):
        raise ValueError("A focus group names groups of its own LIO only.")
    return chosen


def change_focus_group(
    *,
    focus_group: FocusGroup,
    by: User,
    version: int,
    lists: Mapping[str, Iterable] | None = None,
    themes: Sequence[ThemeRow] = (),
    quotes: Sequence[QuoteRow] = (),
    **fields: Any,
) -> FocusGroup:
    """The focus group with other facts, themes and quotes. version is what the writer read.

    Rows that aren't named stay. Themes and quotes that went into a record stay as they are: they are changed there. A
    row whose stored one is gone is written anew. Saving what is stored already changes nothing. Raises
    StaleFocusGroup where it is newer and differs, ValueError as create_focus_group does.
    """
    with transaction.atomic():
        current = FocusGroup.objects.select_for_update(of=("self",)).get(pk=focus_group.pk)
        fixed = list(current.themes.filter(record__isnull=False))
        kept = {theme.pk for theme in fixed}
        themes = [row for row in themes if row.pk not in kept]
        whole = {name: getattr(current, name) for name in ("held_on", "people_came")} | fields
        chosen = _checked(current.lio_id, whole, lists, [*(row for row in themes if not row.is_gone), *fixed])
        if not differences(current, fields, chosen, themes, quotes):
            return current
        if current.version != version:
            raise StaleFocusGroup(current)
        for name, value in fields.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        for name, values in chosen.items():
            getattr(current, name).set(values)
        _write_rows(current, by, themes, quotes)
        return current


def _write_rows(
    focus_group: FocusGroup, by: User, themes: Sequence[ThemeRow], quotes: Sequence[QuoteRow]
) -> None:
    """Writes the rows. Within a transaction that holds the focus group."""
    stored = {theme.pk: theme for theme in focus_group.themes.filter(record__isnull=True)}
    position = focus_group.themes.count()
    for row in themes:
        theme = stored.get(row.pk) if row.pk else None
        if row.is_gone:
            if theme is not None:
                theme.delete()
            continue
        if theme is None:
            theme = FocusTheme(focus_group=focus_group, position=position)
            position += 1
        theme.text, theme.raised_by = row.text, row.raised_by
        theme.service_area, theme.needed_instead = row.service_area, row.needed_instead
        theme.save()
    said = {quote.pk: quote for quote in focus_group.quotes.all()}
    for line in quotes:
        quote = said.get(line.pk) if line.pk else None
        if quote is not None and quote.record_id is not None:
            continue
        if quote is None and not line.is_gone:
            add_quote(by=by, text=line.text, speaker=line.speaker, focus_group=focus_group)
        elif quote is not None and line.is_gone:
            delete_quote(quote=quote, by=by)
        elif quote is not None:
            change_quote(quote=quote, by=by, version=quote.version, text=line.text, speaker=line.speaker)


def differences(
    current: FocusGroup,
    fields: Mapping[str, Any],
    lists: Mapping[str, Iterable],
    themes: Iterable[ThemeRow],
    quotes: Iterable[QuoteRow],
) -> list[tuple[str, Any, Any]]:
    """Name, what was typed and what is stored, wherever the two differ. Rows come as "theme" and "quote" with texts."""
    found: list[tuple[str, Any, Any]] = [
        (name, value, now) for name, value in fields.items() if value != (now := getattr(current, name))
    ]
    for name, values in lists.items():
        held = list(getattr(current, name).all())
        if set(held) != set(values):
            found.append((name, values, held))
    stored = {theme.pk: theme for theme in current.themes.select_related("service_area")}
    for row in themes:
        theme = stored.get(row.pk) if row.pk else None
        typed = "" if row.is_gone else _theme_words(row)
        if typed != (held_words := _theme_words(theme) if theme else ""):
            found.append(("theme", typed, held_words))
    said = {quote.pk: quote for quote in current.quotes.all()}
    for line in quotes:
        quote = said.get(line.pk) if line.pk else None
        words = "" if line.is_gone else _quote_words(line)
        if words != (held_quote := _quote_words(quote) if quote else ""):
            found.append(("quote", words, held_quote))
    return found


def _theme_words(theme: ThemeRow | FocusTheme) -> str:
    parts = [theme.text, f"raised by {theme.raised_by}", str(theme.service_area or ""), theme.needed_instead]
    return "\n".join(part for part in parts if part)


def _quote_words(quote: QuoteRow | Quote) -> str:
    return "\n".join(part.strip() for part in (quote.text, quote.speaker) if part.strip())


def delete_focus_group(*, focus_group: FocusGroup, by: User) -> None:
    """Deletes a focus group with its themes and quotes. Raises InRecord where one of them went into a record."""
    with transaction.atomic():
        current = FocusGroup.objects.select_for_update(of=("self",)).filter(pk=focus_group.pk).first()
        if current is None:
            return
        if is_used(current):
            raise InRecord("A theme of this focus group is a record of evidence, so the focus group stays.")
        for quote in current.quotes.all():
            delete_quote(quote=quote, by=by)
        current.delete()


def is_used(focus_group: FocusGroup) -> bool:
    """Whether a theme or quote of it went into a record."""
    return (
        focus_group.themes.filter(record__isnull=False).exists()
        or focus_group.quotes.filter(record__isnull=False).exists()
    )


def record_theme(
    *,
    theme: FocusTheme,
    by: User,
    quotes: Iterable[Quote] = (),
    client_id: UUID | None = None,
    lists: Mapping[str, Iterable] | None = None,
    **fields: Any,
) -> Evidence:
    """A record made of a theme, with the quotes of the focus group that belong to it.

    Day and groups are the focus group's; fields and lists as record_evidence takes them besides. Quotes of another
    focus group, or in another record already, are passed over. The same form sent again returns what it made. Raises
    InRecord where another form was first, evidence.recording.ForeignForm for a form of another record.
    """
    with transaction.atomic():
        focus_group = (
            FocusGroup.objects.select_for_update(of=("self",))
            .select_related("lio")
            .get(pk=theme.focus_group_id)
        )
        current = FocusTheme.objects.get(pk=theme.pk)
        made = made_before(client_id, focus_group.lio) if client_id else None
        if made is not None:
            if current.record_id == made.pk:
                return made
            raise ForeignRecordForm("This form belongs to another record.")
        if current.record_id is not None:
            raise InRecord("A record was made of this theme in the meantime.")
        record = record_evidence(
            lio=focus_group.lio,
            by=by,
            client_id=client_id,
            happened_on=focus_group.held_on,
            method=Evidence.Method.FOCUS_GROUP,
            strength=Evidence.Strength.ONE if current.raised_by == 1 else Evidence.Strength.SEVERAL,
            lists={"groups": focus_group.groups.all(), **(lists or {})},
            **fields,
        )
        current.record = record
        current.save(update_fields=["record"])
        focus_group.quotes.filter(pk__in=[quote.pk for quote in quotes], record__isnull=True).update(
            record=record
        )
        # Whoever has the form open must see that a row of it is a record now.
        focus_group.version += 1
        focus_group.save(update_fields=["version"])
        return record
