"""Expressions whose JSON is, byte for byte, what serializers and the renderer make of the same value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    ExpressionWrapper,
    F,
    Field,
    ForeignKey,
    Func,
    IntegerField,
    JSONField,
    Q,
    TextField,
)
from django.db.models.expressions import Combinable, Expression
from rest_framework import serializers

from realestate.core.api.links import OWN_FILES, ShownLink

Context = Mapping[str, Any]  # a serializer's
DIGITS = 15  # a double shows 15 digits as they are stored


class NotInSql(Exception):
    """This field cannot be shown by the database; the message says why."""


class Told(Expression):
    """A value of a statement that each request tells anew: who reads, what time it is."""

    def __init__(self, tell: Callable[[Context], object], output_field: Field[Any, Any]) -> None:
        """``tell`` makes the value of the serializer's context."""
        super().__init__(output_field=output_field)
        self.tell = tell

    def as_sql(self, compiler: object, connection: Any) -> tuple[str, Any]:  # Django's signature
        """A placeholder, with a cast so that NULL has a type too; the parameter is this expression itself."""
        return f"%s::{self.output_field.db_type(connection)}", [self]


class IsDistinctFrom(Func):
    """Unequal, where NULL is a value like others."""

    template, arg_joiner = "(%(expressions)s)", " IS DISTINCT FROM "
    output_field = BooleanField()


def given(column: str) -> Combinable:
    """Whether a column holds something."""
    return ExpressionWrapper(Q(**{f"{column}__isnull": False}), BooleanField())


class JsonText(Func):
    """Text that is JSON already."""

    output_field = JSONField()


class Instant(Func):
    """A point in time in UTC, with a fraction only where there is one."""

    template = (
        "replace(to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
        " '.000000Z', 'Z')"
    )
    output_field = TextField()


class Number(JsonText):
    """A decimal as the shortest number that is equal to it, with one place at least: 7500000.0, 12.55."""

    def __init__(self, value: Combinable, places: int) -> None:
        """``places`` is the most that there can be."""
        super().__init__(value)
        shown = f"to_char(%(expressions)s, 'FM9999999999999990.0{'9' * (places - 1)}')"
        if places > 5:  # noqa: PLR2004  # a double below 0.00001 is written with an exponent
            tiny = "abs(%(expressions)s) < 0.00001 AND %(expressions)s <> 0"
            digits = f"trim_scale(%(expressions)s * 1e{places})::text || 'e-{places}'"
            shown = f"CASE WHEN {tiny} THEN {digits} ELSE {shown} END"
        self.template = f"({shown})::json"


class Float(JsonText):
    """A number from 0.0001 to 10**15 as JSON writes Python's ``float`` of it; counted once."""

    template = (
        "(SELECT CASE WHEN number = trunc(number) THEN round(number, 1)::text ELSE number::float8::text END::json"
        " FROM (SELECT %(expressions)s AS number OFFSET 0) counted)"
    )


def _site(_context: Context) -> str:
    return str(settings.PUBLIC_URL)


class ShownLinkSql(Func):
    """A stored link as ``ShownLink`` gives it out: the platform's own files with the address of the site."""

    template = "CASE WHEN starts_with({0}, '" + OWN_FILES + "') THEN {1} || {0} ELSE {0} END"
    output_field = TextField()

    def __init__(self, link: Combinable) -> None:
        """A column of links."""
        super().__init__(link, Told(_site, TextField()))

    def as_sql(self, compiler: Any, connection: Any, **options: Any) -> tuple[str, Any]:  # type: ignore[override]  # the template is our own
        """The column stands in the template several times, the site once."""
        (link, none), (site, told) = (
            compiler.compile(each) for each in self.get_source_expressions()
        )
        if none:
            raise NotInSql("a list of links that is computed")
        return self.template.format(link, site), [*told]


class ShownLinksSql(ShownLinkSql):
    """A list of them, in its order; lists without own files, nearly all, stay as they are."""

    template = (
        "CASE WHEN strpos({0}::text, '" + OWN_FILES + "') = 0 THEN to_json({0}) ELSE to_json(ARRAY("
        "SELECT " + ShownLinkSql.template.replace("{0}", "link") + " "
        "FROM unnest({0}) WITH ORDINALITY AS links(link, place) ORDER BY place)) END"
    )
    output_field = JSONField()  # type: ignore[assignment]  # no text, but JSON


# Fields that a column of these kinds shows as it is, and those whose column needs an expression.
TEXTS = (CharField, TextField)
AS_IT_IS: dict[type, tuple[type, ...]] = {
    serializers.IntegerField: (IntegerField, AutoField, ForeignKey),
    serializers.BooleanField: (BooleanField,),
    serializers.DateField: (DateField,),
    serializers.CharField: TEXTS,
    serializers.ChoiceField: TEXTS,
}
WRITTEN: dict[type, tuple[tuple[type, ...], type[Func]]] = {
    serializers.DateTimeField: ((DateTimeField,), Instant),
    ShownLink: (TEXTS, ShownLinkSql),
}


def in_sql(shown: Any, name: str, column: object) -> Combinable:  # any serializer field
    """The expression of a declared field over the annotation ``name``, which holds a ``column``. Raises NotInSql."""
    value = F(name)
    for kind in type(shown).__mro__:
        if kind in WRITTEN and isinstance(column, WRITTEN[kind][0]):
            return WRITTEN[kind][1](value)
        if kind in AS_IT_IS and isinstance(column, AS_IT_IS[kind]):
            if isinstance(column, DateTimeField):  # one of Django's DateFields, but no day
                break
            return value
    if isinstance(shown, serializers.DecimalField) and isinstance(column, DecimalField):
        return _number(shown, value, column)
    if isinstance(shown, serializers.ListField) and isinstance(column, ArrayField):
        return _list(shown.child, value, column.base_field)
    raise NotInSql(f"a {type(shown).__name__} over a {type(column).__name__}")


def _number(
    field: serializers.DecimalField, value: F, column: DecimalField[Any, Any]
) -> Combinable:
    places = field.decimal_places or 0
    fits = (field.max_digits or DIGITS + 1) <= DIGITS and 0 < (column.decimal_places or 0) <= places
    if not fits:
        raise NotInSql("a number that a double does not hold")
    return Number(value, places)


def _list(
    child: serializers.Field[Any, Any, Any, Any], value: F, column: Field[Any, Any]
) -> Combinable:
    if isinstance(column, TEXTS) and type(child) is ShownLink:
        return ShownLinksSql(value)
    if isinstance(column, TEXTS) and type(child) is serializers.CharField:
        return value
    raise NotInSql(f"a list of {type(child).__name__}")
