"""Payments: who paid what."""
