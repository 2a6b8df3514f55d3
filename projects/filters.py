"""How lists of projects, units and models can be narrowed, searched and ordered (contract 7.2)."""

import re
from functools import reduce
from operator import add, and_

import django_filters
from django import forms
from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import Case, Exists, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.db.models.lookups import GreaterThanOrEqual

from projects.models import Model3D, PriceList, Project, TaxRate, Unit
from projects.rules import (
    ACCESS_LEVEL,
    FACING,
    MODEL_TYPE,
    PROJECT_STATUS,
    PROJECT_TYPE,
    TAX_CLASS,
    UNIT_STATUS,
    UNIT_TYPE,
)
from realestate.core import clock
from realestate.core.api.filters import HouseFilterSet, Ordering, WordFilter

PLACES = ("location_address", "location_city", "location_state")
NAMES = Concat("project_name", *(part for place in PLACES for part in (Value(" "), place)))
WORD = re.compile(r"\w+")
MAX_WORDS = 5  # of a search that are compared for misspellings; nobody types more
# How much of a word's trigrams must stand together in a name for the word to count as meant. For descriptions it is
# PostgreSQL's own 0.6, and no short words: a long text has something alike for nearly every one of them.
ALIKE, SHORT = 0.4, 4


class WholeNumberFilter(django_filters.NumberFilter):
    """A key or a floor: ``1.5`` matches nothing, instead of what it would be rounded to."""

    field_class = forms.IntegerField  # type: ignore[assignment]  # the stubs want NumberFilter's own class


class ProjectFilter(HouseFilterSet):
    """Projects by place, kind, state, price and words."""

    status = WordFilter(PROJECT_STATUS)
    project_type = WordFilter(PROJECT_TYPE)
    builder_id = WholeNumberFilter()
    is_featured = django_filters.BooleanFilter()
    location = django_filters.CharFilter(
        method="in_place", help_text="Part of the address, city or state, in any case."
    )
    min_price = django_filters.NumberFilter(
        method="up_from", help_text="Price ranges that reach this high."
    )
    max_price = django_filters.NumberFilter(
        method="down_from", help_text="Price ranges that start this low."
    )
    search = django_filters.CharFilter(
        method="by_words",
        help_text="Words of name, address, city and description; misspellings of names are found.",
    )
    ordering = Ordering(
        fields=(
            ("created_at", "created_at"),
            ("project_name", "name"),
            ("price_range_min", "price"),
            ("expected_completion_date", "expected_completion"),
        ),
    )

    class Meta:
        model = Project
        fields: tuple[str, ...] = ()

    def in_place(self, rows: QuerySet[Project], _name: str, value: str) -> QuerySet[Project]:
        """A substring of any part of the address."""
        matches = Q()
        for place in PLACES:
            matches |= Q(**{f"{place}__icontains": value})
        return rows.filter(matches)

    def up_from(self, rows: QuerySet[Project], _name: str, value: float) -> QuerySet[Project]:
        """Ranges overlap: the highest price is at least this, or the lowest where there is no highest."""
        return rows.filter(
            Q(price_range_max__gte=value) | Q(price_range_max=None, price_range_min__gte=value)
        )

    def down_from(self, rows: QuerySet[Project], _name: str, value: float) -> QuerySet[Project]:
        """Ranges overlap: the lowest price is at most this, or the highest where there is no lowest."""
        return rows.filter(
            Q(price_range_min__lte=value) | Q(price_range_min=None, price_range_max__lte=value)
        )

    def by_words(self, rows: QuerySet[Project], _name: str, value: str) -> QuerySet[Project]:
        """Full text over name, address, city and description, best match first.

        Where it finds nothing, projects in which every word stands nearly as it was spelt: one statement for both.
        """
        words = WORD.findall(value)[:MAX_WORDS]
        if not words:
            return rows.none()
        query = SearchQuery(value, search_type="websearch", config="simple")
        exact, similar = Q(search=query), reduce(and_, (_is_meant(word) for word in words))
        found = rows.filter(exact | ~Exists(rows.filter(exact)) & similar)
        spelt = reduce(add, (TrigramWordSimilarity(word, NAMES) for word in words))
        # Of what has the words themselves the rank says enough, and there may be thousands of them.
        nearness = Case(When(exact, then=Value(0.0)), default=spelt, output_field=FloatField())
        return found.alias(rank=SearchRank(F("search"), query), nearness=nearness).order_by(
            "-rank", "-nearness", "-pk"
        )


def _is_meant(word: str) -> Q:
    """Whether a project's name or place has the word nearly so, or its description almost exactly."""
    named = Q(GreaterThanOrEqual(TrigramWordSimilarity(word, NAMES), ALIKE))
    if len(word) <= SHORT:
        return named
    # By itself, so that the trigram index finds the few long texts that are worth comparing.
    told = Project.objects.filter(description__trigram_word_similar=word)
    return named | Q(pk__in=told.values("pk"))


class UnitFilter(HouseFilterSet):
    """Units by place in the house, kind, price, area and state."""

    project_id = WholeNumberFilter()
    tower_id = WholeNumberFilter()
    unit_type = WordFilter(UNIT_TYPE)
    status = WordFilter(UNIT_STATUS, method="in_state")
    facing = WordFilter(FACING)
    floor = WholeNumberFilter(field_name="floor_number")
    min_floor = WholeNumberFilter(field_name="floor_number", lookup_expr="gte")
    max_floor = WholeNumberFilter(field_name="floor_number", lookup_expr="lte")
    min_price = django_filters.NumberFilter(field_name="price", lookup_expr="gte")
    max_price = django_filters.NumberFilter(field_name="price", lookup_expr="lte")
    min_area = django_filters.NumberFilter(field_name="area_sqft", lookup_expr="gte")
    max_area = django_filters.NumberFilter(field_name="area_sqft", lookup_expr="lte")
    ordering = Ordering(
        fields=(
            ("price", "price"),
            ("area_sqft", "area"),
            ("floor_number", "floor"),
            ("unit_number", "unit_number"),
        ),
    )

    class Meta:
        model = Unit
        fields: tuple[str, ...] = ()

    def in_state(self, rows: QuerySet[Unit], _name: str, value: str) -> QuerySet[Unit]:
        """Units that look like this to the caller: to the public, hidden ones look reserved."""
        status = UNIT_STATUS.resolve(value)
        user = getattr(self.request, "user", None)
        return rows.none() if status is None else rows.seen_as(status, user, clock.now())  # type: ignore[attr-defined]  # UnitQuerySet


class Model3DFilter(HouseFilterSet):
    """3D models by what they show."""

    model_type = WordFilter(MODEL_TYPE)
    access_level = WordFilter(ACCESS_LEVEL)
    unit_id = WholeNumberFilter()

    class Meta:
        model = Model3D
        fields: tuple[str, ...] = ()


class PriceListFilter(HouseFilterSet):
    """Price lists of a project."""

    project_id = django_filters.NumberFilter(field_name="project_id")

    class Meta:
        model = PriceList
        fields: list[str] = []


class TaxRateFilter(HouseFilterSet):
    """Tax rates of a class."""

    tax_class = WordFilter(TAX_CLASS)

    class Meta:
        model = TaxRate
        fields: list[str] = []
