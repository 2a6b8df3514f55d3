"""Back-office pages for accounts: demands, credit notes, the ledger, what paid what, and exceptions to the rule."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from bookings.models import Booking
from payments.enums import AdjustmentAction, DemandKind
from payments.models import (
    Adjustment,
    Allocation,
    CreditLine,
    CreditNote,
    Demand,
    DemandLine,
    LedgerEntry,
    LetterBatch,
)
from payments.rules.adjustments import ADJUSTMENT_TRANSITIONS
from payments.services import (
    correct_demand,
    decide_adjustment,
    remind_of_demand,
    request_letters_of,
)
from realestate.core import clock
from realestate.core.admin import (
    ObjectAction,
    ReadOnlyAdmin,
    moment,
    money,
    office_rows,
    text,
)
from realestate.core.amounts import format_money
from realestate.core.api.links import reader_of
from realestate.core.api.pdf import document_link
from realestate.core.states import allowed_actions

BUYER = ("booking__customer__first_name", "booking__customer__last_name")
IN_LINES = "{}<br>"
STATEMENTS = ("pdf", "xlsx")
# Django compares the columns of a page with those that cannot be edited.
TOTAL, OPEN, AMOUNT = (
    money("total", "Amount"),
    money("open_amount", "Open"),
    money("amount", "Amount"),
)


def _decider(action: AdjustmentAction) -> tuple[str, ObjectAction]:
    def decide(actor: Any, pk: int, reason: str) -> object:
        return decide_adjustment(actor=actor, adjustment_id=pk, action=action, reason=reason)

    return str(action.label), decide


def _letters(actor: Any, keys: Sequence[int], _reason: str) -> str:
    """The batches that the worker makes: one file for each project."""
    batches = request_letters_of(actor=actor, demand_ids=keys)
    return ", ".join(f"{batch}, {batch.project}" for batch in batches)


class Standing(admin.SimpleListFilter):
    """What is still to be paid."""

    title, parameter_name = "standing", "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Open, of those overdue, and paid."""
        return [("open", "Open"), ("overdue", "Overdue"), ("paid", "Paid")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The page's rows carry what is open of them."""
        match self.value():
            case "open":
                return queryset.left_open()
            case "overdue":
                return queryset.left_overdue(clock.today())
            case "paid":
                return queryset.paid()
        return queryset


@admin.register(Demand)
class DemandAdmin(ReadOnlyAdmin):
    """What buyers were asked to pay; a wrong one is taken back by a credit note (R7.5)."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    list_display = (
        "number",
        "booking",
        text("booking.customer", "Customer"),
        "kind",
        TOTAL,
        OPEN,
        "issued_on",
        "due_on",
    )
    list_filter = (Standing, "kind")
    search_fields = ("number", "=booking__pk", *BUYER)
    list_select_related = ("booking__customer",)
    date_hierarchy = "due_on"
    totals = ("total", "open_amount")
    ordering = ("-pk",)
    fields: ClassVar[Any] = (  # the stubs know no columns here
        ("number", "kind", "booking", "project"),
        ("issued_on", "due_on"),
        "shown_lines",
        (TOTAL, OPEN),
        "note",
        ("created_by", "created_at"),
    )
    readonly_fields: ClassVar[Any] = (
        "shown_lines",
        TOTAL,
        OPEN,
    )
    bulk_actions = {
        "remind": (
            "Remind buyer",
            lambda actor, pk, _reason: remind_of_demand(actor=actor, demand_id=pk),
        )
    }
    whole_actions = {"letters": ("Make demand letters", _letters)}
    object_actions = {
        "correct": (
            "Correct",
            lambda actor, pk, reason: correct_demand(actor=actor, demand_id=pk, reason=reason),
        )
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With what is open of each."""
        return super().get_queryset(request).with_open()  # type: ignore[attr-defined, no-any-return]  # DemandQuerySet

    def possible_actions(self, row: Demand) -> list[str]:
        """Late interest follows from the facts, and is not corrected by hand (R9)."""
        return [] if row.kind == DemandKind.INTEREST else ["correct"]

    @admin.display(description="Lines")
    def shown_lines(self, row: Demand) -> SafeString:
        """Each line with principal, tax and what is open of it."""
        lines: Any = DemandLine.objects.with_open().filter(demand=row).order_by("sequence")
        return format_html_join("", IN_LINES, ((_line(line, row.currency),) for line in lines))


@admin.register(CreditNote)
class CreditNoteAdmin(ReadOnlyAdmin):
    """Why buyers owe less without having paid."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    list_display = (
        "number",
        "booking",
        text("booking.customer", "Customer"),
        "kind",
        AMOUNT,
        "issued_on",
        "reason",
    )
    list_filter = ("kind",)
    search_fields = ("number", "=booking__pk", "reason", *BUYER)
    list_select_related = ("booking__customer",)
    date_hierarchy = "issued_on"
    totals = ("amount",)
    ordering = ("-pk",)
    fields: ClassVar[Any] = (  # the stubs know no columns here
        ("number", "kind", "booking", "project"),
        "issued_on",
        "reason",
        "shown_lines",
        AMOUNT,
        ("requested_by", "created_by", "created_at"),
    )
    readonly_fields: ClassVar[Any] = ("shown_lines", AMOUNT)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the amount of each."""
        return super().get_queryset(request).with_amount()  # type: ignore[attr-defined, no-any-return]  # CreditNoteQuerySet

    @admin.display(description="Lines")
    def shown_lines(self, row: CreditNote) -> SafeString:
        """Which demand line each amount lowers; an advance lowers none."""
        lines = row.lines.select_related("demand_line__demand").order_by("pk")
        return format_html_join("", IN_LINES, ((_credit(line, row.currency),) for line in lines))


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    """The ledger, which is only ever added to (R8, R10)."""

    currency_path = "booking.currency"
    list_display = (
        "value_on",
        "booking",
        text("booking.customer", "Customer"),
        "kind",
        "reference",
        "label",
        money("debit", "Debit", "booking.currency"),
        money("credit", "Credit", "booking.currency"),
    )
    list_filter = ("kind",)
    search_fields = ("reference", "=booking__pk", *BUYER)
    list_select_related = ("booking__customer",)
    date_hierarchy = "value_on"
    totals = ("debit", "credit")
    ordering = ("-pk",)

    def get_urls(self) -> list[URLPattern]:
        """Django's own and the statements of account."""
        view = self.admin_site.admin_view(require_safe(self.statement_view))
        address = "statement/<int:booking_id>/<slug:kind>/"
        return [path(address, view, name="payments_statement"), *super().get_urls()]

    def statement_view(self, request: HttpRequest, booking_id: int, kind: str) -> HttpResponse:
        """A booking's statement as of today, as a PDF or a spreadsheet, by a link that soon ends (R10)."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if (
            kind not in STATEMENTS
            or not office_rows(Booking, request.user).filter(pk=booking_id).exists()
        ):
            raise Http404
        link = document_link(f"/api/bookings/{booking_id}/statement.{kind}", reader_of(request))
        return HttpResponseRedirect(link.removeprefix(settings.PUBLIC_URL))


@admin.register(Allocation)
class AllocationAdmin(ReadOnlyAdmin):
    """Which money paid which part of which line; superseded rows are history (R8.5)."""

    currency_path = "booking.currency"
    list_display = (
        "booking",
        text("payment.receipt_number", "Receipt"),
        text("credit_note.number", "Credit note"),
        text("demand_line.demand.number", "Demand"),
        text("demand_line.label", "Line"),
        "part",
        money("amount", "Amount", "booking.currency"),
        "applied_on",
        "is_manual",
        moment("superseded_at", "Superseded"),
    )
    list_filter = ("part", "is_manual", ("superseded_at", admin.EmptyFieldListFilter))
    search_fields = (
        "=booking__pk",
        "payment__receipt_number",
        "credit_note__number",
        "demand_line__demand__number",
    )
    list_select_related = ("booking", "payment", "credit_note", "demand_line__demand")
    date_hierarchy = "applied_on"
    totals = ("amount",)
    ordering = ("-pk",)


@admin.register(Adjustment)
class AdjustmentAdmin(ReadOnlyAdmin):
    """Waivers and allocations by hand: asked for by one person, decided here by another (R21)."""

    part_of, zone_path = "booking", "booking.project.time_zone"
    currency_path = "booking.currency"
    list_display = (
        "booking",
        text("booking.customer", "Customer"),
        "kind",
        text("demand_line.demand.number", "Demand"),
        "part",
        money("amount", "Amount", "booking.currency"),
        "state",
        "requested_by",
        moment("requested_at", "Asked for"),
    )
    list_filter = ("state", "kind")
    search_fields = ("=booking__pk", "demand_line__demand__number", "reason", *BUYER)
    list_select_related = ("booking__customer", "demand_line__demand", "requested_by")
    date_hierarchy = "requested_at"
    totals = ("amount",)
    ordering = ("-pk",)
    object_actions = {action.value: _decider(action) for action in AdjustmentAction}

    def possible_actions(self, row: Adjustment) -> list[str]:
        """What R21 allows in the present state."""
        return allowed_actions(ADJUSTMENT_TRANSITIONS, row.state)


@admin.register(LetterBatch)
class LetterBatchAdmin(ReadOnlyAdmin):
    """Batches of demand letters, and how far the worker is."""

    list_display = (
        "__str__",
        "project",
        "milestone",
        "state",
        "done",
        text("total", "Letters", ""),
        "requested_by",
        moment("requested_at", "Asked for", "project.time_zone"),
        moment("finished_at", "Finished", "project.time_zone"),
    )
    list_filter = ("state",)
    search_fields = ("=pk", "project__project_name", "requested_by__email")
    list_select_related = ("project", "milestone", "requested_by")
    date_hierarchy = "requested_at"
    ordering = ("-pk",)


def _line(line: Any, currency: str) -> str:
    """A line annotated with what is open."""
    principal, tax, left = (
        format_money(amount, currency) for amount in (line.principal, line.tax, line.open_amount)
    )
    return f"{line.sequence}. {line.label}: {principal} + tax {tax}, open {left}"


def _credit(line: CreditLine, currency: str) -> str:
    target = line.demand_line
    lowered = "Advance" if target is None else f"{target.demand.number}, {target.label}"
    principal, tax = format_money(line.principal, currency), format_money(line.tax, currency)
    return f"{lowered}: {principal} + tax {tax}"
