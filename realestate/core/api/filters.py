"""Filters that never fail a list: unknown words and wrong types give the empty set (contract T12)."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

from realestate.core.vocabulary import Vocabulary


class HouseFilterSet(django_filters.FilterSet):
    """A filter set whose invalid input means "nothing matches"."""

    @property
    def qs(self) -> QuerySet[Any]:
        """The filtered rows; none of them when a value makes no sense."""
        if self.is_bound and not self.is_valid():
            return self.queryset.none()  # type: ignore[union-attr]  # the backend always gives one
        return super().qs


class WordFilter(django_filters.CharFilter):
    """Filters an enum column by any word of its vocabulary; an unknown word matches nothing."""

    def __init__(
        self, vocabulary: Vocabulary[Any], **options: Any
    ) -> None:  # django-filter options
        """``vocabulary`` knows the canonical words and their aliases."""
        self.vocabulary = vocabulary
        options.setdefault(
            "help_text",
            "One of: " + ", ".join(vocabulary.choices.values) + ". Aliases are accepted.",
        )
        super().__init__(**options)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Rows with the canonical value."""
        if not value:
            return qs
        member = self.vocabulary.resolve(value)
        return qs.none() if member is None else super().filter(qs, member.value)


class Ordering(django_filters.OrderingFilter):
    """Orders a list by what the client names; the primary key decides ties, so that pages never overlap.

    The key runs in the direction of the column before it: one index then serves both directions.
    """

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """The rows in the wanted order, or in their own; between two commas stands no name."""
        names = [name for name in value or () if name]
        if not names:
            return qs
        tie = "-pk" if names[-1].startswith("-") else "pk"
        return qs.order_by(*(self.get_ordering_value(name) for name in names), tie)


class HouseFilterBackend(DjangoFilterBackend):
    """django-filter's backend without its 400: invalid values give the empty set."""

    raise_exception = False

    def filter_queryset(  # type: ignore[override]  # the stubs say HttpRequest, DRF passes its own
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        """The rows that the query parameters ask for."""
        filterset = self.get_filterset(request, queryset, view)
        return queryset if filterset is None else filterset.qs
