"""Who sees evidence: the rule of case files, carried over to what belongs to an LIO."""

from typing import Self

from django.db import models


class OfLioQuerySet(models.QuerySet):
    """Records that belong to an LIO. They compose the groups' rule; nothing here decides anew."""

    def visible_to(self, user) -> Self:
        """Officers: what belongs to their own LIO. Managers: all. Others, administrators and leads among them: none."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        roles = user.roles
        return self if roles.is_manager else self.filter(lio_id__in=roles.officer_lio_ids)

    def editable_by(self, user) -> Self:
        """What belongs to an LIO that this person is an officer of."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        return self.filter(lio_id__in=user.roles.officer_lio_ids)


class ToldByGroupsQuerySet(OfLioQuerySet):
    """Records of an LIO that name the groups they are about, in a list called `groups`."""

    def visible_to(self, user) -> Self:
        """As for all evidence; administrators also what names a group whose case file they opened with a reason."""
        visible = super().visible_to(user)
        if user.is_authenticated and user.is_active and (opened := user.roles.opened_group_ids):
            return (visible | self.filter(groups__in=opened)).distinct()
        return visible
