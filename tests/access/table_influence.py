"""Access to contact with commissioners, partnerships and figures: read with the case file, written by its officers."""

from datetime import date, timedelta

from django.utils import timezone

from tests import factories
from tests.access.rows import Row
from tests.cast import Cast

FORM = "?form=00000000-0000-4000-8000-000000000001"
READERS = {"officer": 200, "manager": 200}
WRITERS = {"officer": 200, "manager": 403}
WRITTEN = {"officer": 302, "manager": 403}


def of_group(cast: Cast) -> dict[str, object]:
    return {"pk": cast.sunrise.pk}


def adding(kind: str):
    return lambda cast: {"pk": cast.sunrise.pk, "kind": kind}


def engagement(cast: Cast) -> dict[str, object]:
    made = factories.make_engagement(groups=[cast.sunrise], by=cast.officer)
    return {"pk": cast.sunrise.pk, "number": made.pk}


def partnership(cast: Cast) -> dict[str, object]:
    return {"pk": factories.make_partnership(group=cast.sunrise, by=cast.officer).pk}


def stage(cast: Cast) -> dict[str, object]:
    made = factories.make_partnership(group=cast.sunrise, by=cast.officer)
    return {"pk": made.history.create(stage="approached", reached_on=timezone.localdate()).pk}


def indicator(cast: Cast) -> dict[str, object]:
    return {"pk": factories.make_indicator(group=cast.sunrise, by=cast.officer, figures=[3, 5]).pk}


def figure(cast: Cast) -> dict[str, object]:
    made = factories.make_indicator(group=cast.sunrise, by=cast.officer, figures=[3])
    return {"pk": made.values.get().pk}


def talked(cast: Cast) -> dict[str, object]:
    return {
        "organisation": factories.make_organisation(is_commissioner=True).pk,
        "subject": "Interpreters at the surgery",
        "happened_on": f"{timezone.localdate() - timedelta(days=3):%d/%m/%Y}",
        "groups": [cast.sunrise.pk],
        "version": 1,
    }


def consulted(cast: Cast) -> dict[str, object]:
    return talked(cast) | {"closes_on": "31/12/2030"}


def with_forum(cast: Cast) -> dict[str, object]:
    return talked(cast) | {"organisation": factories.make_organisation(is_forum=True).pk}


def agreed(cast: Cast) -> dict[str, object]:
    return {
        "prime": factories.make_organisation(is_provider=True).pk,
        "opportunity": "Befriending in home care",
        "stage": "approached",
        "stage_on": "1/2/2026",
        "version": 1,
    }


def counted(cast: Cast) -> dict[str, object]:
    return {"title": "People at the lunch club", "kind": "output", "version": 1}


ROWS = [
    Row("case_influence", kwargs=of_group, get=READERS),
    *(
        Row(
            "engagement_add",
            query=f"{FORM}&of={kind}",
            kwargs=adding(kind),
            get=WRITERS,
            post=WRITTEN,
            data=data,
        )
        for kind, data in (
            ("dialogue", talked),
            ("request", talked),
            ("consultation", consulted),
            ("forum", with_forum),
            ("specification", talked),
        )
    ),
    Row("engagement_edit", kwargs=engagement, get=WRITERS, post=WRITTEN, data=talked),
    Row("engagement_delete", kwargs=engagement, get=WRITERS, post=WRITTEN),
    Row("partnership_add", query=FORM, kwargs=of_group, get=WRITERS, post=WRITTEN, data=agreed),
    Row("partnership_edit", kwargs=partnership, get=WRITERS, post=WRITTEN, data=agreed),
    Row("partnership_stage", kwargs=partnership, get=WRITERS, post=WRITTEN, data=agreed),
    Row("partnership_stage_delete", kwargs=stage, get=WRITERS, post=WRITTEN),
    Row("partnership_delete", kwargs=partnership, get=WRITERS, post=WRITTEN),
    Row("indicator_add", query=FORM, kwargs=of_group, get=WRITERS, post=WRITTEN, data=counted),
    Row("indicator_edit", kwargs=indicator, get=WRITERS, post=WRITTEN, data=counted),
    Row(
        "figure_add",
        kwargs=indicator,
        get=WRITERS,
        post=WRITTEN,
        data=lambda cast: {"period_end": f"{date(2026, 3, 31):%d/%m/%Y}", "value": "7"},
    ),
    Row("indicator_delete", kwargs=indicator, get=WRITERS, post=WRITTEN),
    Row("figure_delete", kwargs=figure, get=WRITERS, post=WRITTEN),
]
