"""The list of kinds of paper: names that aren't taken twice, keys that are made once, what may be deleted."""

import tomllib

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.text import slugify

from groups.models import CredentialKind
from groups.reference import CREDENTIAL_KINDS

LONGEST_KEY = 40


def names_of(kind: CredentialKind) -> set[str]:
    """Every name a spreadsheet may use for the kind, in small letters."""
    others = (name.strip().casefold() for name in kind.other_names.split("\n"))
    return {kind.key.casefold(), kind.label.casefold(), *filter(None, others)} - {""}


def taken_names(but: CredentialKind) -> dict[str, CredentialKind]:
    """The names of all kinds but this one, in small letters, retired ones too. One query."""
    return {name: kind for kind in CredentialKind.objects.exclude(pk=but.pk) for name in names_of(kind)}


def new_key(label: str) -> str:
    """A key for a new kind, from its label: small letters and hyphens, with a number where that is taken."""
    base = slugify(label)[:LONGEST_KEY].strip("-") or "paper"
    taken = set(CredentialKind.objects.values_list("key", flat=True))
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base[: LONGEST_KEY - len(str(number)) - 1]}-{number}"
    return key


def came_with_the_portal(kind: CredentialKind) -> bool:
    """Whether each migrate would add it again, and rules for routes may name it."""
    return kind.key in {
        each["key"] for each in tomllib.loads(CREDENTIAL_KINDS.read_text(encoding="utf-8"))["kinds"]
    }


def why_it_stays(kind: CredentialKind) -> str:
    """Why a kind can't be deleted, in words; empty where it can."""
    if came_with_the_portal(kind):
        return "It came with the portal, and rules for contracting routes may name it. Retire it instead."
    if kind.credentials.exists():
        return "Groups have such a paper, and its history stays with them. Retire it instead."
    return ""


def delete_kind(kind: CredentialKind) -> None:
    """Deletes a kind that nothing uses. Raises ValueError with why it stays, also where a paper came just now."""
    if why := why_it_stays(kind):
        raise ValueError(why)
    try:
        with transaction.atomic():
            kind.delete()
    except (ProtectedError, IntegrityError):
        raise ValueError(
            "Groups have such a paper, and its history stays with them. Retire it instead."
        ) from None
