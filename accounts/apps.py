"""Registers the accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts: users, builders and customers."""

    name = "accounts"

    def ready(self) -> None:
        """Give every login to the admin its row, offer the import of customers, and lend builders to settings.

        Django says when somebody logs in; it is no signal of a table.
        """
        from django.contrib.auth.signals import user_logged_in

        from accounts.authentication import begin_session
        from accounts.imports import CustomerImport  # models exist only now
        from accounts.models import Builder
        from realestate.core.enums import SettingScope
        from realestate.core.imports import register_kind
        from realestate.core.setting_places import Source, lend_places

        user_logged_in.connect(begin_session, dispatch_uid="accounts.begin_session")
        register_kind(CustomerImport())
        builders = Source(Builder, Builder.objects.editable_by, name="company_name", builder="pk")
        lend_places(SettingScope.BUILDER, builders)
