"""Registers the roof of the house and its admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class RealEstateConfig(AppConfig):
    """The roof: commands, reports and templates that span all apps."""

    name = "realestate"
    label = "realestate"
    verbose_name = "Real estate platform"


class HouseAdminConfig(AdminConfig):
    """Django's admin with our site in the place of its own."""

    default_site = "realestate.entrance.site.GuardedSite"
