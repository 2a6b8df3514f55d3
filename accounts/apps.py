"""Registers the accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts: users, builders and customers."""

    name = "accounts"

    def ready(self) -> None:
        """Give every login to the admin its row. Django says when somebody logs in; it is no signal of a table."""
        from django.contrib.auth.signals import user_logged_in

        from accounts.authentication import begin_session

        user_logged_in.connect(begin_session, dispatch_uid="accounts.begin_session")
