"""Plain functions that make one valid record each. Keyword-only; only what the test is about need be given."""

from datetime import date, datetime, time, timedelta
from itertools import count

from django.utils import timezone

from evidence.consent import note_consent
from evidence.engagements import derived
from evidence.models import (
    Engagement,
    Enquiry,
    Evidence,
    FocusGroup,
    FocusTheme,
    Indicator,
    MysteryVisit,
    Partnership,
    Quote,
    Survey,
    SurveyQuestion,
    SurveyResponse,
)
from groups.models import (
    LIO,
    CommunityGroup,
    District,
    Membership,
    Organisation,
    ServiceArea,
    User,
    Visit,
    VisitDraft,
)
from readiness.models import Action, ActionNote, Answer, Assessment, Edition, Plan

_numbers = count(1)
PASSWORD = "a-good-long-password"


def make_user(*, email: str = "", name: str = "", **fields) -> User:
    """A person without any role."""
    number = next(_numbers)
    return User.objects.create_user(
        email or f"person{number}@example.org", PASSWORD, name=name or f"Person {number}", **fields
    )


def make_lio(*, name: str = "") -> LIO:
    return LIO.objects.create(name=name or f"LIO {next(_numbers)}")


def make_officer(*, lio: LIO, **fields) -> User:
    user = make_user(**fields)
    Membership.objects.create(user=user, role=Membership.Role.OFFICER, lio=lio)
    return user


def make_lead(*, group: CommunityGroup, **fields) -> User:
    user = make_user(**fields)
    Membership.objects.create(user=user, role=Membership.Role.LEAD, group=group)
    return user


def make_manager(**fields) -> User:
    user = make_user(**fields)
    Membership.objects.create(user=user, role=Membership.Role.MANAGER)
    return user


def make_administrator(**fields) -> User:
    user = make_user(**fields)
    Membership.objects.create(user=user, role=Membership.Role.ADMINISTRATOR)
    return user


def make_group(*, lio: LIO, name: str = "", **fields) -> CommunityGroup:
    """A group that has been in the portal for a year and a half, so that reports of days before know it."""
    fields.setdefault("created_at", timezone.now() - timedelta(days=548))
    return CommunityGroup.objects.create(lio=lio, name=name or f"Group {next(_numbers)}", **fields)


def make_visit(*, group: CommunityGroup, officer: User, happened_on: date | None = None, **fields) -> Visit:
    return Visit.objects.create(
        group=group,
        officer=officer,
        happened_on=happened_on or timezone.localdate() - timedelta(days=10),
        **fields,
    )


def current_edition() -> Edition:
    """The edition that migrate has loaded."""
    return Edition.objects.get(is_current=True)


def make_draft(
    *, group: CommunityGroup, by: User, levels: dict[str, int] | None = None, **fields
) -> Assessment:
    """A draft assessment with the given levels by criterion code."""
    edition = current_edition()
    draft = Assessment.objects.create(group=group, edition=edition, started_by=by, **fields)
    codes = {criterion.code: criterion for criterion in edition.criteria.all()}
    Answer.objects.bulk_create(
        Answer(assessment=draft, criterion=codes[code], level=level, answered_by=by)
        for code, level in (levels or {}).items()
    )
    return draft


def make_assessment(
    *, group: CommunityGroup, by: User, levels: dict[str, int] | int = 2, assessed_on: date | None = None
) -> Assessment:
    """A complete assessment: one level for all criteria, or levels by code with 2 for the rest."""
    from readiness.assessing import complete

    edition = current_edition()
    given = levels if isinstance(levels, dict) else {}
    usual = levels if isinstance(levels, int) else 2
    draft = make_draft(
        group=group,
        by=by,
        levels={code: given.get(code, usual) for code in edition.criteria.values_list("code", flat=True)},
        assessed_on=assessed_on or timezone.localdate(),
    )
    day = draft.assessed_on
    past = day < timezone.localdate()
    # Completed on the day itself: what comes later isn't known on that day.
    return complete(draft, by=by, at=timezone.make_aware(datetime.combine(day, time(12))) if past else None)


def make_plan(*, group: CommunityGroup) -> Plan:
    return Plan.objects.get_or_create(group=group)[0]


