"""The demo county: whole, varied, valid, the same for the same seed and day, and never among real data."""

import hashlib
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import models, transaction
from django.utils import timezone

from evidence.models import (
    Attachment,
    Enquiry,
    Evidence,
    FocusGroup,
    MysteryVisit,
    Quote,
    QuoteConsent,
    Survey,
)
from groups.credentials import FACTS, as_at, expiring, files_to_check, papers_of, to_look_at_again
from groups.models import (
    LIO,
    CommunityGroup,
    Credential,
    CredentialChange,
    CredentialFile,
    District,
    Membership,
    TrackRecord,
    TrackRecordFile,
    User,
    Visit,
)
from readiness.demo.county import DemoRefused, build
from readiness.models import (
    Action,
    Answer,
    Assessment,
    Edition,
    GroupRoute,
    IssuedPlan,
    Plan,
    RouteChange,
)
from readiness.route_facts import current_ladder, facts_of
from readiness.routes import reached
from tests import factories
from toolkit_portal.views import home

pytestmark = pytest.mark.django_db
OURS = ("groups", "readiness")


@pytest.fixture(autouse=True)
def demo_mode(settings):
    settings.DEMO = True
    settings.DEMO_PASSWORD = "derbyshire-demo"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def content() -> dict[str, list[tuple]]:
    """Every record of ours as plain values. Links are given by the place of their record, not its number."""
    ours = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in OURS]
    places = {
        model: {
            pk: place
            for place, pk in enumerate(model._base_manager.order_by("pk").values_list("pk", flat=True))
        }
        for model in ours
    }
    found = {}
    for model in ours:
        fields = [
            field
            for field in model._meta.concrete_fields
            if not field.primary_key
            and not getattr(field, "auto_now", False)
            # When a route was judged is the run's clock; a stored file has a name that nobody can guess.
            and (field.name not in ("password", "judged_at") or model is CredentialFile)
            and not isinstance(field, models.FileField)
        ]
        found[model._meta.label] = [
            tuple(
                places[field.related_model].get(value) if isinstance(field, models.ForeignKey) else str(value)
                for field, value in zip(fields, row, strict=True)
            )
            for row in model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
        ]
    return found


def built_and_undone(**options) -> dict[str, list[tuple]]:
    with transaction.atomic():
        build(issued=0, **options)
        made = content()
        transaction.set_rollback(True)
    return made


def test_same_seed_and_day_make_the_same_county():
    day = date(2026, 11, 20)
    first = built_and_undone(seed=3, today=day, groups=12)
    again = built_and_undone(seed=3, today=day, groups=12)
    other = built_and_undone(seed=4, today=day, groups=12)
    assert set(first) == set(again)
    for name in first:
        assert first[name] == again[name], name
    assert first["groups.Visit"] != other["groups.Visit"]


def test_county_is_whole_and_varied():
    made = build(issued=0)
    groups = CommunityGroup.objects
    assert (made.groups, groups.count(), LIO.objects.count()) == (48, 48, 3)
    assert set(groups.values_list("kind", flat=True)) == set(CommunityGroup.Kind.values)
    assert set(groups.values_list("status", flat=True)) == set(CommunityGroup.Status.values)
    assert groups.values("name_key").distinct().count() == 48
    assert District.objects.filter(groups__isnull=False).distinct().count() == 9
    assert not groups.filter(is_demo=False).exists()
    assert not User.objects.filter(is_demo=False).exists()
    counts = set(
        Assessment.objects.complete()
        .values("group")
        .annotate(n=models.Count("pk"))
        .values_list("n", flat=True)
    )
    assert counts == {2, 3, 4}
    assert Assessment.objects.filter(is_latest=True).count() == 48
    assert Answer.objects.filter(not_applicable=True).exists()
    assert set(Action.objects.values_list("state", flat=True)) == set(Action.State.values)
    assert Action.objects.late().exists()
    assert Action.objects.filter(due_on=None).exists()
    assert Plan.objects.exclude(actions__in=Action.objects.open()).exists()
    assert groups.filter(plan=None).exists()
    first = Visit.objects.order_by("happened_on")[0].happened_on
    assert 480 < (timezone.localdate() - first).days <= 545
    assert Visit.objects.count() == made.visits


