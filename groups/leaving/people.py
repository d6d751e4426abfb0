"""A person leaves: what is about them goes, and what they wrote keeps an author who names nobody."""

import uuid
from dataclasses import dataclass, field

from auditlog.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from groups.jobs.dropping import ERASED, empty
from groups.leaving import files, registry, trail
from groups.leaving.groups import erasing
from groups.leaving.names import Names
from groups.leaving.registry import Fate, Person, PersonKind
from groups.models import CommunityGroup, Contact, Invitation, Job, Membership, User

FORMER = "Former colleague"
# A domain that no mail reaches, ever (RFC 2606).
NOWHERE = "former.invalid"


class CannotLeave(ValueError):
    """This person can't be erased now. The message says why and what to do."""


class NothingHeld(ValueError):
    """The portal holds nothing of a person with that address."""


@dataclass
class PersonErasure:
    """What goes, or went, with a person, and what stays: rows by kind."""

    goes: dict[str, int] = field(default_factory=dict)
    emptied: dict[str, int] = field(default_factory=dict)
    stays: dict[str, int] = field(default_factory=dict)
    files: int = 0
    files_left: list[str] = field(default_factory=list)
    entry: LogEntry | None = None

    @property
    def counts(self) -> dict[str, int]:
        """What goes or is emptied, without kinds of which there is nothing."""
        found = {**self.goes, **self.emptied, "Stored files": self.files}
        return {title: number for title, number in found.items() if number}


def find_person(email: str) -> Person:
    """The person with that address, whatever its case. Raises NothingHeld where no record names it."""
    address = User.objects.normalize_email(email)
    person = Person(address, User.objects.filter(email=address).first() if address else None)
    if not address or not any(kind.held(person).exists() for kind in registry.person_kinds):
        raise NothingHeld(f"The portal holds nothing of a person with the address “{address}”.")
    return person


def held(person: Person) -> list[tuple[PersonKind, int]]:
    """How many records there are of each kind, kinds without any left out."""
    return [(kind, number) for kind in registry.person_kinds if (number := kind.held(person).count())]


def why_not(person: Person, by: User | None) -> str:
    """Why this person can't be erased, and what to do; empty where they can."""
    user = person.user
    if user is None:
        return ""
    if by is not None and user.pk == by.pk:
        return "You can't erase yourself. Ask another administrator."
    administrators = Membership.objects.live().filter(
        role=Membership.Role.ADMINISTRATOR, user__is_active=True
    )
    if administrators.filter(user=user).exists() and not administrators.exclude(user=user).exists():
        return "The portal needs an administrator. Give somebody else that role first."
    return ""


def what_goes(person: Person) -> PersonErasure:
    """What erasing this person would do. Changes nothing."""
    found = PersonErasure()
    for kind in registry.person_kinds:
        rows = kind.held(person)
        if not (number := rows.count()):
            continue
        into = {Fate.GOES: found.goes, Fate.EMPTIED: found.emptied, Fate.STAYS: found.stays}[kind.fate]
        into[kind.title] = number
        if kind.fate is Fate.GOES:
            found.files += len(registry.files_of(rows))
    return found


def erase_person(*, person: Person, by: User | None) -> PersonErasure:
    """Erases a person. Their account stays as an author without a name, and can't sign in.

    Plans issued earlier stay as they were. Raises CannotLeave for oneself and for the last administrator.
    """
    with erasing():
        # Two administrators who erase each other at once would leave none: the second one waits here.
        list(Membership.objects.select_for_update().live().filter(role=Membership.Role.ADMINISTRATOR))
        user = User.objects.select_for_update(of=("self",)).get(pk=person.user.pk) if person.user else None
        person = Person(person.email, user)
        if why := why_not(person, by):
            raise CannotLeave(why)
        erased = what_goes(person)
        emails, names = _names_of(person)
        near = _groups_near(person)
        _clear_name_fields(names, near)
        stored = [name for group in near for loose in registry.loose_files for name in loose(group)]
        # Files made for others may name them wherever they appear, and live for a week only: all of them go.
        empty(Job.objects.exclude(scope=Job.Scope.NOBODY), ERASED)
        for kind in registry.person_kinds:
            if kind.fate is Fate.GOES:
                rows = kind.held(person)
                stored += registry.files_of(rows)
                kind.model._base_manager.filter(pk__in=list(rows.values_list("pk", flat=True))).delete()
        if user is not None:
            _empty_account(user)
        _end_sessions(user, emails)
        _clear_trail(user, emails, names)
        erased.entry = trail.note(
            "person erased", about=User, pk=user.pk if user else None, by=by, counts=erased.counts
        )
        transaction.on_commit(lambda: erased.files_left.extend(files.remove(stored)))
    return erased


