"""Runs manage.py as an administrator would, with nothing in the environment but what the test gives."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# A production that passes every check. The database isn't reached by the checks.
GOOD = {
    "PORTAL_URL": "https://portal.example.org",
    "SECRET_KEY": "kP2vX9qLw4-Zr7TnYb1_GfHs6DcJm0eQuAi8oVx3BtNyRlMWzKa5",
    "EMAIL_HOST": "mail.example.org",
    "DATABASE_URL": "postgres://portal:word@127.0.0.1:5432/portal",
}


def clean_environment(var_dir: Path, **variables: str) -> dict[str, str]:
    """PATH, the portal's own folder, and the variables given."""
    return {"PATH": os.environ["PATH"], "VAR_DIR": str(var_dir), **variables}


def manage(*arguments: str, var_dir: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The ended process with what it wrote, as text."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean_environment(var_dir, **variables),
        capture_output=True,
        text=True,
        timeout=60,
    )