def test_every_record_is_valid():
    models_of_ours = [model for model in apps.get_models() if model._meta.app_label in OURS]
    before = {model: set(model._base_manager.values_list("pk", flat=True)) for model in models_of_ours}
    build(issued=0)
    for model in models_of_ours:
        for record in model._base_manager.exclude(pk__in=before[model]):
            record.full_clean()


def test_scores_stored_are_those_of_the_answers():
    from readiness.assessing import score_of, store_score

    build(groups=10, issued=0)
    for assessment in Assessment.objects.complete():
        stored = (assessment.theme_scores, assessment.overall_exact, assessment.overall, assessment.band)
        store_score(assessment, score_of(assessment))
        assert stored == (
            assessment.theme_scores,
            assessment.overall_exact,
            assessment.overall,
            assessment.band,
        )


def test_nothing_lies_in_the_future_but_what_is_planned():
    build(issued=0)
    today = timezone.localdate()
    assert not Visit.objects.filter(happened_on__gt=today).exists()
    assert not Assessment.objects.filter(assessed_on__gt=today).exists()
    assert not Action.objects.filter(done_on__gt=today).exists()
    for group in CommunityGroup.objects.prefetch_related("assessments"):
        days = [assessment.assessed_on for assessment in group.assessments.order_by("pk")]
        assert all(earlier < later for earlier, later in pairwise(days)), group.name


def test_each_role_can_sign_in(client):
    build(groups=6, issued=0)
    roles = dict(Membership.objects.live().values_list("user__email", "role"))
    assert roles["officer@demo.example"] == roles["officer2@demo.example"] == "officer"
    assert roles["manager@demo.example"] == "manager"
    assert roles["lead@demo.example"] == "lead"
    assert roles["admin@demo.example"] == "administrator"
    officers = Membership.objects.filter(role="officer")
    lios = dict(officers.values_list("user__email", "lio"))
    assert lios["officer@demo.example"] != lios["officer2@demo.example"]
    for email in ("officer", "officer2", "manager", "lead", "admin"):
        response = client.post(
            "/account/login/", {"login": f"{email}@demo.example", "password": "derbyshire-demo"}
        )
        assert response.status_code == 302, email
        assert client.session["_auth_user_id"]
        client.logout()


def test_officers_work_has_something_in_every_box(client):
    build(issued=0)
    officer = User.objects.get(email="officer@demo.example")
    client.force_login(officer, backend="groups.sign_in.PortalBackend")
    context = client.get("/").context
    for box in ("upcoming", "late", "unseen", "papers_to_check", "running_out", "look_again"):
        assert 1 <= len(context[box].items) <= 30, box
    assert context["visit_drafts"]
    assert context["assessment_drafts"]
    assert context["help_notes"]
    assert any(isinstance(thing, home.LateThing) and thing.action_id for thing in context["late"].items)


def test_plans_issued_have_their_pdf_and_nobody_gets_mail():
    made = build(groups=4, issued=1)
    issue = IssuedPlan.objects.get()
    assert made.issued == 1
    with issue.pdf.open("rb") as file:
        assert file.read(5) == b"%PDF-"
    assert mail.outbox == []


def test_refused_outside_demo_mode(settings):
    settings.DEMO = False
    with pytest.raises(DemoRefused, match="DEMO=1"):
        build()
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("demo_county")
    assert not User.objects.exists()


def test_refused_where_groups_are_and_nothing_changes():
    factories.make_group(lio=factories.make_lio(name="Real"), name="A real group")
    with pytest.raises(CommandError, match="holds groups already"):
        call_command("demo_county")
    assert CommunityGroup.objects.count() == LIO.objects.count() == 1


