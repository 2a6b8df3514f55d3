"""Who may see which money, and what is open or overdue on a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db.models import (
    DecimalField,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from bookings.querysets import scope_of_booking
from payments.enums import NOT_FOR_THE_PRICE, Part, ReceiptState, SettlementState
from projects.querysets import editable, role
from realestate.core.enums import Role
from realestate.core.money import ZERO

if TYPE_CHECKING:
    from payments.models import (  # noqa: F401  # generic parameters
        Allocation,
        CreditNote,
        Demand,
        DemandLine,
        InterestRate,
        LedgerEntry,
        LetterBatch,
        Payment,
        Settlement,
    )

Row = TypeVar("Row", bound=Model)
MONEY = DecimalField(max_digits=17, decimal_places=2)
LIVE_OF_DEMAND = Q(lines__allocations__superseded_at=None)


def _live(part: Part) -> Q:
    return Q(allocations__superseded_at=None, allocations__part=part)


class OfBooking(QuerySet[Row]):
    """Rows of a booking: seen by its parties, the project's builder and staff (R21)."""

    path: ClassVar[str] = "booking__"

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: the parties of the booking and staff."""
        return scope_of_booking(self, user, self.path)

    def own_sum(self, path: str, condition: Q | None = None) -> Combinable:
        """The sum over a path of the row's own, as a subquery: several of them do not multiply one another."""
        mine = self.model._default_manager.filter(pk=OuterRef("pk")).order_by()  # noqa: SLF001  # documented access
        summed = mine.annotate(summed=Sum(path, filter=condition)).values("summed")
        return Coalesce(Subquery(summed), Value(ZERO), output_field=MONEY)


class OfDemand(OfBooking[Row]):
    """Rows of a demand."""

    path = "demand__booking__"


class OfCreditNote(OfBooking[Row]):
    """Rows of a credit note."""

    path = "credit_note__booking__"


class PaymentQuerySet(OfBooking["Payment"]):
    """Payments."""

    def counted(self) -> Self:
        """Payments that count as paid: completed, except maintenance and penalty (contract 0.8)."""
        rows = self.filter(state=ReceiptState.CLEARED, is_held_excess=False)
        return rows.exclude(payment_type__in=NOT_FOR_THE_PRICE)


class DemandQuerySet(OfBooking["Demand"]):
    """Demands."""

    def with_open(self) -> Self:
        """Annotate ``principal``, ``tax``, ``total`` and ``open_amount``: of all lines, and less what paid them."""
        return self.annotate(
            principal=self.own_sum("lines__principal"),
            tax=self.own_sum("lines__tax"),
            total=F("principal") + F("tax"),
            open_amount=F("total") - self.own_sum("lines__allocations__amount", LIVE_OF_DEMAND),
        )

    def open(self) -> Self:
        """Demands of which something is open today; needs ``with_open``."""
        return self.filter(open_amount__gt=0)

    def left_open(self) -> Self:
        """The same by the column that triggers keep: for lists. What decides asks ``open``."""
        return self.filter(left_open__gt=0)

    def paid(self) -> Self:
        """Demands of which nothing is open, by that column."""
        return self.filter(left_open=0)

    def left_overdue(self, on: date) -> Self:
        """Open demands that were due before a day, by that column."""
        return self.left_open().filter(due_on__lt=on)

    def not_overdue(self, on: date) -> Self:
        """All others, by that column."""
        return self.filter(Q(left_open=0) | Q(due_on__gte=on))


class DemandLineQuerySet(OfDemand["DemandLine"]):
    """Lines of demands."""

    def with_open(self) -> Self:
        """Annotate ``total``, ``open_principal``, ``open_tax`` and ``open_amount`` of each line."""
        return self.annotate(
            total=F("principal") + F("tax"),
            open_principal=F("principal")
            - self.own_sum("allocations__amount", _live(Part.PRINCIPAL)),
            open_tax=F("tax") - self.own_sum("allocations__amount", _live(Part.TAX)),
            open_amount=F("open_principal") + F("open_tax"),
        )


class CreditNoteQuerySet(OfBooking["CreditNote"]):
    """Credit notes."""

    def with_amount(self) -> Self:
        """Annotate ``amount``: principal and tax of all lines."""
        amount = self.own_sum("lines__principal") + self.own_sum("lines__tax")
        return self.annotate(amount=amount)


class LedgerQuerySet(OfBooking["LedgerEntry"]):
    """Ledger entries."""


class AllocationQuerySet(OfBooking["Allocation"]):
    """Allocations."""

    def live(self) -> Self:
        """Those that hold; superseded ones are history (R8.5)."""
        return self.filter(superseded_at=None)


class SettlementQuerySet(OfBooking["Settlement"]):
    """Settlements."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """R21: the parties and staff; customers only what was approved, drafts are the builder's."""
        rows = super().for_user(user)
        if role(user) == Role.CUSTOMER:
            return rows.filter(state=SettlementState.APPROVED)
        return rows


class PlanQuerySet(QuerySet[Row]):
    """Plan templates and their lines: the back office's; customers see their booking's schedule."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """A builder those of its projects, staff all; customers the active ones, to choose from."""
        path = "" if self.model._meta.model_name == "plantemplate" else "template__"  # noqa: SLF001  # Django's API
        mine = self.filter(editable(user, f"{path}project__"))
        if role(user) != Role.CUSTOMER:
            return mine
        return self.filter(
            Q(**{f"{path}is_active": True}),
            **{f"{path}project__published_at__isnull": False, f"{path}project__archived_at": None},
        )


class LetterBatchQuerySet(QuerySet["LetterBatch"]):
    """Batches of letters: the back office's."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """A builder those of its projects, staff all, customers none."""
        return self.filter(editable(user, "project__"))


class RateQuerySet(QuerySet["InterestRate"]):
    """Rates of late interest: part of what buyers agree to, so everybody may read them."""

    def for_user(self, user: Any) -> Self:  # User or AnonymousUser
        """All of them."""
        return self.all()

    def for_office(self, user: Any) -> Self:  # User or AnonymousUser
        """The back office shows those of one's own projects and those for all; staff see all."""
        return self.filter(Q(project=None) | editable(user, "project__"))

    def of_project(self, project_id: int) -> Self:
        """A project's own rates, and before the first of them those for all; oldest first.

        A rate that a project adds for itself thus changes nothing before its day.
        """
        own = self.model._default_manager.filter(project=project_id)  # noqa: SLF001  # documented access
        first = own.order_by("valid_from").values("valid_from")[:1]
        before = Q(project=None) & (Q(valid_from__lt=Subquery(first)) | ~Exists(own))
        return self.filter(Q(project=project_id) | before).order_by("valid_from")
