"""Access to the county report, its lists of groups, their files and saved views: managers only, views their own."""

from collections.abc import Mapping
from uuid import uuid4

from readiness.models import SavedView
from tests.access.rows import Row
from tests.cast import Cast


def own_view(cast: Cast) -> Mapping[str, object]:
    # Two rows of one test may ask for it, and a name is taken once.
    return {
        "pk": SavedView.objects.get_or_create(owner=cast.manager, name="Mine", query="kind=bme_led")[0].pk
    }


def others_view(cast: Cast) -> Mapping[str, object]:
    return {"pk": SavedView.objects.create(owner=cast.administrator, name="Theirs", query="").pk}


MANAGER, SAVED, NOT_THEIRS = {"manager": 200}, {"manager": 302}, {"manager": 404}

ROWS = [
    Row(name="county", get=MANAGER, otherwise=403),
    Row(name="county", get={"manager": 302}, otherwise=403, query="?band=developing"),
    Row(name="county_groups", get=MANAGER, otherwise=403),
    Row(name="county_groups", get=MANAGER, otherwise=403, query="?as_at=2026-01-31&move=up"),
    Row(name="county_export", get=MANAGER, otherwise=403, query="?format=csv"),
    Row(name="saved_views", get=MANAGER, otherwise=403),
    Row(
        name="saved_view_new",
        get=MANAGER,
        post=SAVED,
        otherwise=403,
        data=lambda cast: {
            "name": "Peak",
            "days": "today",
            "query": f"lio={cast.peak.pk}",
            "client_id": uuid4(),
        },
    ),
    Row(
        name="saved_view_rename",
        kwargs=own_view,
        get=MANAGER,
        post=SAVED,
        otherwise=403,
        data=lambda cast: {"name": "Another"},
    ),
    Row(
        name="saved_view_rename",
        kwargs=others_view,
        get=NOT_THEIRS,
        post=NOT_THEIRS,
        otherwise=403,
        query="?others",
    ),
    Row(name="saved_view_delete", kwargs=own_view, get=MANAGER, post=SAVED, otherwise=403),
]
