"""Roles as plain values: what a signed-in person may be, read once a request."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Roles:
    """What one person is. Ids are of LIOs and community groups; empty sets mean none."""

    officer_lio_ids: frozenset[int] = field(default_factory=frozenset)
    led_group_ids: frozenset[int] = field(default_factory=frozenset)
    opened_group_ids: frozenset[int] = field(default_factory=frozenset)  # break glass, while it lasts
    is_manager: bool = False
    is_administrator: bool = False

    @property
    def is_officer(self) -> bool:
        return bool(self.officer_lio_ids)

    @property
    def is_lead(self) -> bool:
        return bool(self.led_group_ids)

    @property
    def is_staff_role(self) -> bool:
        """Roles that see other people's special-category data and so need a second factor."""
        return self.is_officer or self.is_manager or self.is_administrator

    @property
    def sees_groups(self) -> bool:
        """Whether the list of groups has anything to show this person."""
        return self.is_officer or self.is_manager or bool(self.opened_group_ids)


NO_ROLES = Roles()
