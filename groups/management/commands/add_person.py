"""manage.py add_person EMAIL --role officer|manager|administrator [--lio NAME]"""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from groups.models import LIO, Membership, User
from groups.people import give_role, password_link
from toolkit_portal.core.spreadsheets import match_label, unknown_value_message

ROLES = [Membership.Role.OFFICER, Membership.Role.MANAGER, Membership.Role.ADMINISTRATOR]


class Command(BaseCommand):
    help = (
        "Adds a person with a role, or gives a known person one more, and prints a one-time link with which "
        "they set a password. Example: "
        'manage.py add_person sam@example.org --role officer --lio "Peak Community Support"'
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("email", help="the address the person signs in with")
        parser.add_argument("--role", required=True, help="officer, manager or administrator")
        parser.add_argument("--lio", default="", help="the LIO of an officer")
        parser.add_argument("--name", default="", help="the person's name")

    def handle(self, *args, **options) -> None:
        email = User.objects.normalize_email(options["email"])
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{options['email']!r} is not an e-mail address.") from None
        role = options["role"].strip().casefold()
        if role not in ROLES:
            raise CommandError(unknown_value_message("role", options["role"], [str(r.value) for r in ROLES]))
        lio = self._lio(options["lio"])
        try:
            with transaction.atomic():
                user = User.objects.filter(email=email).first()
                is_new = user is None
                user = user or User.objects.create_user(email, name=options["name"].strip())
                give_role(user=user, role=role, lio=lio, by=None)
        except ValueError as fault:
            raise CommandError(str(fault)) from fault
        where = f" of {lio.name}" if lio else ""
        self.stdout.write(f"{'Added' if is_new else 'Known'}: {email}, {role}{where}.")
        if not user.has_usable_password():
            self.stdout.write("To set a password (works once, for three days):")
            self.stdout.write(password_link(user))

    def _lio(self, name: str) -> LIO | None:
        if not name.strip():
            return None
        known = {lio.name: lio for lio in LIO.objects.filter(closed_on__isnull=True)}
        label = match_label(name, known)
        if label is None:
            raise CommandError(unknown_value_message("LIO", name, known))
        return known[label]
