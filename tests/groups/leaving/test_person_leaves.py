"""Erasing a person: their name and address are nowhere, and what they wrote has an author who names nobody."""

import uuid
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.contrib.admin.models import CHANGE
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groups import people
from groups.leaving import registry
from groups.leaving.people import CannotLeave, NothingHeld, erase_person, find_person, what_goes
from groups.leaving.registry import Fate
from groups.models import (
    CommunityGroup,
    Contact,
    Credential,
    CredentialKind,
    ImportUpload,
    Invitation,
    Job,
    Membership,
    OrganisationContact,
    PaperReminder,
    User,
    Visit,
    VisitDraft,
)
from readiness.models import Action, BulkOrder, BulkRow, Letter, SavedView, ScheduledReport
from tests import factories
from tests.cast import Cast, make_cast
from tests.groups.leaving import markers
from tests.groups.leaving.markers import MARK, WORD

EMAIL = f"{WORD}@example.org"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def seed(cast: Cast) -> User:
    """An officer who leaves, named by a marker wherever a record is about them."""
    leaver = cast.officer
    with set_actor(cast.administrator):
        leaver.email, leaver.name = EMAIL, f"{MARK} Leaver"
        leaver.phone, leaver.last_login = MARK, timezone.now()
        leaver.save()
    with set_actor(leaver):
        factories.make_visit(group=cast.sunrise, officer=leaver, summary="What we talked about")
        group = cast.sunrise
        group.caseworker = leaver
        group.save()
    Contact.objects.create(group=cast.sunrise, name=f"{MARK} Leaver", email=EMAIL.upper())
    factories.make_action(group=cast.sunrise, by=leaver, person=f"{MARK.lower()} leaver", what="A policy")
    organisation = factories.make_organisation()
    OrganisationContact.objects.create(organisation=organisation, name=MARK, email=EMAIL)
    factories.make_visit_draft(group=cast.sunrise, officer=leaver)
    ImportUpload.objects.create(
        owner=leaver,
        kind="groups",
        lio=cast.peak,
        filename=f"{MARK}.csv",
        file=default_storage.save("imports/own.table", ContentFile(MARK.encode())),
    )
    now = timezone.now()
    Job.objects.create(
        owner=leaver,
        kind="a-kind",
        title=MARK,
        state="done",
        file=default_storage.save("jobs/own.txt", ContentFile(MARK.encode())),
        ended_at=now,
        expires_at=now + timedelta(days=7),
    )
    paper = Credential.objects.create(
        group=cast.sunrise, kind=CredentialKind.objects.get(key="equality-policy"), state="in_place"
    )
    PaperReminder.objects.create(credential=paper, person=leaver, expires_on=now.date(), days=14)
    letter = Letter.objects.create(owner=leaver, lio=cast.peak, title=MARK, body=MARK)
    order = BulkOrder.objects.create(owner=leaver, act="letters", letter=letter)
    BulkRow.objects.create(order=order, group=cast.sunrise, position=1)
    view = SavedView.objects.create(owner=leaver, name=MARK, query=MARK)
    ScheduledReport.objects.create(owner=leaver, view=view, every="month", format="pdf", next_on=now.date())
    people.invite_lead(group=cast.sunrise, email=EMAIL, name=f"{MARK} Leaver", by=cast.other_officer)
    people.invite_lead(group=cast.sunrise, email="kept@lead.example", name="Kept", by=leaver)
    address = EmailAddress.objects.create(user=leaver, email=EMAIL, primary=True, verified=True)
    EmailConfirmation.objects.create(email_address=address, key=MARK)
    Authenticator.objects.create(user=leaver, type="totp", data={"secret": MARK})
    leaver.groups.add(Group.objects.create(name="helpers"))
    for kind in registry.person_kinds:
        if kind.fate is Fate.GOES and kind.model not in {Contact, ImportUpload, Invitation, EmailAddress}:
            markers.mark_rows(kind.held(find_person(EMAIL)))
    people.give_role(user=leaver, role=Membership.Role.MANAGER, by=cast.administrator)
    AdminEntry.objects.create(
        user=cast.administrator,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(leaver.pk),
        object_repr=f"{MARK} Leaver",
        action_flag=CHANGE,
        change_message=f"Changed {EMAIL}",
    )
    return leaver


