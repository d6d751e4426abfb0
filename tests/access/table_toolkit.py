"""Access to the toolkit: it is open to everybody who is signed in."""

from tests.access.rows import Row
from tests.cast import ACTORS

EVERYBODY = {actor: 200 for actor in ACTORS if actor != "anonymous"}
NOT_OFFERED = {actor: 405 for actor in ACTORS if actor != "anonymous"}

ROWS = [
    Row(name="toolkit", get=EVERYBODY, post=NOT_OFFERED),
    Row(
        name="toolkit_section",
        kwargs=lambda cast: {"edition": "derbyshire-1", "section": "2.15a"},
        get=EVERYBODY,
        post=NOT_OFFERED,
    ),
]
