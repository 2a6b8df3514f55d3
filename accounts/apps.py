"""Registers the accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts: users, builders and customers."""

    name = "accounts"

    def ready(self) -> None:
        """Offer the import of customers."""
        from accounts.imports import CustomerImport  # models exist only now
        from realestate.core.imports import register_kind

        register_kind(CustomerImport())
