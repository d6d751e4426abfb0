"""Access to home and to pages about the portal, and the routes of packages."""

from tests.access.rows import Row

EVERYBODY = dict.fromkeys(
    ("anonymous", "lead", "other_lead", "officer", "other_officer", "manager", "administrator"), 200
)

ROWS = [
    Row(
        name="home",
        get={
            "lead": 302,
            "other_lead": 302,
            "officer": 200,
            "other_officer": 200,
            "manager": 200,
            "administrator": 302,
        },
        otherwise=200,
    ),
    Row(name="health", get=EVERYBODY, anonymous=405),
    Row(name="privacy", get=EVERYBODY, anonymous=405),
    Row(name="accessibility", get=EVERYBODY, anonymous=405),
]

FOREIGN_PREFIXES = (
    "account_",  # sign-in, sign-out, passwords: django-allauth's pages, open to people who aren't signed in yet
    "mfa_",  # the second step at sign-in: django-allauth's, each page asks who is signed in
    "admin:",  # the emergency admin: tests/toolkit_portal/test_emergency_admin.py holds who may open it
    "unnamed emergency-admin/",  # the emergency admin's redirects for addresses it doesn't know
)
