"""How rows are found and told apart: numbers that people read off papers, and the lines of boxes to choose from.

The admin site's own view of such boxes (realestate/admin.py) reads ``choice`` and ``choice_joins``.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

HOUSE_NUMBER = re.compile(r"([A-Z]{2})-?0*(\d{1,18})", re.IGNORECASE)
BOOKING = "BK"


class ChoiceMixin(ModelAdmin):
    """See the module."""

    numbers: ClassVar[
        Mapping[str, str]
    ] = {}  # the letters of a number -> the path to its row's key
    choice_joins: ClassVar[Sequence[str]] = ()  # what a line of a box reads besides the row
    part_of: ClassVar[str] = (
        ""  # see HouseAdmin; whatever is part of a booking is found by its number
    )

    def choice(self, row: Any) -> str:
        """A line of a box to choose from."""
        return str(row)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A whole house number, such as BK-000123, means its row and nothing else; other words are searched."""
        found = HOUSE_NUMBER.fullmatch(search_term.strip())
        paths = {BOOKING: self.part_of} if self.part_of.endswith("booking") else {}
        path = {**paths, **self.numbers}.get(found[1].upper()) if found else None
        if found and path:
            return queryset.filter(**{path: int(found[2])}), False
        return super().get_search_results(request, queryset, search_term)
