"""Who may see which bookings, and where they stand at an instant."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DecimalField,
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
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest

from bookings.enums import (
    FIRM,
    OPEN,
    BookingState,
    ChangeState,
    DocumentVisibility,
    Lifecycle,
    QuoteState,
    Standing,
)
from bookings.rules import LIFECYCLE
from projects.querysets import PartQuerySet, role
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

MONEY = DecimalField(max_digits=17, decimal_places=2)
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

        A firm booking that is fully paid and registered is completed before the keys are handed over. Rows that have
        them already stay as they are.
        """
        if "booking_status" in self.query.annotations:
            return self
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

    def in_state(self, state: BookingState, now: datetime) -> Self:
        """Bookings of a ``booking_status``, said in columns that an index has; ``with_status`` has a CASE."""
        if state == BookingState.ON_HOLD:
            return self.filter(~Q(self._is_over(now)), state=state)
        if state == BookingState.EXPIRED:
            return self.filter(Q(state=state) | self._lapsed(now))
        return self.filter(state=state)

    def of_lifecycle(self, short: Lifecycle, now: datetime) -> Self:
        """Bookings of a short ``status``, likewise; whether all is paid says a column that a trigger keeps."""
        standing = Standing(short)
        if short == Lifecycle.PENDING:
            running = Q(standing=Standing.HELD) & ~Q(self._is_over(now))
            return self.filter(Q(standing=standing) | running)
        if short == Lifecycle.CANCELLED:
            return self.filter(Q(standing=standing) | self._lapsed(now))
        return self.filter(standing=standing)

    def _lapsed(self, now: datetime) -> Q:
        return Q(state=BookingState.ON_HOLD, standing=Standing.HELD) & Q(self._is_over(now))

    def _is_over(self, now: datetime) -> Combinable:
        """Whether the claim of a booking on hold is dead. Asked of each by its key: as a join all claims are read."""
        claims: Any = self.model._meta.get_field("claim").related_model  # noqa: SLF001  # documented API
        ended = Q(expires_at__lte=now) | Q(released_at__isnull=False)
        rows = claims._default_manager.filter(ended, pk=OuterRef("claim"))  # noqa: SLF001  # documented access
        dead = Subquery(rows.values(yes=Value(True))[:1])  # noqa: FBT003  # a value
        return Coalesce(dead, Value(False), output_field=BooleanField())  # noqa: FBT003  # likewise

    def lapsed(self, now: datetime) -> Self:
        """Bookings whose hold is over but which nobody has recorded as expired yet."""
        return self.filter(lapsed(now))

    def standing_at(self, now: datetime) -> Self:
        """Open or firm at an instant; a lapsed hold counts for nothing (R4.4)."""
        over = Q(state=BookingState.ON_HOLD) & Q(self._is_over(now))
        return self.filter(state__in=OPEN | FIRM).exclude(over)

    def with_agreement(self) -> Self:
        """Annotate ``has_agreement``: whether an agreement was generated."""
        mine = self.model._default_manager.filter(pk=OuterRef("pk"))  # noqa: SLF001  # documented access
        return self.annotate(has_agreement=Exists(mine.filter(agreements__isnull=False)))

    def summary(self, now: datetime) -> dict[str, Any]:
        """The builder's counters: bookings by lifecycle, money received, money still to come from live bookings.

        All from columns of the booking itself, so that those of everybody's bookings come out of one index.
        """
        # Only of those on hold the claim is asked for.
        over = Case(When(standing=Standing.HELD, then=self._is_over(now)), default=Value(False))  # noqa: FBT003  # a value
        rest = Greatest(F("total_amount") - F("paid_so_far"), Value(ZERO), output_field=MONEY)
        groups = (
            self.order_by()
            .values("standing", over=over)
            .annotate(count=Count("standing"), paid=Sum("paid_so_far"), rest=Sum(rest))
        )
        counts, paid, awaited = dict.fromkeys(Lifecycle, 0), ZERO, ZERO
        for group in groups:
            short = _short(group["standing"], is_over=group["over"])
            counts[short] += group["count"]
            paid += group["paid"]
            if short in {Lifecycle.PENDING, Lifecycle.ACTIVE}:
                awaited += group["rest"]
        return {
            "total_bookings": sum(counts.values()),
            **{f"{short.value}_bookings": count for short, count in counts.items()},
            "total_revenue": paid,
            "pending_revenue": awaited,
        }


def _short(standing: str, *, is_over: bool) -> Lifecycle:
    if standing != Standing.HELD:
        return Lifecycle(standing)
    return Lifecycle.CANCELLED if is_over else Lifecycle.PENDING


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

    def of_status(self, status: ChangeState, now: datetime) -> Self:
        """Requests of a ``status``, said in states, which an index has; needs ``with_status``.

        Only of quoted ones the clock is asked.
        """
        over = Q(state=ChangeState.QUOTED, valid_until__lte=now)
        if status == ChangeState.LAPSED:
            return self.filter(Q(state=status) | over)
        if status == ChangeState.QUOTED:
            return self.filter(Q(valid_until=None) | Q(valid_until__gt=now), state=status)
        return self.filter(state=status)

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


class ChangeCutoffQuerySet(PartQuerySet["ChangeCutoff"]):
    """From when on changes are too late."""


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
