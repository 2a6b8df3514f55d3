"""R1: quotes; a hold is taken on one, a booking is made from one, and its figures never change."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist

from accounts.services import relate
from bookings import services
from bookings.enums import QuoteState
from bookings.models import Booking, Quote
from progress.enums import CertificateKind
from progress.models import Certificate
from projects.enums import ChargeBasis, ChargeKind, TaxClass
from projects.models import ChargeLine, Claim, PriceList, TaxRate, Unit
from projects.services import PriceListNotValid, UnitNotAvailable
from realestate.core.errors import InvalidTransition, InvalidValue, NotAllowed
from realestate.core.models import AuditEntry, SystemSetting
from realestate.core.transactions import service
from tests.bookings.conftest import NOON
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import QuoteFactory
from tests.factories.projects import UnitFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
D = Decimal


def price_list(project, rate: str, version: int = 1, unit_types=()) -> PriceList:
    """A price list of one rate per square foot and a club fee outside the price, in force since December."""
    row = PriceList.objects.create(
        project=project,
        version=version,
        effective_from=datetime(2025, 12, version, tzinfo=UTC).date(),
        created_by=project.builder.user,
        created_at=NOON,
    )
    ChargeLine.objects.create(
        price_list=row,
        sequence=1,
        code="BASE",
        label="Base price",
        kind=ChargeKind.BASE,
        basis=ChargeBasis.PER_AREA,
        value=D(rate),
        unit_types=list(unit_types),
    )
    ChargeLine.objects.create(
        price_list=row,
        sequence=2,
        code="CLUB",
        label="Club",
        kind=ChargeKind.CHARGE,
        basis=ChargeBasis.FLAT,
        value=D(100_000),
        in_consideration=False,
        in_plan=False,
    )
    return row


def tax_of_five_percent() -> None:
    TaxRate.objects.create(
        tax_class=TaxClass.RESIDENTIAL,
        component="GST",
        percent=5,
        valid_from=datetime(2020, 1, 1, tzinfo=UTC).date(),
    )


@pytest.fixture
def priced(cast) -> Unit:
    """Meera's unit of 1,000 sq ft at 8,000, a club fee of 100,000, taxed at 5 %."""
    price_list(cast.meera_project, "8000")
    tax_of_five_percent()
    Unit.objects.filter(pk=cast.meera_unit.pk).update(area_sqft=1000)
    return Unit.objects.get(pk=cast.meera_unit.pk)


FIGURES = (D("8000000.00"), D("100000.00"), D("405000.00"), D("8505000.00"))


def figures(row) -> tuple[Decimal, ...]:
    row.refresh_from_db()
    return row.agreement_value, row.other_charges, row.tax_amount, row.total_amount


def test_R1_a_customer_gets_todays_cost_sheet_for_a_week(cast, priced):
    quote = services.make_quote(actor=cast.asha, unit_id=priced.pk, customer_id=cast.ravi.pk)
    assert figures(quote) == FIGURES
    assert (quote.customer_id, quote.state, quote.valid_until) == (
        cast.asha.pk,
        QuoteState.APPROVED,
        NOON + timedelta(days=7),
    )
    assert (quote.price_list.version, quote.tax_class, quote.claim) == (1, "residential", None)
    assert [(line["code"], line["amount"]) for line in quote.lines] == [
        ("BASE", "8000000.00"),
        ("CLUB", "100000.00"),
    ]
    assert [working["figure"] for working in quote.workings] == ["Discount", "Agreement value"]
    assert AuditEntry.objects.get(object_type="bookings.quote").action == "quoted"


@pytest.mark.parametrize(("issued", "tax_class"), [(5, "completed"), (6, "residential")])
def test_R3_3_a_unit_sold_after_its_completion_is_not_taxed(cast, priced, issued, tax_class):
    Certificate.objects.create(
        project=priced.project,
        kind=CertificateKind.COMPLETION,
        number="CC-1",
        issued_on=NOON.replace(day=issued).date(),
        recorded_by=cast.meera,
        recorded_at=NOON,
    )
    quote = services.make_quote(actor=cast.asha, unit_id=priced.pk, customer_id=cast.ravi.pk)
    assert (quote.tax_class, quote.tax_amount) == (
        tax_class,
        D(405_000) if tax_class == "residential" else 0,
    )