def _empty_account(user: User) -> None:
    CommunityGroup.objects.filter(caseworker=user).update(caseworker=None)
    user.memberships.filter(ended_at__isnull=True).update(ended_at=timezone.now())
    user.groups.clear()
    user.user_permissions.clear()
    user.email = f"former-{uuid.uuid4().hex}@{NOWHERE}"
    user.name, user.phone, user.last_login = FORMER, "", None
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()


def _end_sessions(user: User | None, emails: Names) -> None:
    """Ends the person's sessions; ended ones and half-finished sign-ins that hold an address go too."""
    for session in Session.objects.iterator():
        kept = session.get_decoded()
        if (user is not None and kept.get("_auth_user_id") == str(user.pk)) or emails.stand_in(kept):
            session.delete()


def _names_of(person: Person) -> tuple[Names, Names]:
    """The addresses and the names under which the person is known, earlier ones of the account among them."""
    emails: list[str] = [person.email]
    names: list[str] = []
    names += Contact.objects.filter(email__iexact=person.email).values_list("name", flat=True)
    names += Invitation.objects.filter(email__iexact=person.email).values_list("name", flat=True)
    if (user := person.user) is not None:
        emails.append(user.email)
        names.append(user.name)
        earlier = LogEntry.objects.filter(trail.of_models([User]), object_pk=str(user.pk))
        for changes in earlier.values_list("changes", flat=True):
            if isinstance(changes, dict):
                emails += [str(email) for email in changes.get("email") or ()]
                names += [str(name) for name in changes.get("name") or ()]
    nothing = {"None", ""}
    return Names(set(emails) - nothing), Names(set(names) - nothing)


def _groups_near(person: Person) -> list[CommunityGroup]:
    """The groups that have this person as a contact, a lead or somebody invited: there a name may stand alone."""
    near = set(Contact.objects.filter(email__iexact=person.email).values_list("group", flat=True))
    near |= set(Invitation.objects.filter(email__iexact=person.email).values_list("group", flat=True))
    if person.user is not None:
        near |= set(person.user.memberships.filter(group__isnull=False).values_list("group", flat=True))
    return list(CommunityGroup.objects.filter(pk__in=near))


def _clear_name_fields(names: Names, near: list[CommunityGroup]) -> None:
    for model, name, path in registry.name_fields:
        for known in names.all:
            model._base_manager.filter(
                **{f"{path}__in": [group.pk for group in near], f"{name}__iexact": known}
            ).update(**{name: "somebody who has left"})


def _clear_trail(user: User | None, emails: Names, names: Names) -> None:
    """Takes addresses out of the whole trail, and names out of entries about people."""
    placeholder = user.email if user else ""
    of_theirs = LogEntry.objects.filter(actor_email__in=emails.all)
    if user is not None:
        of_theirs |= LogEntry.objects.filter(actor=user)
    of_theirs.update(actor_email=placeholder)
    if emails:
        trail.rewrite(trail.mentioning(emails), emails, FORMER)
        trail.rewrite_admin(emails, FORMER)
    if names:
        about_people = trail.of_models([User, Membership, Invitation, Contact])
        trail.rewrite(trail.mentioning(names).filter(about_people), names, FORMER)
        trail.rewrite_admin(names, FORMER)
