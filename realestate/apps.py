"""Registers the roof of the house and its admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core import checks


class RealEstateConfig(AppConfig):
    """The roof: commands, reports and templates that span all apps."""

    name = "realestate"
    label = "realestate"
    verbose_name = "Real estate platform"

    def ready(self) -> None:
        """Registers what deployments are asked; after each migrate, triggers and staff's groups are kept current."""
        from django.db.models.signals import post_migrate  # noqa: TID251  # Django's own hook after a migrate

        from realestate.deployment import check_database
        from realestate.recording import keep_triggers
        from realestate.rights import keep_groups, last_with_permissions
        from realestate.showing import keep_catalogue_triggers

        checks.register(check_database, checks.Tags.database, deploy=True)
        post_migrate.connect(keep_groups, sender=last_with_permissions())
        post_migrate.connect(keep_triggers, sender=last_with_permissions())
        post_migrate.connect(keep_catalogue_triggers, sender=last_with_permissions())


class HouseAdminConfig(AdminConfig):
    """Django's admin with our site in the place of its own."""

    default_site = "realestate.entrance.site.GuardedSite"
