"""What is done with the directory: entries, the people there, the services they run, and two entries made one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from rapidfuzz import fuzz, process

from groups import trail
from groups.models import Organisation, OrganisationContact, Service, User
from groups.models.community_groups import lines, name_key

# As for groups' names: measured there.
LIKELY = 85
SHOWN = 5


class StaleOrganisation(ValueError):
    """The entry was changed since it was read. `current` is what is stored."""

    def __init__(self, current: Organisation) -> None:
        super().__init__("This entry was changed by somebody else in the meantime.")
        self.current = current


class CannotMerge(ValueError):
    """These two can't be made one; the message says why."""


@dataclass(frozen=True)
class Mention:
    """How often something of the portal names an organisation, as far as a person may see it."""

    words: str
    number: int
    url: str = ""


# Apps on higher floors add what names an organisation: (organisation, reader) -> mentions.
MENTIONS: list[Callable[[Organisation, User], list[Mention]]] = []


def likely_duplicates(*, name: str, other_names: str, leave_out: int | None = None) -> list[Organisation]:
    """Listed entries whose names are very like these, most alike first, five at most."""
    wanted = [key for key in map(name_key, [name, *lines(other_names)]) if key]
    known: list[tuple[int, str]] = []
    for pk, key, others in (
        Organisation.objects.listed().exclude(pk=leave_out or 0).values_list("pk", "name_key", "other_names")
    ):
        known.append((pk, key))
        known.extend((pk, name_key(other)) for other in lines(others))
    scores: dict[int, float] = {}
    for words in wanted:
        for _, score, place in process.extract(
            words, [key for _, key in known], scorer=fuzz.token_sort_ratio, score_cutoff=LIKELY, limit=20
        ):
            pk = known[place][0]
            scores[pk] = max(score, scores.get(pk, 0))
    best = sorted(scores, key=lambda pk: (-scores[pk], pk))[:SHOWN]
    found = Organisation.objects.in_bulk(best)
    return [found[pk] for pk in best]


def made_before(client_id: UUID) -> Organisation | None:
    """The entry that a form has made already."""
    return Organisation.objects.filter(client_id=client_id).first()


def add_organisation(
    *, by: User, client_id: UUID, districts: list[Any] | None = None, **fields: Any
) -> Organisation:
    """A new entry. A client_id used before returns the one that it made. fields: the model's own."""
    if (made := made_before(client_id)) is not None:
        return made
    try:
        with transaction.atomic():
            entry = Organisation.objects.create(client_id=client_id, **fields)
            entry.districts.set(districts or [])
            return entry
    except IntegrityError:
        if (made := made_before(client_id)) is not None:
            return made
        raise


def change_organisation(
    *, organisation: Organisation, version: int, districts: list[Any], **fields: Any
) -> Organisation:
    """The entry with new fields. version is what the writer read.

    Saving what is stored already changes nothing. Raises StaleOrganisation where it is newer and differs.
    """
    with transaction.atomic():
        current = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
        same_places = set(current.districts.all()) == set(districts)
        if same_places and all(getattr(current, name) == value for name, value in fields.items()):
            return current
        if current.version != version:
            raise StaleOrganisation(current)
        for name, value in fields.items():
            setattr(current, name, value)
        current.version += 1
        current.save()
        current.districts.set(districts)
        return current


def kept_entry(organisation: Organisation) -> Organisation:
    """The entry that this one was merged into, or itself."""
    return organisation.merged_into or organisation


def merge(*, gone: Organisation, kept: Organisation, by: User) -> Organisation:
    """Makes two entries one: everything that names `gone` names `kept` from now on. Can't be undone.

    Services and people of both stay; the same ones aren't doubled. Raises CannotMerge for an entry with itself, and
    for one that was merged before.
    """
    if gone.pk == kept.pk:
        raise CannotMerge("Choose another entry: this is the same one.")
    with transaction.atomic():
        both = {
            entry.pk: entry
            for entry in Organisation.objects.select_for_update(of=("self",)).filter(
                pk__in=[gone.pk, kept.pk]
            )
        }
        gone, kept = both[gone.pk], both[kept.pk]
        if gone.merged_into_id == kept.pk:
            return kept
        if gone.merged_into_id or kept.merged_into_id:
            raise CannotMerge("One of these was merged into another entry meanwhile. Choose again.")
        _move_services(gone, kept)
        _move_contacts(gone, kept)
        _move_links(gone, kept)
        kept.other_names = "\n".join(
            dict.fromkeys(
                name
                for name in [*kept.other_names_list, gone.name, *gone.other_names_list]
                if name_key(name) != kept.name_key
            )
        )
        for flag in ("is_commissioner", "is_provider", "is_forum"):
            setattr(kept, flag, getattr(kept, flag) or getattr(gone, flag))
        for name in ("address", "phone", "email", "website"):
            setattr(kept, name, getattr(kept, name) or getattr(gone, name))
        kept.notes = "\n\n".join(filter(None, [kept.notes, gone.notes]))
        kept.version += 1
        kept.save()
        # Chains stay flat, so that an old address leads on in one step.
        Organisation.objects.filter(merged_into=gone).update(merged_into=kept)
        gone.merged_into = kept
        gone.version += 1
        gone.save()
        trail.record("organisations merged", kept, by=by, gone=gone.pk)
        return kept


