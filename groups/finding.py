"""A group by what a person writes in a command: its name, one of its other names, or its number."""

from groups.models import CommunityGroup
from groups.models.community_groups import name_key
from toolkit_portal.core.labels import nearest


class GroupNotFound(ValueError):
    """No group, or several, are meant. The message says which are near."""


def find_group(wanted: str) -> CommunityGroup:
    """The group of that name (also another of its names), without regard to case, or with that id.

    Raises GroupNotFound where there is none, with near names, or several, with the LIO and id of each.
    """
    groups = CommunityGroup.objects.select_related("lio", "caseworker")
    key = name_key(wanted)
    found = list(groups.filter(name_key=key[:220]).order_by("lio__name", "pk")) if key else []
    if not found and wanted.strip().isascii() and wanted.strip().isdecimal() and len(wanted.strip()) < 19:
        found = list(groups.filter(pk=int(wanted)))
    if not found and key:
        # search_text holds every name of a group in this same form, one after another.
        found = [
            group
            for group in groups.filter(search_text__contains=key).order_by("lio__name", "pk")
            if key in {name_key(other) for other in group.other_names_list}
        ]
    if len(found) == 1:
        return found[0]
    if found:
        several = "; ".join(f"{group.name} of {group.lio}, id {group.pk}" for group in found)
        raise GroupNotFound(f"Several groups are called “{wanted}”: {several}. Give the id.")
    near = nearest(wanted, CommunityGroup.objects.values_list("name", flat=True))
    hint = f" Did you mean {' or '.join(f'“{name}”' for name in near)}?" if near else ""
    raise GroupNotFound(f"There is no group called “{wanted}”.{hint}")
