"""What is done with groups: create, change a section, contacts, and find likely duplicates."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from rapidfuzz import fuzz, process

from groups.credentials import readiness_changed
from groups.forms.community_groups import SectionForm
from groups.models import CommunityGroup, Contact, User
from groups.models.community_groups import lines, name_key
from groups.states import note_status

# Measured against "Chesterfield Asian Women's Group": "Asian Womens Group, Chesterfield" 100, "Chesterfield
# African Women's Group" 94 (shown too: it is only a warning), "Chesterfield Carers' Group" 75.
LIKELY = 85
SHOWN = 5


class StaleGroup(ValueError):
    """Somebody else has changed the group since it was read."""


def likely_duplicates(
    *, name: str, other_names: str, user: User, leave_out: int | None = None
) -> list[CommunityGroup]:
    """Groups of the person's own LIOs whose names are very like these, most alike first, five at most."""
    wanted = [key for key in map(name_key, [name, *lines(other_names)]) if key]
    groups = CommunityGroup.objects.editable_by(user).exclude(pk=leave_out or 0)
    scores: dict[int, float] = {}
    known: list[tuple[int, str]] = []
    for pk, key, others in groups.values_list("pk", "name_key", "other_names"):
        known.append((pk, key))
        known.extend((pk, name_key(other)) for other in lines(others))
    keys = [key for _, key in known]
    for words in wanted:
        for _, score, place in process.extract(
            words, keys, scorer=fuzz.token_sort_ratio, score_cutoff=LIKELY, limit=20
        ):
            pk = known[place][0]
            scores[pk] = max(score, scores.get(pk, 0))
    best = sorted(scores, key=lambda pk: -scores[pk])[:SHOWN]
    found = (
        CommunityGroup.objects.filter(pk__in=best)
        .select_related("lio", "caseworker")
        .prefetch_related("communities", "districts", "contacts")
    )
    return sorted(found, key=lambda group: best.index(group.pk))


def create_group(*, form, by: User) -> CommunityGroup:
    """Saves a new group from a valid NewGroupForm; the same form again gives the same group."""
    client_id: UUID = form.cleaned_data["client_id"]
    if known := known_group(client_id, by):
        return known
    try:
        with transaction.atomic():
            group = form.save(commit=False)
            group.client_id = client_id
            group.caseworker = by
            group.save()
            form.save_m2m()
            note_status(group)
            return group
    except IntegrityError:
        if known := known_group(client_id, by):
            return known
        raise


def known_group(client_id: UUID, by: User) -> CommunityGroup | None:
    """The group that this form has made already, if it is one of the person's own."""
    return CommunityGroup.objects.editable_by(by).filter(client_id=client_id).first()


def save_section(*, form: SectionForm, by: User) -> CommunityGroup:
    """Saves a valid section. Raises StaleGroup where the group has changed since the form was read."""
    with transaction.atomic():
        stored = CommunityGroup.objects.select_for_update().get(pk=form.instance.pk)
        if stored.version != form.cleaned_data["version"]:
            raise StaleGroup("Somebody else has changed this group in the meantime.")
        group = form.save(commit=False)
        group.version = stored.version + 1
        names = [
            name for name in form._meta.fields or () if not CommunityGroup._meta.get_field(name).many_to_many
        ]
        # Only this section's fields, so that another section saved a moment ago keeps its own.
        group.save(update_fields=[*names, "version", "updated_at"])
        form.save_m2m()
        if "status" in names:
            note_status(group)
        return group


def save_contact(*, form, group: CommunityGroup, by: User) -> Contact:
    """Saves a valid ContactForm; a new main contact takes over from the old one."""
    client_id = form.cleaned_data.get("client_id")
    adding = form.instance.pk is None
    if adding and client_id and (known := Contact.objects.filter(client_id=client_id, group=group).first()):
        return known
    with transaction.atomic():
        CommunityGroup.objects.select_for_update().get(pk=group.pk)
        contact = form.save(commit=False)
        contact.group = group
        if adding and client_id:
            contact.client_id = client_id
        if contact.is_lead:
            for other in group.contacts.filter(Q(is_lead=True)).exclude(pk=contact.pk):
                other.is_lead = False
                other.save(update_fields=["is_lead"])
        contact.save()
        # Routes ask for a main contact.
        readiness_changed.send(Contact, groups=[group.pk], cause="The main contact was changed")
        return contact
