"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest

from groups.access import roles_of


def portal(request: HttpRequest) -> dict[str, object]:
    """The portal's name, whether this is the demo, the person's roles, and the seconds until sign-out."""
    return {
        "portal_name": "Contract readiness",
        "demo": settings.DEMO,
        "roles": roles_of(request) if hasattr(request, "user") else None,
        "session_idle_seconds": settings.SESSION_IDLE_SECONDS,
        "demo_password": settings.DEMO_PASSWORD if settings.DEMO else "",
    }