@pytest.mark.django_db(transaction=True)
def test_nothing_names_an_erased_person_any_more(cast: Cast):
    leaver = seed(cast)
    client = cast.client("officer")
    assert client.get("/").status_code == 200
    ended = client.session
    Session.objects.create(
        session_key="e" * 32,
        session_data=ended.encode({"_auth_user_id": str(leaver.pk)}),
        expire_date=timezone.now() - timedelta(days=3),
    )
    tables = markers.tables_with_marker()
    for kind in registry.person_kinds:
        texts = [field for field in kind.model._meta.concrete_fields if markers.marked(field) is not None]
        if kind.fate is Fate.GOES and texts:
            assert kind.model._meta.db_table in tables, kind.title
    assert {LogEntry._meta.db_table, AdminEntry._meta.db_table, User._meta.db_table} <= tables
    assert markers.files_with_marker()
    person = find_person(EMAIL)
    foreseen = what_goes(person)

    erased = erase_person(person=person, by=cast.administrator)

    assert markers.rows_with_marker() == []
    assert markers.files_with_marker() == []
    if connection.vendor == "sqlite":
        assert not markers.raw_database_holds_marker()
    assert erased.counts == foreseen.counts
    assert (erased.files, erased.files_left) == (2, [])
    assert not any(
        session.get_decoded().get("_auth_user_id") == str(leaver.pk) for session in Session.objects.all()
    )
    leaver.refresh_from_db()
    assert (leaver.name, leaver.is_active, leaver.phone) == ("Former colleague", False, "")
    assert leaver.email.endswith(".invalid")
    assert not leaver.has_usable_password()
    assert not leaver.groups.exists()
    assert not leaver.memberships.live().exists()
    assert Visit.objects.get().officer == leaver
    assert CommunityGroup.objects.get(pk=cast.sunrise.pk).caseworker is None
    assert not VisitDraft.objects.exists()
    assert Action.objects.get().person == "somebody who has left"
    assert Invitation.objects.get().email == "kept@lead.example"


@pytest.mark.django_db(transaction=True)
def test_the_trail_still_says_what_somebody_without_a_name_did(cast: Cast):
    leaver = seed(cast)
    done = LogEntry.objects.filter(actor=leaver).count()
    assert done >= 2
    erase_person(person=find_person(EMAIL), by=cast.administrator)
    entries = LogEntry.objects.filter(actor=leaver)
    leaver.refresh_from_db()
    assert entries.count() == done
    assert set(entries.values_list("actor_email", flat=True)) == {leaver.email}
    entry = LogEntry.objects.get(additional_data__act="person erased")
    assert (entry.actor, entry.object_pk, entry.object_repr) == (cast.administrator, str(leaver.pk), "")


@pytest.mark.django_db
def test_who_is_erased_is_out_at_the_next_click(cast: Cast):
    client = cast.client("officer")
    assert client.get("/").status_code == 200
    erase_person(person=find_person(cast.officer.email), by=cast.administrator)
    assert "/account/login/" in client.get("/")["Location"]
    signed_in = Client().post(
        reverse("account_login"), {"login": "officer@peak.example", "password": factories.PASSWORD}
    )
    assert signed_in.status_code == 200


@pytest.mark.django_db
def test_a_contact_without_an_account_is_erased_by_the_address_in_any_case(cast: Cast):
    Contact.objects.create(group=cast.sunrise, name="Sam", email="Sam@Example.org")
    kept = Contact.objects.create(group=cast.sunrise, name="Sam", email="sam@example.org.uk")
    erased = erase_person(person=find_person(" sam@example.ORG "), by=None)
    assert erased.goes == {"Contact entries of groups": 1}
    assert Contact.objects.get() == kept


@pytest.mark.django_db
def test_names_of_others_in_the_trail_stay(cast: Cast):
    with set_actor(cast.administrator):
        cast.other_officer.name = "Otto Officer-Olive"
        cast.other_officer.save()
    erase_person(person=find_person(cast.officer.email), by=cast.administrator)
    changes = LogEntry.objects.filter(object_pk=str(cast.other_officer.pk), changes__has_key="name")
    assert any("Otto Officer-Olive" in str(entry.changes) for entry in changes)
    assert not LogEntry.objects.filter(object_repr__contains="Olive Officer").exists()


@pytest.mark.django_db
def test_nobody_erases_themselves(cast: Cast):
    factories.make_administrator()
    with pytest.raises(CannotLeave, match="yourself"):
        erase_person(person=find_person(cast.administrator.email), by=cast.administrator)
    assert User.objects.get(pk=cast.administrator.pk).is_active


@pytest.mark.django_db
def test_the_last_administrator_cannot_be_erased(cast: Cast):
    stopped = factories.make_administrator()
    people.set_sign_in(user=stopped, allowed=False, by=cast.administrator)
    with pytest.raises(CannotLeave, match="needs an administrator"):
        erase_person(person=find_person(cast.administrator.email), by=None)
    people.set_sign_in(user=stopped, allowed=True, by=cast.administrator)
    erase_person(person=find_person(cast.administrator.email), by=stopped)
    assert not User.objects.get(pk=cast.administrator.pk).is_active


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["nobody@example.org", "", "   "])
def test_an_address_that_nothing_names_is_said(cast: Cast, email: str):
    Contact.objects.create(group=cast.sunrise, name="Without address", email="")
    with pytest.raises(NothingHeld, match="holds nothing"):
        find_person(email)


@pytest.mark.django_db
def test_erasing_twice_finds_nothing_the_second_time(cast: Cast):
    factories.make_visit(group=cast.sunrise, officer=cast.officer)
    email = cast.officer.email
    erase_person(person=find_person(email), by=cast.administrator)
    with pytest.raises(NothingHeld):
        find_person(email)
    assert str(uuid.UUID(User.objects.get(pk=cast.officer.pk).email[7:39]))