def _move_services(gone: Organisation, kept: Organisation) -> None:
    """Moves services; one of the same name and area takes over what names the other."""
    known: dict[tuple[str, int], Service] = {
        (name_key(service.name), service.service_area_id): service for service in kept.services.all()
    }
    for service in gone.services.all():
        same = known.get((name_key(service.name), service.service_area_id))
        if same is None:
            service.organisation = kept
            service.save(update_fields=["organisation"])
        else:
            same.districts.add(*service.districts.all())
            move_references(service, same)
            service.delete()


def _move_contacts(gone: Organisation, kept: Organisation) -> None:
    known = {(name_key(person.name), person.email.casefold()) for person in kept.contacts.all()}
    for person in gone.contacts.all():
        if (name_key(person.name), person.email.casefold()) in known:
            person.delete()
        else:
            person.organisation = kept
            person.save(update_fields=["organisation"])


def _move_links(gone: Organisation, kept: Organisation) -> None:
    kept.districts.add(*gone.districts.all())
    move_references(gone, kept, leave_out={"contacts", "services", "merged"})


def move_references(old: models.Model, new: models.Model, leave_out: set[str] | None = None) -> None:
    """Points everything that names one record at another of its kind, whichever app it belongs to."""
    for relation in old._meta.related_objects:
        name = relation.get_accessor_name() or ""
        if name in (leave_out or set()):
            continue
        linked = relation.related_model._base_manager.filter(**{relation.field.name: old})
        if relation.many_to_many:
            for record in linked:
                links = getattr(record, relation.field.name)
                links.add(new)
                links.remove(old)
        else:
            linked.update(**{relation.field.name: new})


def end_service(*, service: Service) -> Service:
    """Notes that a service isn't run any more; records that name it keep doing so."""
    if service.ended_on is None:
        service.ended_on = timezone.localdate()
        service.save(update_fields=["ended_on"])
    return service


def mentions_of(organisation: Organisation, reader: User) -> list[Mention]:
    """What the portal holds that names it, as far as the reader may see."""
    return [mention for source in MENTIONS for mention in source(organisation, reader) if mention.number]


def save_contact(
    *, organisation: Organisation, contact: OrganisationContact, client_id: UUID | None
) -> OrganisationContact:
    """Saves a person of an organisation; a client_id used before returns the one that it made."""
    if contact.pk is None and client_id:
        known = OrganisationContact.objects.filter(client_id=client_id, organisation=organisation).first()
        if known is not None:
            return known
        contact.client_id = client_id
    contact.organisation = organisation
    contact.save()
    return contact


def save_service(
    *, organisation: Organisation, service: Service, districts: list[Any], client_id: UUID | None
) -> Service:
    """Saves a service of an organisation; a client_id used before returns the one that it made."""
    if service.pk is None and client_id:
        known = Service.objects.filter(client_id=client_id, organisation=organisation).first()
        if known is not None:
            return known
        service.client_id = client_id
    service.organisation = organisation
    with transaction.atomic():
        service.save()
        service.districts.set(districts)
    return service


def differences(first: Organisation, second: Organisation) -> list[tuple[str, str, str]]:
    """What two entries hold, side by side, where either holds something: term, first, second."""
    rows: list[tuple[str, Callable[[Organisation], str]]] = [
        ("Name", lambda entry: entry.name),
        ("Other names", lambda entry: ", ".join(entry.other_names_list)),
        ("What it is", lambda entry: entry.kinds),
        ("Districts", lambda entry: ", ".join(map(str, entry.districts.all()))),
        ("Services", lambda entry: ", ".join(map(str, entry.services.all()))),
        ("People", lambda entry: ", ".join(person.name for person in entry.contacts.all())),
        ("Address", lambda entry: entry.address),
        ("Phone", lambda entry: entry.phone),
        ("E-mail", lambda entry: entry.email),
        ("Website", lambda entry: entry.website),
        ("Notes", lambda entry: entry.notes),
    ]
    found = [(term, read(first), read(second)) for term, read in rows]
    return [row for row in found if row[1] or row[2]]


def plain_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a valid form that an entry itself holds."""
    return {
        name: data[name]
        for name in (
            "name", "other_names", "is_commissioner", "is_provider", "is_forum", "address", "phone", "email",
            "website", "notes", "closed_on",
        )
    }  # fmt: skip
