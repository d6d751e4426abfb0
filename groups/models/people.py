"""People and what they are here: users, LIOs, memberships, invitations, break-glass openings."""

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property

from groups.roles import Roles


class UserManager(BaseUserManager["User"]):
    use_in_migrations = False

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """The address in lower case: people type their own address in many ways."""
        return (email or "").strip().lower()

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """A person who signs in by e-mail. Raises ValueError without an address."""
        if not email:
            raise ValueError("A person needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        Membership.objects.create(user=user, role=Membership.Role.ADMINISTRATOR)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=self.normalize_email(username))


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address, by password or by a code sent to it."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField("may sign in", default=True)
    is_staff = models.BooleanField("may open the emergency admin", default=False)
    is_demo = models.BooleanField(default=False, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["name", "email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return (self.name or self.email).split(" ")[0]

    def get_full_name(self) -> str:
        return self.name or self.email

    @cached_property
    def roles(self) -> Roles:
        """What this person is now: two queries, once a request since each request loads its user anew."""
        officer, led = set(), set()
        manager = administrator = False
        for role, lio_id, group_id in self.memberships.live().values_list("role", "lio_id", "group_id"):
            if role == Membership.Role.OFFICER:
                officer.add(lio_id)
            elif role == Membership.Role.LEAD:
                led.add(group_id)
            elif role == Membership.Role.MANAGER:
                manager = True
            elif role == Membership.Role.ADMINISTRATOR:
                administrator = True
        opened = (
            BreakGlass.objects.filter(user=self, expires_at__gt=timezone.now()).values_list(
                "group_id", flat=True
            )
            if administrator
            else ()
        )
        return Roles(frozenset(officer), frozenset(led), frozenset(opened), manager, administrator)


class LIO(models.Model):
    """A local infrastructure organisation: employs officers, covers districts, supports groups."""

    name = models.CharField(max_length=150)
    districts = models.ManyToManyField("groups.District", related_name="lios", blank=True)
    address = models.TextField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField("e-mail address", blank=True)
    website = models.URLField(blank=True)
    logo = models.FileField(upload_to="logos", blank=True, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = "local infrastructure organisation"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="lio_name_once")]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet):
    def live(self):
        """Memberships that give rights now."""
        return self.filter(ended_at__isnull=True)


class Membership(models.Model):
    """Who somebody is: officer of an LIO, lead of a group, manager or administrator of the county."""

    class Role(models.TextChoices):
        OFFICER = "officer", "Officer"
        MANAGER = "manager", "Manager"
        LEAD = "lead", "Group lead"
        ADMINISTRATOR = "administrator", "Administrator"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    lio = models.ForeignKey(LIO, on_delete=models.PROTECT, null=True, blank=True, related_name="memberships")
    group = models.ForeignKey(
        "groups.CommunityGroup", on_delete=models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["role", "id"]
        constraints = [
            models.CheckConstraint(
                name="membership_names_what_its_role_needs",
                condition=Q(role="officer", lio__isnull=False, group__isnull=True)
                | Q(role="lead", lio__isnull=True, group__isnull=False)
                | Q(role__in=["manager", "administrator"], lio__isnull=True, group__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["user", "role", "lio"],
                condition=Q(ended_at__isnull=True, lio__isnull=False),
                name="officer_of_an_lio_once",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "group"],
                condition=Q(ended_at__isnull=True, group__isnull=False),
                name="lead_of_a_group_once",
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(ended_at__isnull=True, lio__isnull=True, group__isnull=True),
                name="county_role_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class Invitation(models.Model):
    """An officer's invitation to a group's lead: bound to one address, single-use, expiring.

    Only a hash of the token is kept, so that a copy of the database opens nothing.
    """

    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail address")
    name = models.CharField(max_length=150, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    client_id = models.UUIDField(unique=True, null=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="accepted_invitation_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} for {self.group}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()


class BreakGlass(models.Model):
    """An administrator's opening of one case file, with a reason, for a short time, on record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="openings")
    reason = models.TextField()
    opened_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="break_glass_has_reason")]

    def __str__(self) -> str:
        return f"{self.user} opened {self.group}"
