"""The admin site of the house: its name, its menu, and who may enter."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from realestate.core.enums import Role

# Navigation by job, not by table; tables that stand nowhere here come last, under their app.
MENU = (
    (
        "Sales",
        (
            "projects.project",
            "projects.unit",
            "bookings.booking",
            "projects.claim",
            "accounts.customer",
            "bookings.agreement",
        ),
    ),
    ("Collections", ("payments.payment",)),
    (
        "Site",
        (
            "progress.projectprogress",
            "progress.constructionupdate",
            "bookings.changerequest",
            "bookings.changequote",
        ),
    ),
    (
        "Communication",
        (
            "scheduling.appointment",
            "scheduling.appointmentmove",
            "messaging.conversation",
            "messaging.message",
            "notifications.notification",
        ),
    ),
    (
        "Set-up",
        (
            "accounts.builder",
            "projects.tower",
            "projects.model3d",
            "core.systemsetting",
            "accounts.user",
            "auth.group",
        ),
    ),
    ("System", ()),
)


class HouseAdminSite(AdminSite):
    """Where staff work."""

    site_header = "Real estate platform"
    site_title = "Real estate platform"
    index_title = "Back office"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Active staff with the right to enter; nobody else, whatever flags an account carries."""
        return (
            super().has_permission(request)
            and getattr(request.user, "user_type", None) == Role.STAFF
        )

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The menu by job."""
        apps: list[Any] = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        pages = {
            f"{app['app_label']}.{page['object_name'].lower()}": page
            for app in apps
            for page in app["models"]
        }
        listed = {name for _title, names in MENU for name in names}
        rest = tuple(name for name in pages if name not in listed)
        return [
            {
                "name": title,
                "app_label": title.lower(),
                "app_url": "",
                "has_module_perms": True,
                "models": found,
            }
            for title, names in MENU
            if (found := [pages[name] for name in names or rest if name in pages])
        ]
