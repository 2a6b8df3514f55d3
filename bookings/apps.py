"""Registers the bookings app."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Bookings: the promise between a buyer and a builder."""

    name = "bookings"
