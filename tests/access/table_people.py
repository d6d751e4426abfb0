"""Access to one's account, to invitations and to administrators' pages."""

import uuid

from groups import people
from groups.models import Community, District, Invitation, Membership
from tests.access.rows import Row
from tests.cast import Cast

ADMINISTRATOR = {"administrator": 200}
SIGNED_IN = dict.fromkeys(("lead", "other_lead", "officer", "other_officer", "manager", "administrator"), 200)


def _invitation(cast: Cast) -> Invitation:
    return people.invite_lead(group=cast.sunrise, email="new@lead.example", name="", by=cast.officer)


def _token(cast: Cast) -> dict[str, object]:
    invitation = _invitation(cast)
    invitation.token_hash = people.hash_token("known-token")
    invitation.save()
    return {"token": "known-token"}


def _lead(cast: Cast) -> dict[str, object]:
    return {"pk": Membership.objects.get(user=cast.lead).pk}


def _officers_role(cast: Cast) -> dict[str, object]:
    return {"pk": Membership.objects.get(user=cast.officer).pk}


ROWS = [
    Row("account", get=SIGNED_IN, post=dict.fromkeys(SIGNED_IN, 302), data=lambda cast: {"name": "New Name"}),
    Row(
        "lead_invite",
        kwargs=lambda cast: {"pk": cast.sunrise.pk},
        get={"officer": 200, "manager": 403},
        post={"officer": 302, "manager": 403},
        data=lambda cast: {"email": "someone@lead.example", "client_id": str(uuid.uuid4())},
    ),
    Row(
        "invitation_revoke",
        kwargs=lambda cast: {"pk": _invitation(cast).pk},
        post={"officer": 302, "manager": 403},
        otherwise=404,
        get=dict.fromkeys(SIGNED_IN, 405),
    ),
    Row(
        "lead_remove",
        kwargs=_lead,
        get={"officer": 200, "manager": 403},
        post={"officer": 302, "manager": 403},
    ),
    # Whoever holds the link may look; only the invited address may accept.
    Row(
        "invitation",
        kwargs=_token,
        get=dict.fromkeys(SIGNED_IN, 403) | {"anonymous": 200},
        post=dict.fromkeys(SIGNED_IN, 403) | {"anonymous": 302},
        data=lambda cast: {"name": "New Lead", "password": "three plain words 7"},
    ),
    Row("administration", get=ADMINISTRATOR, otherwise=403),
    Row("admin_lios", get=ADMINISTRATOR, otherwise=403),
    Row(
        "admin_lio_add",
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=lambda cast: {"name": "A new LIO"},
        otherwise=403,
    ),
    Row(
        "admin_lio_edit",
        kwargs=lambda cast: {"pk": cast.peak.pk},
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=lambda cast: {"name": "Peak renamed"},
        otherwise=403,
    ),
    Row("admin_people", get=ADMINISTRATOR, otherwise=403),
    Row(
        "admin_person_add",
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=lambda cast: {"email": "new@person.example", "name": "New Person", "role": "manager"},
        otherwise=403,
    ),
    Row(
        "admin_person",
        kwargs=lambda cast: {"pk": cast.officer.pk},
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=lambda cast: {"name": "Another Name"},
        otherwise=403,
    ),
    Row(
        "admin_role_give",
        kwargs=lambda cast: {"pk": cast.officer.pk},
        post={"administrator": 302},
        get={"administrator": 405} | dict.fromkeys(SIGNED_IN, 405),
        data=lambda cast: {"role": "manager"},
        otherwise=403,
    ),
    Row(
        "admin_role_end",
        kwargs=_officers_role,
        get=ADMINISTRATOR,
        post={"administrator": 302},
        otherwise=403,
    ),
    Row(
        "admin_sign_in",
        kwargs=lambda cast: {"pk": cast.officer.pk},
        post={"administrator": 302},
        get=dict.fromkeys(SIGNED_IN, 405),
        data=lambda cast: {"allowed": "0"},
        otherwise=403,
    ),
    Row(
        "admin_password_link",
        kwargs=lambda cast: {"pk": cast.officer.pk},
        post={"administrator": 302},
        get=dict.fromkeys(SIGNED_IN, 405),
        otherwise=403,
    ),
    Row("admin_districts", get=ADMINISTRATOR, otherwise=403),
    Row(
        "admin_district_add",
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=lambda cast: {"name": "New District", "gss_code": "E07000999"},
        otherwise=403,
    ),
    Row(
        "admin_district_edit",
        kwargs=lambda cast: {"pk": District.objects.get(name="Chesterfield").pk},
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=lambda cast: {"ends_on": "31/03/2028", "starts_on": "01/01/2009"},
        otherwise=403,
    ),
    Row("admin_list", kwargs=lambda cast: {"slug": "communities"}, get=ADMINISTRATOR, otherwise=403),
    Row(
        "admin_list_add",
        kwargs=lambda cast: {"slug": "communities"},
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=lambda cast: {"label": "Kurdish", "heading": "Other ethnic group", "position": "60"},
        otherwise=403,
    ),
    Row(
        "admin_list_edit",
        kwargs=lambda cast: {"slug": "communities", "pk": Community.objects.get(label="Roma").pk},
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=lambda cast: {"heading": "White", "position": "13"},
        otherwise=403,
    ),
    Row(
        "admin_open_case",
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=lambda cast: {"group": cast.sunrise.pk, "reason": "The officer is away and the group rang us."},
        otherwise=403,
    ),
    Row("admin_trail", get=ADMINISTRATOR, otherwise=403),
]
