"""What units cost: versions of a project's price list, their charge lines, and dated tax rates (R1, R3)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from projects.enums import ChargeBasis, ChargeKind, TaxClass, UnitType
from projects.models.catalogue import Project
from projects.querysets import ChargeLineQuerySet, PriceListQuerySet, TaxRateQuerySet
from realestate.core.db.fields import enum_check, not_negative, percent_field


class PriceList(models.Model):
    """A version of a project's prices, in force from its day until a later version's. Never changed: only succeeded."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="price_lists")
    version = models.PositiveIntegerField()
    effective_from = models.DateField(help_text="In the project's time zone.")
    note = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager["PriceList"]] = PriceListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "version"], name="one_price_list_per_version"
            )
        ]

    def __str__(self) -> str:
        return f"price list {self.version} of {self.project}"


class ChargeLine(models.Model):
    """A line of a price list (R1). Lines are computed in their order; percentages look at lines before them."""

    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="lines")
    sequence = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=30)
    label = models.CharField(max_length=100)
    kind = models.CharField(max_length=12, choices=ChargeKind)
    basis = models.CharField(max_length=12, choices=ChargeBasis)
    value = models.DecimalField(
        max_digits=17,
        decimal_places=4,
        default=0,
        help_text="Per square foot, percent or amount; for a floor rise per floor.",
    )
    percent_of = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    rise_from_floor = models.SmallIntegerField(null=True, blank=True)
    unit_types = ArrayField(
        models.CharField(max_length=10, choices=UnitType),
        default=list,
        blank=True,
        help_text="Empty: all.",
    )
    feature = models.CharField(
        max_length=100, blank=True, help_text="Only for units with this feature or facing."
    )
    tax_class = models.CharField(
        max_length=12, choices=TaxClass, blank=True, help_text="Empty: the unit's own class."
    )
    in_consideration = models.BooleanField(
        default=True, help_text="Part of the agreement value: counts for the cap and withholding."
    )
    in_plan = models.BooleanField(
        default=True, help_text="Spread over the payment plan; otherwise due on possession."
    )

    objects: ClassVar[models.Manager["ChargeLine"]] = ChargeLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["price_list", "code"], name="one_charge_per_code"),
            models.UniqueConstraint(fields=["price_list", "sequence"], name="one_charge_per_place"),
            enum_check("charge_kind", "kind", ChargeKind),
            enum_check("charge_basis", "basis", ChargeBasis),
            models.CheckConstraint(
                name="charge_tax_class_is_known",
                condition=Q(tax_class="") | Q(tax_class__in=TaxClass.values),
            ),
            not_negative("charge_value", "value"),
        ]

    def __str__(self) -> str:
        return self.label


class TaxRate(models.Model):
    """A tax's rate from a day on (R3.2): the one in force is the last that began. Rows are added, never changed."""

    tax_class = models.CharField(max_length=12, choices=TaxClass)
    component = models.CharField(
        max_length=30, help_text="Such as CGST; each is rounded by itself."
    )
    percent = percent_field()
    valid_from = models.DateField()
    note = models.CharField(max_length=200, blank=True)

    objects: ClassVar[models.Manager["TaxRate"]] = TaxRateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tax_class", "component", "valid_from"], name="one_tax_rate_per_day"
            ),
            enum_check("tax_class", "tax_class", TaxClass),
            models.CheckConstraint(
                name="tax_rate_in_range", condition=Q(percent__gte=0, percent__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.percent} % on {self.tax_class} from {self.valid_from}"
