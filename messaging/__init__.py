"""Messaging: who wrote what to whom."""