def make_action(
    *, group: CommunityGroup, by: User, what: str = "Write an equality policy", **fields
) -> Action:
    return Action.objects.create(plan=make_plan(group=group), what=what, created_by=by, **fields)


def make_visit_draft(*, group: CommunityGroup, officer: User, **fields) -> VisitDraft:
    return VisitDraft.objects.create(
        group=group, officer=officer, **{"fields": {"summary": ["Half a sentence"]}, **fields}
    )


def make_help_note(
    *, action: Action, by: User, text: str = "We don't know where to begin", **fields
) -> ActionNote:
    """A lead's call for help with an action, not answered yet."""
    return ActionNote.objects.create(
        action=action, author=by, by_lead=True, kind=ActionNote.Kind.HELP, text=text, **fields
    )


def make_organisation(*, name: str = "", **fields) -> Organisation:
    """A provider, if nothing else is said."""
    if not {"is_commissioner", "is_provider", "is_forum"} & set(fields):
        fields["is_provider"] = True
    return Organisation.objects.create(name=name or f"Organisation {next(_numbers)}", **fields)


def service_area(label: str = "Housing") -> ServiceArea:
    """A service area that migrate has loaded."""
    return ServiceArea.objects.get(label=label)


def district(name: str = "Chesterfield") -> District:
    """A district that migrate has loaded."""
    return District.objects.get(name=name)


def make_evidence(
    *,
    lio: LIO,
    by: User,
    reviewed_by: User | None = None,
    service: str = "Housing",
    districts: tuple[str, ...] = (),
    communities: tuple[str, ...] = (),
    barriers: tuple[str, ...] = (),
    groups: tuple[CommunityGroup, ...] = (),
    happened_on: date | None = None,
    **fields,
) -> Evidence:
    """A draft, or a reviewed record where reviewed_by is given. Lists are given by their labels."""
    if reviewed_by is not None:
        fields |= {"state": "reviewed", "reviewed_by": reviewed_by, "reviewed_at": timezone.now()}
    record = Evidence.objects.create(
        lio=lio,
        created_by=by,
        changed_by=by,
        happened_on=happened_on or timezone.localdate() - timedelta(days=20),
        service_area=service_area(service),
        **{"method": "enquiry", "summary": "The letter came in English only.", **fields},
    )
    for name, labels, key in (
        ("districts", districts, "name"),
        ("communities", communities, "label"),
        ("barriers", barriers, "label"),
    ):
        field = Evidence._meta.get_field(name)
        getattr(record, name).set(field.related_model.objects.filter(**{f"{key}__in": labels}))
        assert getattr(record, name).count() == len(labels), f"Unknown {name}: {labels}"
    record.groups.set(groups)
    return record


def make_quote(
    *, record: Evidence, by: User, text: str = "Nobody could read it to me.", uses: str = ""
) -> Quote:
    """A quote nobody has agreed to, or with consent for uses such as "brief report"."""
    quote = Quote.objects.create(record=record, text=text, written_by=by)
    if uses:
        note_consent(
            quote=quote,
            by=by,
            asked_on=timezone.localdate(),
            was_given=True,
            for_briefs="brief" in uses,
            for_reports="report" in uses,
            for_portfolio="portfolio" in uses,
        )
        quote.refresh_from_db()
    return quote


def make_mystery_visit(
    *, lio: LIO, by: User, provider: Organisation | None = None, service_label: str = "Housing", **fields
) -> MysteryVisit:
    """A visit in person at which somebody answered and the visitor got no help."""
    return MysteryVisit.objects.create(
        lio=lio,
        created_by=by,
        provider=provider or make_organisation(),
        service_area=service_area(service_label),
        **{
            "scenario": "Asked for a form in Urdu",
            "visited_on": timezone.localdate() - timedelta(days=5),
            "language": "Urdu",
            "answered": True,
            "outcome": "not_helped",
            **fields,
        },
    )


def make_enquiry(*, lio: LIO, by: User, service: str = "Housing", **fields) -> Enquiry:
    """An enquiry of today for which nothing was available."""
    return Enquiry.objects.create(
        lio=lio, officer=by, service_area=service_area(service), **{"outcome": "nothing", **fields}
    )


