"""Django's admin, kept for emergencies: for superusers and for administrators marked as staff, nobody else."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from groups.access import roles_of


class EmergencyAdminSite(AdminSite):
    site_header = site_title = "Contract readiness: emergency admin"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person may open it. An officer's or manager's staff mark alone opens nothing."""
        user = request.user
        return user.is_active and (
            user.is_superuser or (user.is_staff and roles_of(request).is_administrator)
        )

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sends people to the portal's own sign-in: a second one would know no attempt limit and no second step.

        Raises PermissionDenied for those who are signed in without the right.
        """
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied("The emergency admin is for administrators.")
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next", request.path))
        return super().login(request, extra_context)