def test_if_empty_leaves_a_filled_database_without_an_error(capsys):
    factories.make_group(lio=factories.make_lio(name="Real"), name="A real group")
    call_command("demo_county", "--if-empty")
    assert "left as it is" in capsys.readouterr().out
    assert CommunityGroup.objects.count() == 1


def test_command_says_what_it_made(monkeypatch, capsys):
    monkeypatch.setattr("readiness.demo.county.ISSUED_PLANS", 0)
    call_command("demo_county", "--groups", "6", "--seed", "9", "--evidence", "25", "--if-empty")
    told = capsys.readouterr()
    assert "6 groups" in told.out
    assert f"{Evidence.objects.count()} records of unmet need" in told.out
    assert CommunityGroup.objects.count() == 6
    assert not LogEntry.objects.filter(object_repr__contains="password").exists()


def test_evidence_comes_by_all_methods_and_in_every_state():
    build(groups=12, issued=0, evidence=120)
    records = Evidence.objects.all()
    assert set(records.values_list("method", flat=True)) == set(Evidence.Method.values)
    assert records.reviewed().exists() and records.filter(sent_back_at__isnull=False).exists()
    assert not records.filter(reviewed_by=models.F("created_by")).exists()
    assert Survey.objects.count() == 2 and FocusGroup.objects.count() == 3
    assert MysteryVisit.objects.values("service").distinct().count() == 4
    tallied = set(Enquiry.objects.dates("asked_on", "month"))
    assert len(tallied) >= 12
    consents = QuoteConsent.objects
    assert consents.filter(was_given=True, withdrawn_on__isnull=True).exists()
    assert consents.filter(was_given=False).exists() and consents.filter(withdrawn_on__isnull=False).exists()
    for quote in Quote.objects.prefetch_related("consents"):
        newest = next(iter(quote.consents.all()), None)
        holds = bool(newest and newest.was_given and not newest.withdrawn_on)
        assert quote.for_briefs is bool(holds and newest and newest.for_briefs)


def test_evidence_has_files_of_every_family_that_can_be_read():
    build(groups=12, issued=0, evidence=120)
    files = Attachment.objects.select_related("record")
    assert {"png", "jpeg", "pdf", "docx", "xlsx", "text", "wav"} == set(files.values_list("kind", flat=True))
    for file in files:
        with file.file.open("rb") as stored:
            content = stored.read()
        assert hashlib.sha256(content).hexdigest() == file.sha256 and len(content) == file.size
        assert bool(file.thumbnail) == (file.kind in {"png", "jpeg", "pdf"}), file.filename
        assert file.description and file.uploaded_by == file.record.created_by
    assert files.values("record").annotate(n=models.Count("pk")).filter(n__gt=1).exists()


def test_most_groups_agreed_to_be_listed_with_their_name():
    build(groups=12, issued=0)
    listed = CommunityGroup.objects.filter(directory_consent_on__isnull=False)
    assert 6 <= listed.count() < 12
    for group in listed:
        assert "name" in group.directory_fields and set(group.directory_fields) <= set(group.DIRECTORY_FIELDS)
        group.full_clean()


def test_the_same_seed_makes_the_same_evidence():
    def told() -> list[tuple]:
        return list(
            Evidence.objects.order_by("pk").values_list(
                "summary", "happened_on", "people_affected", "client_id"
            )
        )

    with transaction.atomic():
        build(groups=6, issued=0, evidence=30)
        first = told()
        transaction.set_rollback(True)
    build(groups=6, issued=0, evidence=30)
    assert told() == first


def test_a_negative_number_of_records_is_refused():
    with pytest.raises(CommandError, match="0 or more"):
        call_command("demo_county", "--evidence", "-1")


@pytest.mark.parametrize("groups", ["0", "-3"])
def test_fewer_than_one_group_is_refused(groups):
    with pytest.raises(CommandError, match="1 or more"):
        call_command("demo_county", "--groups", groups)


