"""The portal's settings as tests have them: whatever the shell says, apart from DATABASE_URL and REQUIRE_BROWSER.

Files that tests make the portal write lie in a folder of their own that goes when the run ends.
"""

import os
import sys
import tempfile
from pathlib import Path

_FROM_THE_SHELL = [
    "ALLOWED_HOSTS",
    "DEBUG",
    "DEMO",
    "DEMO_PASSWORD",
    "EMAIL_HOST",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "EMAIL_PORT",
    "EMAIL_USE_TLS",
    "FILES_ACCESS_KEY",
    "FILES_BUCKET",
    "FILES_ENDPOINT",
    "FILES_FOLDER",
    "FILES_REGION",
    "FILES_SECRET_KEY",
    "KEEP_CLOSED_GROUPS_DAYS",
    "KEEP_INVITATIONS_DAYS",
    "KEEP_OPENINGS_DAYS",
    "KEEP_TRAIL_DAYS",
    "KEEP_UPLOADS_DAYS",
    "KEEP_VISIT_DRAFTS_DAYS",
    "MAIL_FROM",
    "PORTAL_URL",
    "REQUIRE_SECOND_FACTOR",
    "SECRET_KEY",
    "TRUSTED_PROXIES",
]
for _name in _FROM_THE_SHELL:
    os.environ.pop(_name, None)

# A worker of a parallel run takes a folder inside the one that the run itself has made.
_worker = os.environ.get("PYTEST_XDIST_WORKER")
# What a worker starts is handed that folder and takes no other inside it.
if _worker and "pytest" in sys.modules and os.environ.get("PORTAL_ENV") == "test":
    os.environ["VAR_DIR"] = str(Path(os.environ["VAR_DIR"]) / _worker)
elif "pytest" in sys.modules:  # mypy reads these settings too, and ends without tidying up
    _folder = tempfile.TemporaryDirectory(prefix="portal-tests-", ignore_cleanup_errors=True)
    os.environ["VAR_DIR"] = _folder.name
os.environ["PORTAL_ENV"] = "test"

from toolkit_portal.settings import *  # noqa: E402, F403
from toolkit_portal.settings import DATABASES, STATIC_ROOT, VAR_DIR  # noqa: E402

# Without the folder of collected files WhiteNoise warns, and warnings are errors.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in production, so that a live server has connections of its own; in memory where the system can.
    _shared_memory = Path("/dev/shm")
    _place = _shared_memory if os.access(_shared_memory, os.W_OK) else VAR_DIR
    DATABASES["default"]["TEST"] = {"NAME": str(_place / f"portal-tests-{os.getpid()}.sqlite3")}
