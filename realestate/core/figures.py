"""Figures: numbers that are shown low and decided high, lent as named ORM expressions.

``lend(Booking, paid_amount=paid)`` in ``payments``; ``Booking.objects.with_figures("paid_amount")`` in ``bookings``.
A figure is read-only and never decides anything below.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Self, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.expressions import Combinable

Row = TypeVar("Row", bound=Model)
Figure = Callable[[], Combinable]  # built per query, so that an expression may ask the clock
_lent: dict[type[Model], dict[str, Figure]] = defaultdict(dict)


def lend(model: type[Model], **figures: Figure) -> None:
    """Offer expressions to the querysets of a model further down; called in ``AppConfig.ready``."""
    _lent[model].update(figures)


def lent() -> dict[type[Model], frozenset[str]]:
    """The names of all figures by the model that shows them."""
    return {model: frozenset(figures) for model, figures in _lent.items()}


class FigureQuerySet(QuerySet[Row]):
    """A queryset that can show what apps above have lent."""

    def with_figures(self, *names: str) -> Self:
        """Annotate lent figures by name."""
        return self.annotate(**{name: _lent[self.model][name]() for name in names})
