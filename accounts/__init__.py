"""Accounts: users, builders and customers."""
