"""The project itself as an app: its templates, checks and top-floor pages."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ToolkitPortalConfig(AppConfig):
    default = True
    name = "toolkit_portal"
    label = "toolkit_portal"

    def ready(self) -> None:
        from toolkit_portal import checks  # noqa: F401  registers the system checks


class EmergencyAdminConfig(AdminConfig):
    """Django's admin behind our own door."""

    default = False  # chosen by name in INSTALLED_APPS; the project's own config is the package's default
    default_site = "toolkit_portal.emergency_admin.EmergencyAdminSite"
