"""Registers the accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts: users, builders and customers."""

    name = "accounts"