@pytest.mark.parametrize(
    ("percent", "state"),
    [("5", QuoteState.APPROVED), ("5.0001", QuoteState.APPROVAL_PENDING)],
)
def test_R1_a_discount_above_the_limit_waits_for_approval(cast, priced, percent, state):
    quote = services.make_quote(actor=cast.meera, unit_id=priced.pk, discount_percent=D(percent))
    assert (quote.state, quote.customer, quote.discount_percent) == (state, None, D(percent))
    assert quote.discount_amount == D(8_000_000) * D(percent) / 100


@pytest.mark.parametrize(
    ("amount", "state"),
    [("400000.00", QuoteState.APPROVED), ("400000.01", QuoteState.APPROVAL_PENDING)],
)
def test_R1_an_amount_is_compared_by_its_share(cast, priced, amount, state):
    quote = services.make_quote(actor=cast.meera, unit_id=priced.pk, discount_amount=D(amount))
    assert (quote.state, quote.agreement_value) == (state, D(8_000_000) - D(amount))


def test_R1_the_limit_and_the_days_are_settings(cast, priced):
    for key, value in (("bookings.discount_limit_percent", "2"), ("bookings.quote_days", 3)):
        SystemSetting.objects.create(
            key=key, scope="project", scope_id=cast.meera_project.pk, value=value
        )
    quote = services.make_quote(actor=cast.meera, unit_id=priced.pk, discount_percent=D(3))
    assert (quote.state, quote.valid_until) == (
        QuoteState.APPROVAL_PENDING,
        NOON + timedelta(days=3),
    )


@pytest.mark.parametrize(
    "offer",
    [{"discount_percent": D(1)}, {"discount_amount": D(1)}, {"valid_days": 30}],
    ids=["percent", "amount", "days"],
)
def test_R1_customers_grant_themselves_nothing(cast, offer):
    with pytest.raises(NotAllowed):
        services.make_quote(actor=cast.asha, unit_id=cast.meera_unit.pk, **offer)
    assert not Quote.objects.exists()


@pytest.mark.parametrize(
    "offer",
    [
        {"discount_percent": D(1), "discount_amount": D(1)},
        {"discount_percent": D(-1)},
        {"discount_percent": D(101)},
        {"discount_amount": D(-1)},
    ],
)
def test_a_discount_that_is_none_is_400(cast, offer):
    with pytest.raises(InvalidValue):
        services.make_quote(actor=cast.meera, unit_id=cast.meera_unit.pk, **offer)
    assert not Quote.objects.exists()


def test_R1_a_discount_above_the_price_is_refused(cast):
    with pytest.raises(PriceListNotValid):
        services.make_quote(
            actor=cast.meera, unit_id=cast.meera_unit.pk, discount_amount=D(7_500_001)
        )
    assert not Quote.objects.exists()


def test_R21_quotes_for_strangers_do_not_exist(cast):
    for actor, customer in ((cast.kiran, None), (cast.meera, cast.asha)):
        with pytest.raises(ObjectDoesNotExist):
            services.make_quote(
                actor=actor,
                unit_id=cast.meera_unit.pk,
                customer_id=customer.pk if customer else None,
            )
    assert not Quote.objects.exists()


@pytest.fixture
def pending(cast) -> Quote:
    """Meera offers Asha ten percent, which somebody else has to approve."""
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    return services.make_quote(
        actor=cast.meera,
        unit_id=cast.meera_unit.pk,
        customer_id=cast.asha.pk,
        discount_percent=D(10),
        discount_reason="Neighbours",
    )


@pytest.mark.parametrize(
    ("approve", "state"), [(True, QuoteState.APPROVED), (False, QuoteState.REFUSED)]
)
def test_R21_a_second_person_decides(cast, pending, approve, state):
    services.decide_quote(actor=cast.sana, quote_id=pending.pk, approve=approve, reason="Once")
    pending.refresh_from_db()
    assert (pending.state, pending.decided_by, pending.decided_at, pending.decision_reason) == (
        state,
        cast.sana,
        NOON,
        "Once",
    )
    with pytest.raises(InvalidTransition):
        services.decide_quote(actor=cast.sana, quote_id=pending.pk, approve=True)


