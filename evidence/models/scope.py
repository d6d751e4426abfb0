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
