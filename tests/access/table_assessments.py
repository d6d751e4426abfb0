"""Access to assessments, results, corrections and targets."""

from tests import factories
from tests.access.rows import Row
from tests.cast import ACTORS, Cast

READERS = {"officer": 200, "manager": 200}
WRITERS = {"officer": 200, "manager": 403}
# The method is looked at before the record, so everybody who is signed in hears the same.
NOT_OFFERED = {actor: 405 for actor in ACTORS if actor != "anonymous"}


def of_group(cast: Cast) -> dict[str, int]:
    return {"pk": cast.sunrise.pk}


def of_draft(cast: Cast) -> dict[str, int]:
    return {"pk": factories.make_draft(group=cast.sunrise, by=cast.officer, levels={"2.11": 1}).pk}


def of_theme(cast: Cast) -> dict[str, object]:
    return {**of_draft(cast), "theme": "2.2"}


def of_complete(cast: Cast) -> dict[str, int]:
    return {"pk": factories.make_assessment(group=cast.sunrise, by=cast.officer).pk}


ROWS = [
    Row(name="case_readiness", kwargs=of_group, get=READERS),
    Row(
        name="assessment_start",
        kwargs=of_group,
        get=NOT_OFFERED,
        post={"officer": 302, "manager": 403},
    ),
    Row(name="group_targets", kwargs=of_group, get=WRITERS, post={"officer": 302, "manager": 403}),
    Row(name="assessment_result", kwargs=of_complete, get=READERS),
    Row(name="assessment_theme", kwargs=of_theme, get=WRITERS, post={"officer": 302, "manager": 403}),
    Row(name="assessment_autosave", kwargs=of_draft, get=NOT_OFFERED, post=WRITERS),
    Row(name="assessment_progress", kwargs=of_draft, get=WRITERS),
    # Without a day there is nothing to save.
    Row(name="assessment_check", kwargs=of_draft, get=WRITERS, post={"officer": 422, "manager": 403}),
    # The draft isn't answered, so it can't be completed.
    Row(name="assessment_complete", kwargs=of_draft, get=NOT_OFFERED, post={"officer": 409, "manager": 403}),
    # Without a reason there is no correction.
    Row(name="assessment_correct", kwargs=of_complete, get=WRITERS, post={"officer": 422, "manager": 403}),
    Row(name="assessment_discard", kwargs=of_draft, get=WRITERS, post={"officer": 302, "manager": 403}),
]