def test_R21_nobody_decides_about_an_own_quote(cast, pending):
    with pytest.raises(services.OwnQuote):
        services.decide_quote(actor=cast.meera, quote_id=pending.pk, approve=True)
    with pytest.raises(NotAllowed):
        services.decide_quote(actor=cast.asha, quote_id=pending.pk, approve=True)
    with pytest.raises(ObjectDoesNotExist):
        services.decide_quote(actor=cast.kiran, quote_id=pending.pk, approve=True)
    pending.refresh_from_db()
    assert (pending.state, pending.decided_by) == (QuoteState.APPROVAL_PENDING, None)
    with pytest.raises(services.OwnQuote):
        service(Quote.objects.filter(pk=pending.pk).update)(decided_by=cast.meera)


def test_a_quote_that_is_over_cannot_be_approved(cast, pending, noon):
    noon.move_to(pending.valid_until, tick=False)
    with pytest.raises(services.QuoteExpired):
        services.decide_quote(actor=cast.sana, quote_id=pending.pk, approve=True)
    pending.refresh_from_db()
    assert pending.state == QuoteState.APPROVAL_PENDING


# --- holds and bookings -----------------------------------------------------------------------------------------------


def test_R1_a_hold_freezes_the_price_as_long_as_it_lives(cast, priced, noon):
    hold = services.hold_unit(actor=cast.asha, unit_id=priced.pk)
    quote = Quote.objects.get()
    assert (quote.claim, quote.customer_id, quote.valid_until) == (
        hold,
        cast.asha.pk,
        hold.expires_at,
    )
    services.extend_hold(actor=cast.asha, claim_id=hold.pk, minutes=10)
    price_list(cast.meera_project, "9000", version=2)
    TaxRate.objects.update(percent=18)
    noon.move_to(NOON + timedelta(minutes=35), tick=False)
    booking = services.book_unit(actor=cast.asha, unit_id=priced.pk)
    assert figures(quote) == figures(booking) == FIGURES
    assert (booking.quote, booking.tax_class, quote.valid_until) == (
        quote,
        "residential",
        NOON + timedelta(minutes=40),
    )
    assert booking.token_amount == D("80000.00")


def test_R22_9_a_later_price_changes_no_booking(cast, priced):
    booking = services.book_unit(actor=cast.asha, unit_id=priced.pk)
    price_list(cast.meera_project, "9000", version=2)
    Unit.objects.update(price=1)
    TaxRate.objects.update(percent=18)
    assert figures(booking) == FIGURES == figures(booking.quote)


def test_R1_the_offer_that_was_approved_is_used(cast, pending):
    services.decide_quote(actor=cast.sana, quote_id=pending.pk, approve=True)
    booking = services.book_unit(
        actor=cast.asha, unit_id=cast.meera_unit.pk, total_amount=D(6_750_000)
    )
    assert (booking.quote_id, booking.agreement_value) == (pending.pk, D(6_750_000))
    pending.refresh_from_db()
    assert (pending.claim, Quote.objects.count()) == (booking.claim, 1)


def test_R1_an_offer_outlives_the_hold_that_was_taken_on_it(cast, pending, noon):
    services.decide_quote(actor=cast.sana, quote_id=pending.pk, approve=True)
    services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    noon.move_to(NOON + timedelta(hours=3), tick=False)
    again = services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    pending.refresh_from_db()
    assert (pending.claim, pending.valid_until, Quote.objects.count()) == (
        again,
        NOON + timedelta(days=7),
        1,
    )


def test_R1_the_price_of_a_hold_that_was_given_back_is_gone(cast, priced):
    hold = services.hold_unit(actor=cast.asha, unit_id=priced.pk)
    services.release_hold(actor=cast.asha, claim_id=hold.pk)
    price_list(cast.meera_project, "9000", version=2)
    booking = services.book_unit(actor=cast.asha, unit_id=priced.pk)
    assert booking.agreement_value == D(9_000_000)


def test_R1_a_cancelled_booking_keeps_no_price_for_the_next(cast, priced):
    first = services.book_unit(actor=cast.asha, unit_id=priced.pk)
    services.cancel_booking(actor=cast.asha, booking_id=first.pk)
    price_list(cast.meera_project, "9000", version=2)
    second = services.book_unit(actor=cast.asha, unit_id=priced.pk)
    assert (first.quote_id != second.quote_id, second.agreement_value) == (True, D(9_000_000))


