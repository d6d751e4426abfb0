"""The shape of a row in the access table.

Every module in tests/access whose name starts with "table_" has a list ROWS. Each URL name of the portal needs
a row; tests/test_access.py fails on a forgotten one. Third-party and public pages are listed in table_site.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.cast import Cast

# What a foreign or unknown actor gets where a row doesn't say otherwise.
SIGN_IN = 302  # anonymous: to the sign-in page


@dataclass(frozen=True)
class Row:
    """One URL and what each actor gets from it.

    name     URL name
    kwargs   makes the URL's arguments from the cast (and any record it needs); called once for all checks of the row
    get      actor -> status for GET; actors not named get `otherwise`; None: GET isn't allowed (405 to those
             in post with a status under 400)
    post     the same for POST; None: POST isn't allowed there
    data     makes the POST body from the cast
    otherwise  status for signed-in actors not named: 404 for what isn't theirs, 403 for pages of another role
    """

    name: str
    kwargs: Callable[[Cast], Mapping[str, object]] = field(default=lambda cast: {})
    get: Mapping[str, int] | None = None
    post: Mapping[str, int] | None = None
    data: Callable[[Cast], Mapping[str, object]] = field(default=lambda cast: {})
    otherwise: int = 404
    anonymous: int = SIGN_IN
    query: str = ""

    def expected(self, method: str, actor: str) -> int:
        """The status this actor must get, 405 where the method isn't offered to them."""
        table = self.get if method == "GET" else self.post
        if actor == "anonymous":
            return (table or {}).get("anonymous", self.anonymous)
        if table is None:
            other = (self.post if method == "GET" else self.get) or {}
            return 405 if other.get(actor, self.otherwise) < 400 else self.otherwise
        return table.get(actor, self.otherwise)
