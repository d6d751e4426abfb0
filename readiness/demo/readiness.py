"""The demo county's assessments and plans, made in bulk, and the work its people have begun."""

from dataclasses import dataclass
from datetime import timedelta

from groups.models import CommunityGroup, Membership, User, VisitDraft
from readiness import scoring
from readiness.assessing import store_score, weights_of
from readiness.demo import words
from readiness.demo.groups import County, make_user, moment
from readiness.models import Action, ActionNote, Answer, Assessment, Criterion, Plan, Target

Levels = dict[str, int | scoring.NotApplicable | None]
NA_REASON = "Too few members to send anyone to test a service."
STATES = [Action.State.TO_DO, Action.State.DOING, Action.State.DONE, Action.State.TO_DO, Action.State.DROPPED]


@dataclass
class Standing:
    """A group's latest assessment with its levels, for making its plan."""

    assessment: Assessment
    officer: User
    levels: Levels


def add_assessments(
    county: County, groups: list[CommunityGroup], start: int
) -> tuple[dict[int, Standing], int]:
    """Two to four complete assessments a group, most of them rising.

    Returns the latest one by group, and how many were made in all.
    """
    pick = county.chance
    weights, themes = weights_of(county.edition)
    made: list[Standing] = []
    latest: dict[int, Standing] = {}
    for number, group in enumerate(groups, start):
        count = 2 + number % 3 if number else 4  # the group that the demo's lead sees has a curve to show
        levels = _first_levels(county, number)
        for nth in range(count):
            if nth:
                levels = _later_levels(county, levels)
            officer = pick.choice(county.officers[group.lio_id])
            day = county.today - timedelta(days=(count - nth) * 130 - pick.randint(20, 110))
            assessment = Assessment(
                client_id=county.uuid(),
                group=group,
                edition=county.edition,
                state=Assessment.State.COMPLETE,
                assessed_on=day,
                started_by=officer,
                started_at=moment(day, 10),
                completed_by=officer,
                completed_at=moment(day, 17),
                is_latest=nth == count - 1,
            )
            store_score(assessment, scoring.score_assessment(weights, themes, levels))
            latest[group.pk] = Standing(assessment, officer, levels)
            made.append(latest[group.pk])
    Assessment.objects.bulk_create([each.assessment for each in made], batch_size=2000)
    Answer.objects.bulk_create(
        [_answer(each, criterion) for each in made for criterion in county.criteria], batch_size=5000
    )
    return latest, len(made)


def is_ahead(number: int) -> bool:
    """Whether the group with this number is one of the few that come to the top of the ladder."""
    return number % 24 == 10


def _first_levels(county: County, number: int) -> Levels:
    pick = county.chance
    talent = pick.choice([0, 0, 1, 1, 1, 2, 2, 3])
    if not number:
        talent = 2  # the demo's lead stands in the middle of the ladder
    least = 3 if is_ahead(number) else 0
    levels: Levels = {
        criterion.code: max(least, min(3, talent + pick.choice([-1, -1, 0, 0, 0, 1])))
        for criterion in county.criteria
    }
    if number % 6 == 5:
        levels["2.15d"] = scoring.NOT_APPLICABLE
    return levels


def _later_levels(county: County, before: Levels) -> Levels:
    """The levels some months on: three in ten have moved, most of them up."""
    pick = county.chance
    return {
        code: max(0, min(4, level + pick.choice([1, 1, 1, 1, -1])))
        if isinstance(level, int) and pick.random() < 0.3
        else level
        for code, level in before.items()
    }


def _answer(standing: Standing, criterion: Criterion) -> Answer:
    level = standing.levels[criterion.code]
    assessment = standing.assessment
    return Answer(
        assessment=assessment,
        criterion=criterion,
        level=level if isinstance(level, int) else None,
        not_applicable=level is scoring.NOT_APPLICABLE,
        na_reason=NA_REASON if level is scoring.NOT_APPLICABLE else "",
        answered_by=standing.officer,
        answered_at=assessment.started_at,
    )


def add_plans(county: County, groups: list[CommunityGroup], latest: dict[int, Standing], start: int) -> int:
    """Living plans for most groups, their actions in every state; some late, some undated, some all done.

    Returns how many actions were made.
    """
    pick = county.chance
    with_plan = [(number, group) for number, group in enumerate(groups, start) if number % 8 != 7]
    plans = [
        Plan(group=group, created_at=moment(county.today - timedelta(days=200), 12)) for _, group in with_plan
    ]
    Plan.objects.bulk_create(plans)
    actions: list[Action] = []
    targets: list[Target] = []
    for (number, group), plan in zip(with_plan, plans, strict=True):
        standing = latest[group.pk]
        low = _lowest(county, standing.levels)
        for nth, (level, criterion) in enumerate(low[: 8 if number == 0 else 2 + number % 5]):
            state = Action.State.DONE if number % 11 == 4 else STATES[(number + nth) % len(STATES)]
            actions.append(_action(county, plan, standing, number, level, criterion, state))
        actions.append(_own_action(county, plan, standing, number))
        if number % 3 == 0 and low:
            level, criterion = low[0]
            targets.append(
                Target(
                    group=group,
                    criterion_code=criterion.code,
                    level=level + 1,
                    by_date=county.today + timedelta(days=pick.randint(90, 270)),
                    agreed_by=standing.officer,
                    agreed_at=standing.assessment.started_at,
                )
            )
    Action.objects.bulk_create(actions, batch_size=2000)
    Target.objects.bulk_create(targets)
    doing = [action for action in actions if action.state == Action.State.DOING]
    ActionNote.objects.bulk_create(
        ActionNote(
            client_id=county.uuid(),
            action=action,
            author_id=action.created_by_id,
            text=words.NOTES[nth % len(words.NOTES)],
            state_after=Action.State.DOING,
            written_at=moment(county.today - timedelta(days=1 + nth % 18), 15),
        )
        for nth, action in enumerate(doing)
    )
    return len(actions)


