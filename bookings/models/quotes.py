"""Quotes: what a unit costs a customer, frozen until they expire (R1)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Customer
from bookings.enums import QuoteState
from bookings.querysets import QuoteQuerySet
from projects.enums import TaxClass
from projects.models import Claim, PriceList, Project, Unit
from realestate.core.db.fields import (
    currency_field,
    enum_check,
    money_field,
    not_negative,
    percent_field,
    positive,
)


class Quote(models.Model):
    """A cost sheet as it was when a hold was taken or the quote was asked for (R1). Its figures never change."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claim = models.OneToOneField(
        Claim,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The hold that it was made for.",
    )
    price_list = models.ForeignKey(
        PriceList, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    tax_class = models.CharField(max_length=12, choices=TaxClass)
    lines = models.JSONField(help_text="The cost sheet, line by line, with the rule of each.")
    workings = models.JSONField(
        default=list, help_text="How discount and agreement value came about; lines have their own."
    )
    discount_percent = percent_field(null=True, blank=True)
    discount_amount = money_field(default=0)
    discount_reason = models.CharField(max_length=300, blank=True)
    agreement_value = money_field(help_text="A of R1: consideration less discount, before tax.")
    other_charges = money_field(default=0, help_text="Charges outside the consideration.")
    tax_amount = money_field(default=0, help_text="At the rates of the day of the quote.")
    total_amount = models.GeneratedField(
        expression=F("agreement_value") + F("other_charges") + F("tax_amount"),
        output_field=models.DecimalField(max_digits=16, decimal_places=2),
        db_persist=True,
    )
    currency = currency_field()
    state = models.CharField(max_length=16, choices=QuoteState, default=QuoteState.APPROVED)
    valid_until = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=300, blank=True)

    objects: ClassVar[models.Manager["Quote"]] = QuoteQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("quote_state", "state", QuoteState),
            enum_check("quote_tax_class", "tax_class", TaxClass),
            positive("quote_value", "agreement_value"),
            not_negative("quote_tax", "tax_amount"),
            not_negative("quote_discount", "discount_amount"),
            not_negative("quote_other_charges", "other_charges"),
            models.CheckConstraint(
                name="quote_approver_is_another", condition=~Q(decided_by=F("created_by"))
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-created_at", "-id"], name="quote_by_customer"),
            models.Index(fields=["project", "-created_at", "-id"], name="quote_by_project"),
            # The order of everybody's rows, as staff see them here and in the back office.
            models.Index(fields=["-created_at", "-id"], name="quote_newest"),
            # Nearly all are approved; the others are looked for.
            models.Index(
                fields=["state", "-created_at", "-id"],
                name="quote_not_approved",
                condition=~Q(state=QuoteState.APPROVED),
            ),
        ]

    def __str__(self) -> str:
        return self.quote_number

    @property
    def quote_number(self) -> str:
        """The number that people quote; derived from the key."""
        return f"QT-{self.pk:06d}"
