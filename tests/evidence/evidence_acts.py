"""What the tests of records' pages share: a filled-in form, and a record with everything."""

from datetime import timedelta
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from evidence.models import Evidence
from groups.models import Organisation
from tests import factories
from tests.cast import Cast

HOSTILE = "<script>alert('x')</script>"
LIST = "evidence_list"
DAY = timezone.localdate


def fields(**changes) -> dict[str, object]:
    """A filled-in form: the part that is always asked."""
    return {
        "happened_on": f"{DAY() - timedelta(days=3):%d/%m/%Y}",
        "service_area": factories.service_area().pk,
        "method": "enquiry",
        "strength": "one",
        "summary": "Nobody rang back.",
        "client_id": str(uuid4()),
        "version": 1,
        **changes,
    }


def at(name: str, record: Evidence) -> str:
    return reverse(name, args=[record.pk])


def new_url(**query) -> str:
    return reverse("evidence_new") + "?" + "&".join(f"{key}={value}" for key, value in query.items())


def full_record(cast: Cast, **changes) -> Evidence:
    """A record that fits every filter of full_choice."""
    provider = Organisation.objects.get_or_create(name="Peak Homes", is_provider=True)[0]
    commissioner = Organisation.objects.get_or_create(name="Peak Council", is_commissioner=True)[0]
    return factories.make_evidence(
        lio=cast.peak,
        by=cast.officer,
        **{
            "districts": ("Chesterfield",),
            "communities": ("Roma",),
            "barriers": ("Cost",),
            "groups": (cast.sunrise,),
            "provider": provider,
            "commissioner": commissioner,
            "strength": "several",
            "method": "survey",
            "summary": "The lift was out of order.",
            "happened_on": DAY() - timedelta(days=20),
            **changes,
        },
    )