def _lowest(county: County, levels: Levels) -> list[tuple[int, Criterion]]:
    """Criteria below the highest level, lowest first."""
    low = [
        (level, criterion)
        for criterion in county.criteria
        if isinstance(level := levels[criterion.code], int) and level < 4
    ]
    return sorted(low, key=lambda item: item[0])


def _action(
    county: County,
    plan: Plan,
    standing: Standing,
    number: int,
    level: int,
    criterion: Criterion,
    state: Action.State,
) -> Action:
    pick = county.chance
    options = county.suggestions[criterion.pk, level]
    suggestion = options[number % len(options)]
    return Action(
        client_id=county.uuid(),
        plan=plan,
        criterion_code=criterion.code,
        what=suggestion.what,
        first_step=suggestion.first_step,
        support=suggestion.support,
        who=suggestion.who,
        person=pick.choice(words.FIRST_NAMES),
        due_on=county.today + timedelta(days=pick.randint(-25, 120)),
        state=state,
        done_on=county.today - timedelta(days=pick.randint(1, 18)) if state == Action.State.DONE else None,
        dropped_reason=pick.choice(words.DROPPED) if state == Action.State.DROPPED else "",
        suggestion_key=suggestion.key,
        created_by=standing.officer,
        created_at=standing.assessment.started_at,
    )


def _own_action(county: County, plan: Plan, standing: Standing, number: int) -> Action:
    """An action of the group's own: no section of the toolkit, and no day, unless its plan is all done."""
    what, first = words.OWN_ACTIONS[number % len(words.OWN_ACTIONS)]
    done = number % 11 == 4
    return Action(
        client_id=county.uuid(),
        plan=plan,
        what=what,
        first_step=first,
        person=county.chance.choice(words.FIRST_NAMES),
        state=Action.State.DONE if done else Action.State.TO_DO,
        done_on=county.today - timedelta(days=3) if done else None,
        created_by=standing.officer,
        created_at=standing.assessment.started_at,
    )


def add_unfinished_work(county: County) -> tuple[CommunityGroup, User]:
    """The demo's lead, their call for help and word of progress; a visit draft and a half-done assessment.

    Returns the lead with their group.
    """
    yesterday = county.today - timedelta(days=1)
    groups = CommunityGroup.objects.filter(
        lio=county.lios[0],
        status=CommunityGroup.Status.ACTIVE,
        caseworker=county.officers[county.lios[0].pk][0],
    ).order_by("pk")[:3]
    first = groups[0]
    officer = county.officers[county.lios[0].pk][0]
    joined = moment(yesterday - timedelta(days=60), 9)
    lead = make_user(*words.LEAD, joined)
    Membership.objects.create(
        user=lead,
        role=Membership.Role.LEAD,
        group=first,
        started_at=moment(yesterday - timedelta(days=60), 9),
    )
    for kind, text, action in zip(
        (ActionNote.Kind.HELP, ActionNote.Kind.PROGRESS),
        words.LEAD_NOTES,
        Action.objects.open().filter(plan__group=first).order_by("pk")[:2],
        strict=False,
    ):
        ActionNote.objects.create(
            client_id=county.uuid(),
            action=action,
            kind=kind,
            author=lead,
            by_lead=True,
            text=text,
            written_at=moment(yesterday, 18),
        )
    for group in groups[1:2]:
        VisitDraft.objects.create(
            client_id=county.uuid(),
            group=group,
            officer=officer,
            fields={
                "happened_on": [f"{yesterday:%d/%m/%Y}"],
                "how": ["in_person"],
                "summary": ["Met the new treasurer. To be continued at home."],
            },
            started_at=moment(yesterday, 16),
            saved_at=moment(yesterday, 16),
        )
    for group in groups[2:3]:
        begun = moment(yesterday, 14)
        draft = Assessment.objects.create(
            client_id=county.uuid(),
            group=group,
            edition=county.edition,
            assessed_on=yesterday,
            started_by=officer,
            started_at=begun,
        )
        Answer.objects.bulk_create(
            Answer(
                assessment=draft,
                criterion=criterion,
                level=county.chance.randint(0, 3),
                answered_by=officer,
                answered_at=begun,
            )
            for criterion in county.criteria[:9]
        )
    return first, lead


def issue_plans(county: County, number: int) -> int:
    """Issues that many plans through the portal's own door, so that their PDFs are real. Returns how many."""
    from readiness.issuing import issue_plan  # here, since rendering isn't wanted where nothing is issued

    plans = Plan.objects.filter(actions__isnull=False).distinct().order_by("pk")[:number]
    for plan in plans:
        officer = county.officers[plan.group.lio_id][0]
        issue_plan(plan=plan, by=officer, client_id=county.uuid())
    return len(plans)