def test_large_counties_come_in_batches_with_names_apart(monkeypatch):
    monkeypatch.setattr("readiness.demo.county.BATCH", 40)
    said: list[str] = []
    build(groups=100, issued=0, say=said.append)
    assert said == ["40 of 100 groups", "80 of 100 groups", "100 of 100 groups"]
    assert CommunityGroup.objects.values("name_key").distinct().count() == 100


# Papers, pieces of work, routes


def test_every_route_occurs_and_some_changed_in_the_last_year():
    made = build(issued=0, evidence=400)
    ladder = current_ladder()
    assert ladder is not None
    counts = Counter(GroupRoute.objects.values_list("route", flat=True))
    *lower, top = ladder.titles
    assert len(lower) == 3 and all(counts[key] >= 3 for key in lower), counts
    assert counts[top] >= 1
    assert made.moves == RouteChange.objects.count()
    lately = RouteChange.objects.filter(changed_at__date__gt=timezone.localdate() - timedelta(days=365))
    assert lately.filter(went_up=True).count() >= 5 and lately.filter(went_up=False).count() >= 2
    assert not lately.filter(changed_at__date__gt=timezone.localdate()).exists()
    causes = set(RouteChange.objects.values_list("cause", flat=True))
    assert "A new assessment" in causes and any(cause.endswith(": in place") for cause in causes)


@pytest.mark.parametrize("seed", [1, 5])
def test_history_of_routes_is_what_the_facts_of_those_days_say(seed):
    build(issued=0, evidence=300, seed=seed)
    ladder, today = current_ladder(), timezone.localdate()
    assert ladder is not None
    groups = CommunityGroup.objects.all()
    history: dict[int, list[RouteChange]] = {group.pk: [] for group in groups}
    for change in RouteChange.objects.order_by("changed_at", "pk"):
        told = history[change.group_id]
        assert not told or told[-1].route == change.before
        assert change.went_up is (
            list(ladder.titles).index(change.route) > list(ladder.titles).index(change.before)
        )
        told.append(change)
    days = {timezone.localdate(change.changed_at) for told in history.values() for change in told}
    assert len(days) > 5
    for day in sorted(days | {day - timedelta(days=1) for day in days} | {today}):
        facts = facts_of(groups, ladder, day, short=True)
        for pk, told in history.items():
            until = [change for change in told if timezone.localdate(change.changed_at) <= day]
            route = until[-1].route if until else told[0].before if told else None
            judged = reached(ladder.routes, ladder.asks, facts[pk])
            assert judged == route or route is None, (day, pk)
    for kept in GroupRoute.objects.all():
        assert not history[kept.group_id] or history[kept.group_id][-1].route == kept.route


def test_an_edition_without_routes_makes_no_history():
    edition = Edition.objects.get(is_current=True)
    edition.settings = {name: value for name, value in edition.settings.items() if name != "routes"}
    edition.save()
    assert build(groups=3, issued=0).moves == 0
    assert Credential.objects.exists() and not GroupRoute.objects.exists()


def test_papers_are_in_every_state_with_a_history_that_leads_there():
    build(issued=0)
    today = timezone.localdate()
    assert set(Credential.objects.values_list("state", flat=True)) == set(Credential.State.values)
    in_place = Credential.objects.in_place(today)
    ends = [(paper.expires_on - today).days for paper in in_place.filter(expires_on__isnull=False)]
    assert any(left <= 14 for left in ends) and any(14 < left <= 60 for left in ends)
    assert any(left > 60 for left in ends)
    assert Credential.objects.expired(today).exists() and in_place.filter(review_on__lte=today).exists()
    assert in_place.filter(checked_by="").exists() and in_place.exclude(checked_by="").exists()
    for key, least in (("public-liability", 2), ("employers-liability", 5)):
        sums = set(in_place.filter(kind__key=key).values_list("pounds", flat=True))
        assert len(sums) > 1 and sums <= {million * 1_000_000 for million in (2, 5, 10) if million >= least}
    now = {change.credential_id: change for change in as_at(CommunityGroup.objects.values("pk"), today)}
    changes = CredentialChange.objects
    assert changes.count() > Credential.objects.count() * 1.2
    oldest = changes.order_by("recorded_at")[0].recorded_at
    assert 480 < (today - timezone.localdate(oldest)).days <= 540
    for paper in Credential.objects.prefetch_related("changes"):
        newest = now[paper.pk]
        assert all(getattr(newest, name) == getattr(paper, name) for name in FACTS)
        assert paper.version == len(paper.changes.all())
        for change in paper.changes.all():
            noted = timezone.localdate(change.recorded_at)
            assert change.issued_on is None or change.issued_on <= noted
            assert change.checked_on is None or change.checked_on <= noted < today


