"""Access to the papers of all groups, to noting one for several, and to the list of kinds of paper."""

from groups.models import CredentialKind
from tests.access.rows import Row
from tests.cast import Cast

READERS = {"officer": 200, "other_officer": 200, "manager": 200}
ADMINISTRATOR = {"administrator": 200}


def _own(cast: Cast) -> dict[str, object]:
    kind = CredentialKind.objects.create(
        key="food-hygiene", label="Food hygiene certificate", purpose="Says that the kitchen is clean."
    )
    return {"pk": kind.pk}


def _stock(cast: Cast) -> dict[str, object]:
    return {"pk": CredentialKind.objects.get(key="equality-policy").pk}


def _filled(cast: Cast) -> dict[str, object]:
    return {
        "label": "Fire plan",
        "purpose": "Says where to go in a fire.",
        "stage": "always",
        "position": "500",
    }


ROWS = [
    Row("papers_matrix", get=READERS, otherwise=403),
    Row("papers_matrix", query="?paper=equality-policy", get=READERS, otherwise=403),
    Row("papers_export", query="?format=csv", get=READERS, otherwise=403),
    # Without groups in the address there is nothing to note: back to the list.
    Row(
        "papers_note",
        query="?paper=equality-policy",
        get={"officer": 302, "other_officer": 302},
        post={"officer": 302, "other_officer": 302},
        data=lambda cast: {"state": "in_place", "step": "do"},
        otherwise=403,
    ),
    Row("admin_paper_kinds", get=ADMINISTRATOR, otherwise=403),
    Row(
        "admin_paper_kind_add",
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=_filled,
        otherwise=403,
    ),
    Row(
        "admin_paper_kind_edit",
        kwargs=_stock,
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=_filled,
        otherwise=403,
    ),
    Row(
        "admin_paper_kind_delete",
        kwargs=_own,
        get=ADMINISTRATOR,
        post={"administrator": 302},
        otherwise=403,
    ),
]
