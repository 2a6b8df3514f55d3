"""The admin site of the house."""

from django.contrib.admin import AdminSite


class HouseAdminSite(AdminSite):
    """Where staff work."""

    site_header = "Real estate platform"
    site_title = "Real estate platform"
    index_title = "Back office"