def test_R1_the_cheapest_of_ones_quotes_counts(cast, hold):
    cheap = QuoteFactory(
        unit=cast.meera_unit, customer=cast.asha.customer, agreement_value=7_000_000
    )
    QuoteFactory(unit=cast.meera_unit, customer=cast.ravi.customer, agreement_value=1_000_000)
    QuoteFactory(
        unit=cast.meera_unit, customer=cast.asha.customer, agreement_value=1, valid_until=NOON
    )
    QuoteFactory(
        unit=cast.meera_unit, customer=cast.asha.customer, agreement_value=2, state="refused"
    )
    booking = services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert (booking.quote, booking.claim) == (cheap, hold)


def book_by(cast, quote, who="asha", **more):
    return services.book_unit(
        actor=getattr(cast, who), unit_id=cast.meera_unit.pk, quote_id=quote.pk, **more
    )


def nothing_is_booked() -> bool:
    return not Booking.objects.exists() and not Claim.objects.exists()


def test_R1_only_an_approved_quote_becomes_a_booking(cast, pending):
    with pytest.raises(services.QuoteNotApproved) as refusal:
        book_by(cast, pending)
    assert refusal.value.extra == {"state": QuoteState.APPROVAL_PENDING}
    assert nothing_is_booked()


def test_R1_a_quote_is_dead_at_the_very_instant_of_its_end(cast, noon):
    quote = services.make_quote(actor=cast.asha, unit_id=cast.meera_unit.pk)
    noon.move_to(quote.valid_until, tick=False)
    with pytest.raises(services.QuoteExpired):
        book_by(cast, quote)
    assert nothing_is_booked()
    noon.move_to(quote.valid_until - timedelta(microseconds=1), tick=False)
    assert book_by(cast, quote).quote == quote


def test_R21_somebody_elses_quote_does_not_exist(cast):
    theirs = QuoteFactory(unit=cast.meera_unit, customer=cast.ravi.customer)
    elsewhere = QuoteFactory(unit=UnitFactory(), customer=cast.asha.customer)
    for quote in (theirs, elsewhere):
        with pytest.raises(ObjectDoesNotExist):
            book_by(cast, quote)
    assert nothing_is_booked()


def test_a_quote_for_nobody_becomes_the_customers(cast):
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    quote = services.make_quote(actor=cast.meera, unit_id=cast.meera_unit.pk)
    booking = book_by(cast, quote, who="meera", customer_id=cast.asha.pk)
    assert (booking.quote, booking.quote.customer_id) == (quote, cast.asha.pk)


def test_a_hold_for_nobody_has_a_quote_that_its_buyer_books_by(cast):
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    hold = services.hold_unit(actor=cast.meera, unit_id=cast.meera_unit.pk)
    quote = Quote.objects.get(claim=hold)
    Unit.objects.update(price=9_000_000)
    booking = services.book_unit(
        actor=cast.meera, unit_id=cast.meera_unit.pk, customer_id=cast.asha.pk
    )
    assert (booking.quote, booking.agreement_value) == (quote, D(7_500_000))
    assert booking.quote.customer_id == cast.asha.pk


def test_R1_another_total_than_the_quotes_is_refused(cast, priced):
    with pytest.raises(services.PriceChanged) as refusal:
        services.book_unit(actor=cast.asha, unit_id=priced.pk, total_amount=D(8_000_000))
    assert refusal.value.extra == {"total_amount": D("8505000.00")}
    assert (nothing_is_booked(), Quote.objects.count()) == (True, 0)


def test_a_price_list_that_does_not_fit_takes_no_unit(cast, priced):
    price_list(cast.meera_project, "8000", version=2, unit_types=["shop"])
    with pytest.raises(PriceListNotValid):
        services.hold_unit(actor=cast.asha, unit_id=priced.pk)
    assert (nothing_is_booked(), Quote.objects.count()) == (True, 0)


def test_two_quotes_are_no_two_claims(cast):
    mine = QuoteFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    theirs = QuoteFactory(unit=cast.meera_unit, customer=cast.ravi.customer)
    book_by(cast, mine)
    with pytest.raises(UnitNotAvailable):
        book_by(cast, theirs, who="ravi")
    assert Booking.objects.get().quote == mine


def test_another_member_of_the_staff_may_approve(cast):
    quote = services.make_quote(actor=cast.sana, unit_id=cast.meera_unit.pk, discount_percent=D(50))
    assert services.decide_quote(actor=StaffFactory(), quote_id=quote.pk, approve=True).state == (
        QuoteState.APPROVED
    )