def make_focus_group(*, lio: LIO, by: User, **fields) -> FocusGroup:
    """A focus group of a fortnight ago, to which twelve people came."""
    return FocusGroup.objects.create(
        lio=lio,
        created_by=by,
        **{
            "title": "Seeing a doctor",
            "held_on": timezone.localdate() - timedelta(days=14),
            "people_came": 12,
            **fields,
        },
    )


def make_theme(
    *, focus_group: FocusGroup, text: str = "No interpreter at the surgery", **fields
) -> FocusTheme:
    """A theme that seven raised."""
    return FocusTheme.objects.create(focus_group=focus_group, text=text, **{"raised_by": 7, **fields})


def make_survey(*, lio: LIO, by: User, answers: dict[str, list] | None = None, **fields) -> Survey:
    """A survey of a fortnight ago. answers: question -> one answer a person, None for nothing.

    Questions with "why" in them are for own words, lists are several answers, numbers are numbers.
    """
    survey = Survey.objects.create(
        lio=lio,
        created_by=by,
        **{
            "title": "Getting to the doctor",
            "asked_from": timezone.localdate() - timedelta(days=14),
            "asked_by": "Volunteers of two groups",
            "sample": "Members of two groups, asked after meetings",
            **fields,
        },
    )
    given = answers or {}
    people: list[dict] = [{} for _ in range(max(map(len, given.values()), default=0))]
    for position, (text, said) in enumerate(given.items()):
        first = next((one for one in said if one is not None), "")
        kind = (
            "words" if "why" in text.casefold()
            else "many" if isinstance(first, list)
            else "number" if isinstance(first, int | float)
            else "one"
        )  # fmt: skip
        question = SurveyQuestion.objects.create(
            survey=survey, text=text, kind=kind, headings=[text], position=position,
            separator=";" if kind == "many" else "",
        )  # fmt: skip
        for person, answer in zip(people, said, strict=False):
            if answer is not None:
                person[str(question.pk)] = answer
    SurveyResponse.objects.bulk_create(
        SurveyResponse(survey=survey, key=f"{number:064}", answers=person)
        for number, person in enumerate(people)
    )
    return survey


def make_engagement(
    *,
    groups: list[CommunityGroup],
    by: User,
    kind: str = "dialogue",
    organisation: Organisation | None = None,
    happened_on: date | None = None,
    **fields,
) -> Engagement:
    """A talk with a commissioner ten days ago, if nothing else is said. What follows from its fields is filled in."""
    happened = {} if kind == "consultation" else {"happened_on": happened_on or days_ago(10)}
    if kind == "consultation" and not {"opens_on", "closes_on", "responded_on"} & set(fields):
        fields["responded_on"] = happened_on or days_ago(10)
    given = happened | fields
    made = Engagement.objects.create(
        lio=groups[0].lio,
        kind=kind,
        organisation=organisation or make_organisation(is_commissioner=True),
        created_by=by,
        **{"subject": "Interpreters at the surgery", **given, **derived(kind, given)},
    )
    made.groups.set(groups)
    return made


def days_ago(number: int) -> date:
    return timezone.localdate() - timedelta(days=number)


def make_partnership(
    *,
    group: CommunityGroup,
    by: User,
    stage: str = "identified",
    stage_on: date | None = None,
    prime: Organisation | None = None,
    **fields,
) -> Partnership:
    """A partnership of ten days ago with its one entry of history."""
    since = stage_on or days_ago(10)
    made = Partnership.objects.create(
        group=group,
        prime=prime or make_organisation(),
        stage=stage,
        stage_on=since,
        created_by=by,
        **{"opportunity": "Befriending in home care", **fields},
    )
    made.history.create(stage=stage, reached_on=since, recorded_by=by)
    return made


def make_indicator(
    *, group: CommunityGroup, by: User, figures: list[int] | None = None, **fields
) -> Indicator:
    """An output with a figure a month, the last one of a fortnight ago."""
    made = Indicator.objects.create(
        group=group, created_by=by, **{"title": "People at the lunch club", "kind": "output", **fields}
    )
    for back, value in enumerate(reversed(figures or [])):
        made.values.create(period_end=days_ago(14 + 30 * back), value=value, recorded_by=by)
    return made
