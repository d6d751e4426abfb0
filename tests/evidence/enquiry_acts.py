"""What the tests of enquiries share."""

from groups.models import LIO, User
from tests import factories


def many(number: int, *, lio: LIO, by: User, **fields) -> None:
    """So many enquiries, all alike."""
    for _ in range(number):
        factories.make_enquiry(lio=lio, by=by, **fields)
