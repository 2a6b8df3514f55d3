"""An account to play with: demands, receipts and rates written through the services, each on its day."""

from datetime import date
from decimal import Decimal

from bookings.models import Booking
from payments import services
from payments.enums import DemandKind, LineKind, PaymentMethod, PaymentType, Trigger
from payments.models import Demand, InterestRate, Payment, Terms
from payments.services.demands import Wanted, raise_demand
from payments.services.ledger import balance_of, standing
from payments.services.replay import replay
from projects.enums import TaxClass
from realestate.core.transactions import service
from tests.factories.bookings import BookingFactory

D = Decimal


def line(label, percent, trigger, **facts):
    """A percent line of a plan, as a client sends it."""
    return {
        "label": label,
        "kind": LineKind.PERCENT,
        "percent": D(percent),
        "trigger": Trigger(trigger),
        **facts,
    }


TOKEN = {"label": "Token", "kind": LineKind.FIXED, "trigger": Trigger.ON_BOOKING}
BY_STAGES = [
    TOKEN,
    line("Booking", 5, "on_booking", less_fixed=True),
    line("Agreement", 10, "on_agreement"),
    line("Plinth", 25, "milestone", milestone_code="plinth"),
    line("Slab", 30, "milestone", milestone_code="slab"),
    line("Possession", 30, "on_possession_offer"),
]


def signed(cast, **terms) -> Booking:
    """Asha's booking of Meera's unit, signed, without any money yet; interest is 10.90 % a year."""
    booking = BookingFactory(
        paid=True, state="agreement_signed", unit=cast.meera_unit, customer=cast.asha.customer
    )
    services.terms_of(booking)
    if terms:
        Terms.objects.filter(booking=booking).update(**terms)
    InterestRate.objects.get_or_create(percent=D("10.90"), valid_from=date(2000, 1, 1))
    return booking


@service
def demand(  # keyword-only but for what every test says
    booking: Booking,
    principal: str,
    tax: str = "0",
    *,
    issued: date,
    due: date,
    label: str = "Stage",
) -> Demand:
    """A demand with one line, and what follows from it."""
    row = raise_demand(
        actor=None,
        booking=booking,
        kind=DemandKind.SCHEDULE,
        lines=[
            Wanted(label=label, principal=D(principal), tax=D(tax), tax_class=TaxClass.RESIDENTIAL)
        ],
        issued_on=issued,
        due_on=due,
    )
    replay(None, booking)
    return row


def pay(cast, booking: Booking, amount: str, on: date, **facts) -> Payment:
    """Money that arrived on a day."""
    count = Payment.objects.count()
    return services.record_payment(
        actor=cast.meera,
        booking_id=booking.pk,
        amount=D(amount),
        paid_date=on,
        **{
            "payment_type": PaymentType.INSTALLMENT,
            "payment_method": PaymentMethod.BANK_TRANSFER,
            "transaction_id": f"UTR-A{count}",
            **facts,
        },
    )


def interest(cast, booking: Booking, until: date) -> list:
    """Late interest posted up to a day: what was written, as amounts."""
    return [
        each.amount
        for each in services.charge_interest(actor=cast.meera, booking_id=booking.pk, until=until)
    ]


def lines(booking: Booking, until: date, since: date | None = None) -> list[tuple[str, Decimal]]:
    """The statement as (kind, balance)."""
    statement = services.statement_of(booking, first_on=since, last_on=until)
    return [(str(line.kind), line.balance) for line in statement.lines]


def open_items(booking: Booking) -> dict[tuple[int, str], Decimal]:
    """(Demand, part) → what is open."""
    return {
        (item.demand, item.part.value): item.open
        for item in standing(booking).items
        if item.open > 0
    }


def reconciled(booking: Booking) -> Decimal:
    """R10.4: the closing balance, after checking that it is open items less advances and debits less credits."""
    stand = standing(booking)
    assert stand.balance == stand.open - stand.advances == balance_of(booking)
    return stand.balance
