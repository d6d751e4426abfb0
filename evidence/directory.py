"""How often evidence names an organisation, for its page in the directory."""

from django.db.models import QuerySet
from django.urls import reverse

from evidence.models import Brief, Engagement, Evidence, MysteryVisit, Partnership
from groups.models import CommunityGroup, Organisation, User
from groups.organisations import Mention


def mentions(organisation: Organisation, reader: User) -> list[Mention]:
    """All of evidence that names it, as far as the reader may see. Six queries."""
    records = Evidence.objects.visible_to(reader)
    found: list[tuple[str, QuerySet, str]] = [
        ("Records of need as the provider", records.filter(provider=organisation), "provider"),
        ("Records of need as the commissioner", records.filter(commissioner=organisation), "commissioner"),
        ("Mystery visits", MysteryVisit.objects.visible_to(reader).filter(provider=organisation), ""),
        ("Contact with groups", Engagement.objects.visible_to(reader).filter(organisation=organisation), ""),
        (
            "Partnerships with groups",
            Partnership.objects.filter(
                prime=organisation, group__in=CommunityGroup.objects.visible_to(reader)
            ),
            "",
        ),
        ("Briefs", Brief.objects.visible_to(reader).filter(commissioner=organisation), ""),
    ]
    return [
        Mention(
            words, rows.count(), reverse("evidence_list", query={field: organisation.pk}) if field else ""
        )
        for words, rows, field in found
    ]
