"""Access to home's acts, the case file and visits."""

from tests import factories
from tests.access.rows import Row
from tests.cast import Cast

READERS = {"officer": 200, "manager": 200}


def of_group(cast: Cast) -> dict[str, int]:
    return {"pk": cast.sunrise.pk}


def of_visit(cast: Cast) -> dict[str, int]:
    return {"pk": factories.make_visit(group=cast.sunrise, officer=cast.officer).pk}


def of_draft(cast: Cast) -> dict[str, int]:
    return {"pk": factories.make_visit_draft(group=cast.sunrise, officer=cast.officer).pk}


def of_help(cast: Cast) -> dict[str, int]:
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    return {"pk": factories.make_help_note(action=action, by=cast.lead).pk}


ROWS = [
    Row(name="case", kwargs=of_group, get=READERS),
    Row(name="case_visits", kwargs=of_group, get=READERS),
    Row(
        name="visit_choose_group",
        get={"officer": 200, "other_officer": 200},
        otherwise=403,
    ),
    Row(
        name="visit_log",
        kwargs=of_group,
        query="?form=3f0e2a52-6a0e-4a53-9a55-3d1f3a1c2b77",
        get={"officer": 200, "manager": 403},
        post={"officer": 200, "manager": 403},
    ),
    Row(
        name="visit_autosave",
        kwargs=of_group,
        # Without a form's id there is nothing to save.
        post={"officer": 400, "manager": 403},
        get=None,
    ),
    Row(name="visit_detail", kwargs=of_visit, get=READERS),
    Row(
        name="visit_edit",
        kwargs=of_visit,
        get={"officer": 200, "manager": 403},
        post={"officer": 200, "manager": 403},
    ),
    Row(
        # A draft is its writer's alone: even colleagues and managers find nothing.
        name="visit_draft_discard",
        kwargs=of_draft,
        get={"officer": 200},
        post={"officer": 302},
    ),
    Row(
        name="help_answered",
        kwargs=of_help,
        post={"officer": 302, "other_officer": 404},
        otherwise=403,
    ),
]
