"""Fields and constraints that every table of the house writes the same way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from realestate.core.money import DEFAULT_CURRENCY, MAX_DIGITS

# A web address, or the path of one of the platform's own files; never ``javascript:`` and the like.
LINK = r"https?://[^\s<>\"']+|/api/files/\d+[^\s<>\"']*"
MAX_LINK = 500
NO_LINK = "Enter a web address that starts with http:// or https://."
BIGGEST_ID = 2**63 - 1  # what a bigint holds: PostgreSQL refuses to compare a key with more


class TimestampedModel(models.Model):
    """``created_at`` and ``updated_at``, set by the database and by Django's save."""

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


def money_field(**options: Any) -> models.DecimalField[Any, Any]:  # Django field options
    """An amount in the row's currency (INR unless the project says otherwise), 2 decimals."""
    return models.DecimalField(max_digits=MAX_DIGITS, decimal_places=2, **options)


def percent_field(**options: Any) -> models.DecimalField[Any, Any]:  # Django field options
    """A percentage or a yearly rate in percent, 4 decimals (R0)."""
    return models.DecimalField(max_digits=7, decimal_places=4, **options)


def area_field(**options: Any) -> models.DecimalField[Any, Any]:  # Django field options
    """An area in square feet, 2 decimals (R0)."""
    return models.DecimalField(max_digits=12, decimal_places=2, **options)


def link_field(**options: Any) -> models.CharField[Any, Any]:  # Django field options
    """A web address, or the path of one of the platform's own files. Not a URLField, which refuses paths."""
    check = RegexValidator(rf"(?i)\A(?:{LINK})\Z", NO_LINK)
    return models.CharField(max_length=MAX_LINK, validators=[check], **options)


def currency_field() -> models.CharField[Any, Any]:
    """An ISO 4217 code."""
    return models.CharField(max_length=3, default=DEFAULT_CURRENCY)


def enum_check(name: str, field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    """The column holds a word of its enum and nothing else, whoever writes it."""
    return models.CheckConstraint(
        name=f"{name}_is_known", condition=Q(**{f"{field}__in": choices.values})
    )


def not_negative(name: str, field: str) -> models.CheckConstraint:
    """The number in the column is not below zero (NULL passes)."""
    return models.CheckConstraint(name=f"{name}_not_negative", condition=Q(**{f"{field}__gte": 0}))


def positive(name: str, field: str) -> models.CheckConstraint:
    """The number in the column is above zero (NULL passes)."""
    return models.CheckConstraint(
        name=f"{name}_positive", condition=Q(**{f"{field}__gt": Decimal(0)})
    )
