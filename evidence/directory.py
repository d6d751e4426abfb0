"""How often evidence names an organisation, for its page in the directory."""

from django.db.models import QuerySet
from django.urls import reverse

from evidence.models import Brief, Evidence, MysteryVisit
from groups.models import Organisation, User
from groups.organisations import Mention


def mentions(organisation: Organisation, reader: User) -> list[Mention]:
    """Records, mystery visits and briefs that name it, as far as the reader may see. Four queries."""
    records = Evidence.objects.visible_to(reader)
    found: list[tuple[str, QuerySet, str]] = [
        ("Records of need as the provider", records.filter(provider=organisation), "provider"),
        ("Records of need as the commissioner", records.filter(commissioner=organisation), "commissioner"),
        ("Mystery visits", MysteryVisit.objects.visible_to(reader).filter(provider=organisation), ""),
        ("Briefs", Brief.objects.visible_to(reader).filter(commissioner=organisation), ""),
    ]
    return [
        Mention(
            words, rows.count(), reverse("evidence_list", query={field: organisation.pk}) if field else ""
        )
        for words, rows, field in found
    ]
