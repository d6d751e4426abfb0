"""System checks: an unsafe production doesn't pass `check --deploy`."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security, deploy=True)
def production_is_safe(app_configs, **kwargs) -> list[CheckMessage]:
    """Faults that a county's real data must not run with."""
    found: list[CheckMessage] = []
    if settings.DEMO:
        found.append(
            Error("DEMO is on: its accounts have a published password.", hint="Unset DEMO.", id="portal.E001")
        )
    if not settings.HTTPS:
        found.append(
            Error(
                "PORTAL_URL is not https.",
                hint="Set PORTAL_URL to the address people use, such as https://portal.example.org.",
                id="portal.E002",
            )
        )
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        found.append(
            Warning(
                "Mail goes to a folder, so invitations and sign-in codes reach nobody.",
                hint="Set EMAIL_HOST (and EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, MAIL_FROM).",
                id="portal.W003",
            )
        )
    if not settings.REQUIRE_SECOND_FACTOR:
        found.append(
            Warning(
                "Staff sign in without a second factor.",
                hint="Leave REQUIRE_SECOND_FACTOR unset or set it to 1.",
                id="portal.W004",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Error("ALLOWED_HOSTS lets any host in.", hint="Name the portal's host.", id="portal.E005")
        )
    return found
