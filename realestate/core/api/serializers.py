"""Read shapes and write shapes: different classes, both with the frontend's other names as aliases."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models.expressions import Combinable
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from realestate.core.money import MAX_DIGITS
from realestate.core.vocabulary import Vocabulary


class ReadSerializer(serializers.Serializer[Any]):
    """What a resource looks like. ``aliases`` maps a further name to the canonical one it repeats."""

    aliases: ClassVar[Mapping[str, str]] = {}
    figures: ClassVar[Sequence[str]] = ()  # lent figures that the shape shows
    related: ClassVar[Sequence[str]] = ()  # select_related paths
    prefetch: ClassVar[Sequence[Any]] = ()  # prefetch_related lookups
    order: ClassVar[Sequence[str | Combinable]] = (
        "-pk",
    )  # the default order, ending in the primary key
    in_sql: ClassVar[Mapping[str, Any]] = {}  # how the fast read gets what no column has; see reads

    @classmethod
    def annotated(cls, rows: Any) -> Any:  # any house queryset, given back with its own type
        """Rows with what this shape shows beside their columns; the clock is all that it may depend on."""
        return rows.with_figures(*cls.figures) if cls.figures else rows

    @classmethod
    def shape(cls, rows: Any) -> Any:  # any house queryset, given back with its own type
        """Rows with everything that this shape shows, so that showing them costs no further query."""
        rows = cls.annotated(rows).prefetch_related(*cls.prefetch)
        return (
            rows.select_related(*cls.related) if cls.related else rows
        )  # none named: Django takes all

    def to_representation(self, instance: Any) -> dict[str, Any]:  # rows and dicts alike
        """The canonical fields, then their aliases with the same values."""
        shown: dict[str, Any] = super().to_representation(instance)
        for alias, canonical in self.aliases.items():
            if canonical in shown:
                shown[alias] = shown[canonical]
        return shown


class WriteSerializer(serializers.Serializer[Any]):
    """What a client may send. Checks form, never truth; unknown fields are ignored.

    ``aliases`` maps a client's other name to the canonical one; ``blank_is_null`` names fields for which an empty
    string means "not given" (contract 7.2: dates arrive as "").
    """

    aliases: ClassVar[Mapping[str, str]] = {}
    blank_is_null: ClassVar[Sequence[str]] = ()
    example: ClassVar[Mapping[str, Any]] = {}  # shown in the OpenAPI document

    def to_internal_value(self, data: Any) -> Any:  # any JSON value
        """Rename aliases and empty strings, then validate."""
        if isinstance(data, Mapping):
            data = {str(key): value for key, value in data.items()}
            for alias, canonical in self.aliases.items():
                if alias in data:
                    data.setdefault(canonical, data[alias])
            for name in self.blank_is_null:
                if data.get(name) == "":
                    data[name] = None
        return super().to_internal_value(data)


class WordField(serializers.ChoiceField):
    """An enum value that may be written in the client's words; stored and emitted canonically."""

    def __init__(self, vocabulary: Vocabulary[Any], **options: Any) -> None:  # DRF field options
        """``vocabulary`` knows the canonical words and their aliases."""
        self.vocabulary = vocabulary
        super().__init__(choices=vocabulary.choices.choices, **options)

    def to_internal_value(self, data: Any) -> Any:  # any JSON value
        """The canonical member for the client's word."""
        if data == "" and self.allow_blank:
            return ""
        member = self.vocabulary.resolve(data)
        if member is None:
            self.fail("invalid_choice", input=data)
        return member


class MoneyField(serializers.DecimalField):
    """An amount: a JSON number with at most 2 decimals, Decimal inside."""

    def __init__(self, **options: Any) -> None:  # DRF field options
        """All options of DecimalField; digits and places are the house's."""
        super().__init__(max_digits=MAX_DIGITS, decimal_places=2, **options)


class PositiveMoneyField(MoneyField):
    """An amount above zero, in the project's currency."""

    def __init__(self, **options: Any) -> None:  # DRF field options
        """Refuses zero and below."""
        super().__init__(min_value=Decimal("0.01"), **options)


class MessageRead(serializers.Serializer[Any]):
    """A plain confirmation, for example after DELETE (never 204, contract T3)."""

    message = serializers.CharField()


class PaginationRead(serializers.Serializer[Any]):
    """Where a page stands, in the frontend's words."""

    currentPage = serializers.IntegerField()  # noqa: N815  # wire name
    totalPages = serializers.IntegerField()  # noqa: N815  # wire name
    totalItems = serializers.IntegerField()  # noqa: N815  # wire name
    hasNext = serializers.BooleanField()  # noqa: N815  # wire name
    hasPrev = serializers.BooleanField()  # noqa: N815  # wire name
    hasMore = serializers.BooleanField(  # noqa: N815  # wire name
        required=False,
        help_text="Only where true: more rows match than are counted and paged. Narrow the list to reach them.",
    )


@extend_schema_serializer(many=False)  # the answer of a list is one envelope, not an array of them
class PageRead(serializers.Serializer[Any]):
    """The envelope of a list, for the OpenAPI document; a subclass adds the rows under the list's key."""

    total = serializers.IntegerField()
    page = serializers.IntegerField()
    limit = serializers.IntegerField()
    pagination = PaginationRead()


class ErrorRead(serializers.Serializer[Any]):
    """The body of every refusal."""

    detail = serializers.CharField(help_text="One sentence for people.")
    code = serializers.CharField(help_text="Stable word for programs.")
    errors = serializers.DictField(  # type: ignore[assignment]  # the wire's name; DRF's property stays
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Field → what is wrong with it.",
    )
    request_id = serializers.CharField(help_text="Also in the X-Request-ID header.")
