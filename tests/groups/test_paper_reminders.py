"""Mails that a paper runs out: 60 and 14 days ahead, each once, to whom it concerns, telling nothing to others."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from groups import paper_reminders
from groups.credentials import set_paper
from groups.models import CommunityGroup, Credential, Membership, PaperReminder
from groups.paper_reminders import TRIED_AGAIN_AFTER, due, send, warning_for
from tests import factories
from tests.cast import Cast, make_cast
from tests.groups.test_credentials import kind

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    cast.sunrise.caseworker = cast.officer
    cast.sunrise.save()
    return cast


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


def runs_out(cast: Cast, on: date, key: str = "public-liability", **facts) -> Credential:
    return set_paper(
        group=cast.sunrise,
        kind=kind(key),
        by=cast.officer,
        version=0,
        **{"state": "in_place", "expires_on": on, **facts},
    )


def run(day: date) -> list[tuple[str, int]]:
    """Sends what is due; to whom and which warning."""
    mails = due(day)
    send(mails, day)
    return [(each.person.email, each.days) for each in mails]


BOTH = ["lead@sunrise.example", "officer@peak.example"]


@pytest.mark.parametrize(
    ("left", "warning"),
    [(61, None), (60, 60), (15, 60), (14, 14), (1, 14), (0, 14), (-1, 14), (-13, 14), (-14, None)],
)
def test_each_day_has_its_warning(cast, left, warning):
    runs_out(cast, DAY + timedelta(days=left))
    assert warning_for(DAY + timedelta(days=left), DAY) == warning
    assert run(DAY) == ([(to, warning) for to in BOTH] if warning else [])


def test_night_after_night_each_warning_goes_once(cast):
    runs_out(cast, DAY + timedelta(days=62))
    told = [(night, sent) for night in range(90) if (sent := run(DAY + timedelta(days=night)))]
    assert told == [(2, [(to, 60) for to in BOTH]), (48, [(to, 14) for to in BOTH])]
    assert len(mail.outbox) == 4


@pytest.mark.parametrize("nights", [(5, 50), (40, 61), (47, 70)])
def test_missed_nights_lose_none_and_running_twice_doubles_none(cast, nights):
    runs_out(cast, DAY + timedelta(days=62))
    told = []
    for night in nights:
        told += run(DAY + timedelta(days=night)) + run(DAY + timedelta(days=night))
    assert told == [(to, days) for days in (60, 14) for to in BOTH]


def test_a_renewed_paper_is_a_new_matter(cast):
    paper = runs_out(cast, DAY + timedelta(days=10))
    assert len(run(DAY)) == 2
    set_paper(
        group=cast.sunrise,
        kind=paper.kind,
        by=None,
        version=1,
        state="in_place",
        expires_on=DAY + timedelta(days=375),
    )
    assert run(DAY) == [] and len(run(DAY + timedelta(days=320))) == 2


@pytest.mark.parametrize("state", ["draft", "missing", "not_needed"])
def test_only_papers_in_place_run_out(cast, state):
    runs_out(cast, DAY, state=state, why_not_needed="No staff" if state == "not_needed" else "")
    assert run(DAY) == []


@pytest.mark.parametrize("status", ["dormant", "closed"])
def test_groups_that_rest_get_no_mail(cast, status):
    runs_out(cast, DAY)
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(status=status)
    assert run(DAY) == []


def test_nobody_gets_it_who_could_not_read_it(cast):
    runs_out(cast, DAY)
    # Neither a lead whose role has ended, nor one who may not sign in, nor a caseworker who works elsewhere now.
    second = factories.make_lead(group=cast.sunrise, email="second@sunrise.example")
    Membership.objects.filter(user=cast.lead).update(ended_at=timezone.now())
    Membership.objects.filter(user=cast.officer).update(ended_at=timezone.now())
    assert run(DAY) == [("second@sunrise.example", 14)]
    PaperReminder.objects.all().delete()
    second.is_active = False
    second.save()
    assert run(DAY) == []


def test_made_up_people_get_no_mail_outside_the_demo(cast, settings):
    runs_out(cast, DAY)
    cast.lead.is_demo = True
    cast.lead.save()
    assert [each.person for each in due(DAY)] == [cast.officer]
    settings.DEMO = True
    assert len(due(DAY)) == 2


def test_a_caseworker_who_leads_the_group_gets_one_mail(cast):
    runs_out(cast, DAY)
    Membership.objects.create(user=cast.officer, role=Membership.Role.LEAD, group=cast.sunrise)
    assert sorted(run(DAY)) == [(to, 14) for to in BOTH]


def test_the_mail_says_the_day_and_where_to_sign_in_and_nothing_of_the_group(cast, settings):
    settings.PORTAL_URL = "https://portal.example"
    runs_out(cast, DAY + timedelta(days=14), note="Marker")
    run(DAY)
    to_lead, to_officer = mail.outbox
    assert to_lead.subject == "A paper of your group runs out in 14 days"
    assert to_officer.subject == "A paper of a group runs out in 14 days"
    assert "a paper of your group runs out on 16 November 2026" in to_lead.body
    for actor, page, sent in (("lead", "lead_paper", to_lead), ("officer", "paper", to_officer)):
        link = "https://portal.example" + reverse(page, args=[cast.sunrise.pk, "public-liability"])
        assert link in sent.body, actor
    for sent in mail.outbox:
        for word in ("Sunrise", "Public liability", "Marker", "Peak"):
            assert word not in sent.subject + sent.body
    mail.outbox.clear()
    PaperReminder.objects.all().delete()
    run(DAY + timedelta(days=13))
    assert mail.outbox[0].subject.endswith("runs out in 1 day")
    PaperReminder.objects.all().delete()
    run(DAY + timedelta(days=14))
    assert mail.outbox[2].subject.endswith("has run out") and "ran out on" in mail.outbox[2].body


def test_the_links_open_for_those_who_get_them(cast):
    runs_out(cast, DAY)
    run(DAY)
    for actor, sent in zip(("lead", "officer"), mail.outbox, strict=True):
        path = "/" + sent.body.split("http", 1)[1].split("/", 3)[3].split()[0]
        assert cast.client(actor).get(path, follow=True).status_code == 200
        assert "/account/login/" in cast.client("anonymous").get(path)["Location"]


def test_an_address_that_fails_keeps_nobody_else_and_is_tried_again(cast, monkeypatch):
    runs_out(cast, DAY)
    real = paper_reminders.send_mail

    def fails_for_lead(subject, body, sender, to):
        if to == ["lead@sunrise.example"]:
            raise OSError("no such mailbox")
        return real(subject, body, sender, to)

    monkeypatch.setattr(paper_reminders, "send_mail", fails_for_lead)
    done = send(due(DAY), DAY)
    assert (done.sent, done.failed) == (1, 1)
    monkeypatch.setattr(paper_reminders, "send_mail", real)
    assert run(DAY) == [("lead@sunrise.example", 14)]


def test_two_runs_at_once_send_each_mail_once(cast):
    runs_out(cast, DAY)
    both = due(DAY), due(DAY)
    assert [send(mails, DAY).sent for mails in both] == [2, 0]
    assert len(mail.outbox) == 2


def test_what_a_killed_run_left_behind_goes_an_hour_later(cast, set_clock):
    runs_out(cast, DAY)
    now = datetime(2026, 11, 2, 3, tzinfo=UTC)
    set_clock(now)
    mails = due(DAY)
    for each in mails:
        PaperReminder.objects.create(
            credential=each.paper, person=each.person, expires_on=DAY, days=14, begun_at=now
        )
    assert due(DAY) == [] and send(mails, DAY).sent == 0
    set_clock(now + TRIED_AGAIN_AFTER)
    assert len(run(DAY)) == 2 and run(DAY) == []
    assert PaperReminder.objects.filter(sent_at__isnull=False).count() == 2


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), 0),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), 2),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), 0),
        (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), 2),
    ],
)
def test_days_begin_at_midnight_in_london(cast, set_clock, moment, sent):
    local = date(2026, 7, 1) if moment.month == 6 else date(2027, 1, 1)
    runs_out(cast, local + timedelta(days=60))
    set_clock(moment)
    said = StringIO()
    call_command("remind_papers", stdout=said)
    assert len(mail.outbox) == sent and f"Sent {sent} mails" in said.getvalue()


def test_a_dry_run_says_how_many_and_sends_none(cast):
    runs_out(cast, timezone.localdate())
    said = StringIO()
    call_command("remind_papers", "--dry-run", stdout=said)
    assert said.getvalue() == "Would send 2 mails about 1 paper.\n"
    assert not mail.outbox and not PaperReminder.objects.exists()


def test_a_failure_ends_the_command_with_an_error(cast, monkeypatch):
    runs_out(cast, timezone.localdate())

    def fails(*args):
        raise OSError("down")

    monkeypatch.setattr(paper_reminders, "send_mail", fails)
    with pytest.raises(CommandError, match="2 mails could not be sent"):
        call_command("remind_papers", stdout=StringIO())
    assert not PaperReminder.objects.exists()


def test_queries_do_not_grow_with_the_papers(cast, django_assert_num_queries):
    for number, key in enumerate(("public-liability", "accounts", "bank-letter")):
        runs_out(cast, DAY + timedelta(days=number), key)
        with django_assert_num_queries(3):
            due(DAY)