def test_work_is_of_every_kind():
    build(issued=0)
    today = timezone.localdate()
    work = TrackRecord.objects
    three_years = today - timedelta(days=3 * 365)
    for some in (
        work.filter(ends_on=None),
        work.filter(ends_on__gt=three_years, ends_on__lt=today),
        work.filter(ends_on__lt=three_years),
        work.filter(pounds=None),
        work.filter(pounds__gt=0),
        work.filter(referee=""),
        work.filter(referee_agreed_on=None).exclude(referee=""),
        work.filter(referee_agreed_on__lte=today),
        work.filter(proves=[]),
        work.filter(files__isnull=False),
    ):
        assert some.exists()
    assert not work.filter(services=None).exists()
    codes = set(Edition.objects.get(is_current=True).criteria.values_list("code", flat=True))
    assert {code for item in work.all() for code in item.proves} <= codes


def test_the_leads_own_papers_give_something_to_do():
    build(issued=0, evidence=100)
    today = timezone.localdate()
    own = CommunityGroup.objects.get(memberships__user__email="lead@demo.example")
    assert GroupRoute.objects.get(group=own).route == "be-heard"
    lines = {line.kind.key: line for line in papers_of(own, today)}
    assert lines["public-liability"].expires_soon and lines["data-protection"].state == "draft"
    models_to_get = [key for key, line in lines.items() if line.kind.model_paper and not line.holds]
    assert len(models_to_get) >= 3
    verdicts = CredentialFile.objects.filter(credential__group=own).values_list("verdict", "why_refused")
    assert {verdict for verdict, _ in verdicts} == set(CredentialFile.Verdict.values)
    assert all(bool(why) == (verdict == "refused") for verdict, why in verdicts)


def test_files_of_papers_and_work_are_whole():
    build(groups=12, issued=0)
    files = [*CredentialFile.objects.all(), *TrackRecordFile.objects.all()]
    assert len(files) >= 8
    for file in files:
        with file.file.open("rb") as stored:
            content = stored.read()
        assert hashlib.sha256(content).hexdigest() == file.sha256 and len(content) == file.size


def test_a_group_that_may_tender_has_files_for_its_pack():
    build(issued=0, evidence=100)
    top = GroupRoute.objects.filter(route="tender-as-lead").values("group")
    accepted = CredentialFile.objects.filter(verdict="accepted", credential__group__in=top)
    kinds = set(accepted.values_list("credential__kind__key", flat=True))
    assert {"governing-document", "equality-policy", "safeguarding-adults", "public-liability"} <= kinds


def test_officers_have_papers_to_see_to_and_are_not_swamped():
    build(issued=0)
    today = timezone.localdate()
    own = CommunityGroup.objects.filter(caseworker__email="officer@demo.example")
    assert 1 <= files_to_check(own).count() <= 5
    assert 2 <= expiring(own, today).count() <= 12
    assert 1 <= to_look_at_again(own, today).count() <= 12


def test_papers_and_work_are_made_in_bulk(django_assert_max_num_queries):
    # A query for each paper alone would take 1,400.
    with django_assert_max_num_queries(400):
        made = build(groups=100, issued=0)
    assert made.papers > 1200 and made.works > 60
