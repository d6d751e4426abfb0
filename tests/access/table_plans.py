"""Access to the plan, its versions and the lead's page."""

from uuid import uuid4

from readiness.issuing import issue_plan
from readiness.models import IssuedPlan
from readiness.planning import plan_of
from tests import factories
from tests.access.rows import Row
from tests.cast import Cast

READERS = {"officer": 200, "manager": 200}
WRITERS = {"officer": 200, "manager": 403}


def of_group(cast: Cast) -> dict[str, int]:
    return {"pk": cast.sunrise.pk}


def of_action(cast: Cast) -> dict[str, int]:
    return {"pk": factories.make_action(group=cast.sunrise, by=cast.officer).pk}


def of_help(cast: Cast) -> dict[str, int]:
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    return {"pk": factories.make_help_note(action=action, by=cast.lead).pk}


def issue(cast: Cast) -> IssuedPlan:
    return issue_plan(plan=plan_of(cast.sunrise), by=cast.officer, client_id=uuid4())


def of_issue(cast: Cast) -> dict[str, int]:
    return {"pk": issue(cast).pk}


def of_issued_action(cast: Cast) -> dict[str, int]:
    action = of_action(cast)
    issue(cast)
    return action


ROWS = [
    Row(name="case_plan", kwargs=of_group, get=READERS),
    Row(name="plan_suggestions", kwargs=of_group, get=WRITERS, post=WRITERS),
    Row(
        name="action_add",
        query="?form=00000000-0000-4000-8000-000000000001",
        kwargs=of_group,
        get=WRITERS,
        post={"officer": 422, "manager": 403},
    ),
    Row(name="action_edit", kwargs=of_action, get=WRITERS, post={"officer": 422, "manager": 403}),
    Row(name="action_note", kwargs=of_action, get=WRITERS, post={"officer": 422, "manager": 403}),
    Row(name="help_reply", kwargs=of_help, get=WRITERS, post={"officer": 422, "manager": 403}),
    Row(name="plan_issue", kwargs=of_group, get=WRITERS, post={"officer": 422, "manager": 403}),
    Row(name="plan_pdf", kwargs=of_group, get=READERS),
    # The one page that case readers and the group's own lead share.
    Row(name="issued_plan_pdf", kwargs=of_issue, get={"officer": 200, "manager": 200, "lead": 200}),
    Row(name="lead_plan", get={"lead": 200, "other_lead": 200}, otherwise=403),
    Row(
        name="lead_action",
        kwargs=of_issued_action,
        get={"lead": 200, "other_lead": 404},
        post={"lead": 422, "other_lead": 404},
        otherwise=403,
    ),
]
