"""Who buys, and what they sign: applicants with their shares, agreements and signatures (R18, R5.6)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Customer
from bookings.enums import KycState, SignatureMethod
from bookings.models.booking import Booking
from bookings.querysets import AgreementQuerySet, ApplicantQuerySet, SignatureQuerySet
from realestate.core.db.fields import TimestampedModel, enum_check
from realestate.core.models import StoredFile


class Applicant(TimestampedModel):
    """Somebody who buys: the customer itself or a co-applicant, with a share in percent (R18)."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="applicants")
    customer = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty for somebody without an account.",
    )
    full_name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    is_primary = models.BooleanField(default=False)
    share = models.DecimalField(max_digits=5, decimal_places=2, help_text="Percent.")
    kyc_state = models.CharField(max_length=10, choices=KycState, default=KycState.MISSING)

    objects: ClassVar[models.Manager["Applicant"]] = ApplicantQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("kyc_state", "kyc_state", KycState),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(is_primary=True), name="one_primary_applicant"
            ),
            models.UniqueConstraint(
                fields=["booking", "customer"], name="one_applicant_per_person"
            ),
            models.CheckConstraint(name="share_in_range", condition=Q(share__gt=0, share__lte=100)),
        ]

    def __str__(self) -> str:
        return self.full_name


class Agreement(models.Model):
    """What a booking's agreement said when it was made; the PDF is drawn from it and never changes with the booking."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="agreements")
    version = models.PositiveSmallIntegerField()
    content = models.JSONField(help_text="The facts of the document, as they were.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    file = models.ForeignKey(
        StoredFile,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The PDF, once it is drawn.",
    )

    objects: ClassVar[models.Manager["Agreement"]] = AgreementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "version"], name="one_agreement_per_version")
        ]

    def __str__(self) -> str:
        return self.agreement_number

    @property
    def agreement_number(self) -> str:
        """The number that people quote: the booking's and the version."""
        return f"AG-{self.booking_id:06d}-{self.version}"


class Signature(models.Model):
    """Who signed an agreement, when and how; the builder's has no applicant (R5.6)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    applicant = models.ForeignKey(
        Applicant, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=200, help_text="As signed.")
    method = models.CharField(max_length=12, choices=SignatureMethod)
    signed_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    scan = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[models.Manager["Signature"]] = SignatureQuerySet.as_manager()

    class Meta:
        constraints = [
            enum_check("signature_method", "method", SignatureMethod),
            models.UniqueConstraint(
                fields=["agreement", "applicant"],
                nulls_distinct=False,
                name="one_signature_per_party",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.agreement}"
