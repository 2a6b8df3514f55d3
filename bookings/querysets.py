"""Who may see which bookings, and where they stand at an instant."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from bookings.enums import (
    FIRM,
    BookingState,
    ChangeState,
    DocumentVisibility,
    Lifecycle,
    PaidShare,
    QuoteState,
)
from bookings.rules import LIFECYCLE
from projects.querysets import editable, role, visible
from realestate.core.enums import Role
from realestate.core.figures import FigureQuerySet
from realestate.core.money import ZERO

if TYPE_CHECKING:
    from bookings.models import (  # noqa: F401  # generic parameters
        Agreement,
        Applicant,
        Booking,
        BookingDocument,
        ChangeCutoff,
        ChangeQuote,
        ChangeRequest,
        PromisedDate,
        Quote,
        Signature,
    )

Rows = TypeVar("Rows", bound=QuerySet[Any])


def scope(rows: Rows, user: Any, prefix: str = "") -> Rows:  # any queryset with a path to a booking
    """R21: a customer its own bookings, a builder those of its projects, staff all; over a path."""
    match getattr(user, "user_type", None):
        case Role.STAFF:
            return rows
        case Role.BUILDER:
            return rows.filter(**{f"{prefix}project__builder": user.builder_id})
        case Role.CUSTOMER:
            return rows.filter(**{f"{prefix}customer": user.pk})
        case _:
            return rows.none()


def scope_of_booking(rows: Rows, user: Any, prefix: str = "") -> Rows:
    """R21, R18: a booking, or over a path what belongs to it; everybody who buys is a party, not only who booked.

    Co-applicants read what the customer reads; they act for themselves only, see ``standing.lock_booking``.
    """
    if role(user) != Role.CUSTOMER:
        return scope(rows, user, prefix)
    every = rows.model._default_manager.order_by()  # noqa: SLF001  # documented access
    # A union and not an OR: of the two halves each has its index, of both together there is none.
    own = every.filter(**{f"{prefix}customer": user.pk}).values("pk")
    joint = every.filter(**{f"{prefix}applicants__customer": user.pk}).values("pk")
    return rows.filter(pk__in=own.union(joint))


def lapsed(now: datetime, prefix: str = "") -> Q:
    """R4.2: a hold that was not paid for and whose claim is dead at an instant, whether recorded or not."""
    dead = Q(**{f"{prefix}claim__expires_at__lte": now}) | Q(
        **{f"{prefix}claim__released_at__isnull": False}
    )
    return Q(**{f"{prefix}state": BookingState.ON_HOLD}) & dead


class BookingQuerySet(FigureQuerySet["Booking"]):
    """Bookings."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21; see ``scope_of_booking``."""
        return scope_of_booking(self, user)

    def with_status(self, now: datetime) -> Self:
        """Annotate ``booking_status``: a lapsed hold is expired by comparison, not by a job (R4.4)."""
        expired = When(lapsed(now), then=Value(BookingState.EXPIRED.value))
        return self.annotate(
            booking_status=Case(expired, default=F("state"), output_field=CharField())
        )

    def with_lifecycle(self, now: datetime) -> Self:
        """Annotate ``booking_status`` and ``status``, the short one (contract 0.6).

        A firm booking that is fully paid and registered is completed before the keys are handed over.
        """
        settled = When(
            state__in=FIRM,
            actual_registration_date__isnull=False,
            paid_amount__gte=F("total_amount"),
            then=Value(Lifecycle.COMPLETED.value),
        )
        mapped = (
            When(booking_status=state, then=Value(short.value))
            for state, short in LIFECYCLE.items()
        )
        return (
            self.with_status(now)
            .with_figures("paid_amount")
            .annotate(status=Case(settled, *mapped, output_field=CharField()))
        )

    def paid_share(self, share: PaidShare) -> Self:
        """Bookings of which nothing, a part, or all is paid; needs the figure ``paid_amount``."""
        nothing, everything = Q(paid_amount=0), Q(paid_amount__gte=F("total_amount"))
        if share == PaidShare.PARTIAL:
            return self.exclude(nothing).exclude(everything)
        return self.filter(nothing if share == PaidShare.PENDING else everything)

    def lapsed(self, now: datetime) -> Self:
        """Bookings whose hold is over but which nobody has recorded as expired yet."""
        return self.filter(lapsed(now))

    def with_agreement(self) -> Self:
        """Annotate ``has_agreement``: whether an agreement was generated."""
        mine = self.model._default_manager.filter(pk=OuterRef("pk"))  # noqa: SLF001  # documented access
        return self.annotate(has_agreement=Exists(mine.filter(agreements__isnull=False)))

    def summary(self, now: datetime) -> dict[str, Any]:
        """The builder's counters: bookings by lifecycle, money received, money still to come from live bookings."""
        of = {name: Q(status=name.value) for name in Lifecycle}
        awaited = Q(status__in=[Lifecycle.PENDING.value, Lifecycle.ACTIVE.value])
        rows = self.order_by().with_lifecycle(now).with_figures("pending_amount")
        return rows.aggregate(
            total_bookings=Count("pk"),
            pending_bookings=Count("pk", filter=of[Lifecycle.PENDING]),
            active_bookings=Count("pk", filter=of[Lifecycle.ACTIVE]),
            completed_bookings=Count("pk", filter=of[Lifecycle.COMPLETED]),
            cancelled_bookings=Count("pk", filter=of[Lifecycle.CANCELLED]),
            total_revenue=Sum("paid_amount", default=ZERO),
            pending_revenue=Sum("pending_amount", filter=awaited, default=ZERO),
        )


