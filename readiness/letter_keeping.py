"""Letters that officers write are kept until they delete them."""

from uuid import UUID

from groups.models import LIO, User
from readiness.models import Letter


class ForeignForm(ValueError):
    """The client id belongs to another person's letter."""


def write_letter(*, by: User, lio: LIO, title: str, body: str, client_id: UUID) -> Letter:
    """A new letter. A client_id used before returns the letter it made. Raises ForeignForm."""
    letter, _ = Letter.objects.get_or_create(
        client_id=client_id,
        defaults={"owner": by, "lio": lio, "title": title.strip(), "body": body.strip()},
    )
    if letter.owner_id != by.pk:
        raise ForeignForm("This form was used for something else already.")
    return letter
