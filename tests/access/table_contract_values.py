"""Access to contract values: open to everybody who is signed in. Whose papers it links to is tested with the page."""

from tests.access.rows import Row
from tests.cast import ACTORS

SIGNED_IN = [actor for actor in ACTORS if actor != "anonymous"]
FILLED = "?sum=48000&counts=total&vat=yes&day=14/09/2026&service=other&buyer=council"

ROWS = [
    Row(
        name="contract_values",
        get=dict.fromkeys(SIGNED_IN, 200),
        post=dict.fromkeys(SIGNED_IN, 405),
        query=FILLED,
    ),
]