class AgreementQuerySet(QuerySet["Agreement"]):
    """Agreements."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """The parties of the booking and staff."""
        return scope_of_booking(self, user, "booking__")


class ChangeRequestQuerySet(QuerySet["ChangeRequest"]):
    """Change requests."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """The parties of the booking and staff."""
        return scope_of_booking(self, user, "booking__")

    def with_status(self, now: datetime) -> Self:
        """Annotate ``status``: a quoted request whose last quote is over has lapsed, by comparison (R13.1)."""
        mine = self.model._default_manager.filter(pk=OuterRef("pk"))  # noqa: SLF001  # documented access
        last = mine.order_by("-quotes__version").values("quotes__valid_until")[:1]
        over = When(
            state=ChangeState.QUOTED,
            valid_until__lte=now,
            then=Value(ChangeState.LAPSED.value),
        )
        return self.annotate(valid_until=Subquery(last)).annotate(
            status=Case(over, default=F("state"), output_field=CharField())
        )

    def lapsed(self, now: datetime) -> Self:
        """Requests whose last quote is over but which nobody has recorded as lapsed yet."""
        return self.with_status(now).filter(state=ChangeState.QUOTED, status=ChangeState.LAPSED)


class ChangeQuoteQuerySet(QuerySet["ChangeQuote"]):
    """Quotes for change requests."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """The parties of the booking and staff; the customer only what the builder's side has approved (R13.2)."""
        rows = scope_of_booking(self, user, "change_request__booking__")
        return rows.offered() if role(user) == Role.CUSTOMER else rows

    def offered(self) -> Self:
        """What customers may see and decide about."""
        return self.filter(state=QuoteState.APPROVED)


class ChangeCutoffQuerySet(QuerySet["ChangeCutoff"]):
    """From when on changes are too late."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """As public as the project."""
        return self.filter(visible(user, "project__"))

    def for_office(self, user: Any) -> Self:  # User or AnonymousUser
        """The back office shows those of one's own projects; staff see all."""
        return self.filter(editable(user, "project__"))


class PromisedDateQuerySet(QuerySet["PromisedDate"]):
    """Promised dates."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """The parties of the booking and staff."""
        return scope_of_booking(self, user, "booking__")


class QuoteQuerySet(QuerySet["Quote"]):
    """Quotes."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """The customer that a quote is for, the project's builder, staff."""
        return scope(self, user)

    def usable(self, now: datetime) -> Self:
        """Quotes that can become a booking: approved, and not over (half-open, like holds)."""
        return self.filter(state=QuoteState.APPROVED, valid_until__gt=now)


class ApplicantQuerySet(QuerySet["Applicant"]):
    """Applicants of bookings."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """The parties of the booking and staff."""
        return scope_of_booking(self, user, "booking__")


class BookingDocumentQuerySet(QuerySet["BookingDocument"]):
    """Further documents of bookings."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """The parties of the booking and staff; the customer only what was filed for it."""
        rows = scope_of_booking(self, user, "booking__")
        if role(user) == Role.CUSTOMER:
            return rows.filter(visibility=DocumentVisibility.BUYER)
        return rows


class SignatureQuerySet(QuerySet["Signature"]):
    """Signatures of agreements."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """The parties of the booking and staff."""
        return scope_of_booking(self, user, "agreement__booking__")
