"""Registers the bookings app and what it lends and hears."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Bookings: the promise between a buyer and a builder."""

    name = "bookings"

    def ready(self) -> None:
        """Lend the figures that projects and builders show, and listen."""
        from accounts.models import Builder  # models exist only now
        from bookings import figures, receivers  # noqa: F401  # registers by being imported
        from bookings.imports import BookingImport
        from projects.models import Project
        from realestate.core.figures import lend
        from realestate.core.imports import register_kind

        lend(Project, bookings=figures.live_bookings)
        lend(Builder, rating=figures.rating)
        register_kind(BookingImport())
