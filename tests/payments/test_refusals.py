"""Refusals of money that no other file raises: demanded twice, beyond the cap, over HTTP with their codes."""

from datetime import date

import pytest

from bookings.models import Booking
from bookings.services import book_unit, cancel_booking
from payments import services
from payments.enums import DemandKind
from payments.models import CreditNote, Demand, Refund, ScheduleLine, Terms
from payments.services.demands import Wanted, raise_demand
from projects.enums import TaxClass
from projects.models import Claim
from realestate.core import clock
from realestate.core.errors import InvalidTransition
from realestate.core.models import SystemSetting
from realestate.core.transactions import service
from tests.payments.account import D, demand, interest, open_items, pay, reconciled, signed

pytestmark = pytest.mark.django_db


@service
def _again(booking, line):
    raise_demand(
        actor=None,
        booking=booking,
        kind=DemandKind.SCHEDULE,
        lines=[
            Wanted(
                label="Again",
                principal=D(1),
                tax_class=TaxClass.RESIDENTIAL,
                schedule_line=line,
            )
        ],
        issued_on=date(2026, 1, 5),
    )


def test_R7_3_the_database_demands_a_line_once(cast, booking):
    pay(cast, booking, "75000", date(2026, 1, 5))
    booking.refresh_from_db()
    booking.state = "booking_confirmed"
    booking.save()
    services.start_plan(booking_id=booking.pk)
    line = ScheduleLine.objects.order_by("sequence").first()
    with pytest.raises(services.DemandedAlready):
        _again(booking, line)
    assert Demand.objects.count() == 1


@pytest.mark.parametrize(("amount", "is_refused"), [("675000.00", False), ("675000.01", True)])
def test_R6_never_more_than_the_cap(cast, booking, amount, is_refused):
    pay(cast, booking, "75000", date(2026, 1, 5))
    if not is_refused:
        assert pay(cast, booking, amount, date(2026, 1, 5)).amount == D(amount)
        return
    with pytest.raises(services.PreAgreementCap) as refusal:
        pay(cast, booking, amount, date(2026, 1, 5))
    assert refusal.value.extra == {
        "max_acceptable": D("675000.00"),
        "cap": D("750000.00"),
        "received": D("75000.00"),
    }


def test_R6_proofs_count_and_rejected_ones_do_not(cast, booking):
    proof = services.submit_proof(
        actor=cast.asha,
        booking_id=booking.pk,
        amount=D("750000"),
        payment_method="cheque",
        transaction_id="C-1",
    )
    with pytest.raises(services.PreAgreementCap):
        pay(cast, booking, "0.01", date(2026, 1, 5))
    services.reject_payment(actor=cast.meera, payment_id=proof.pk, reason="Not signed")
    assert services.room_under_cap(booking) == D("750000.00")
    Terms.objects.update(cap_percent=None)
    assert services.room_under_cap(booking) is None


def _token_percent(cast, percent):
    SystemSetting.objects.create(
        key="bookings.token_percent",
        scope="project",
        scope_id=cast.meera_project.pk,
        value=percent,
    )


@pytest.mark.parametrize(("token", "status"), [("750000.00", 201), ("750000.01", 422)])
def test_R6_a_token_beyond_the_cap_is_refused_when_it_is_agreed(as_, cast, token, status):
    body = {"unit_id": cast.meera_unit.pk, "token_amount": float(token)}
    reply = as_(cast.asha).post("/api/bookings", body)
    assert reply.status_code == status, reply.content
    assert Booking.objects.count() == Claim.objects.count() == (status == 201)
    if status == 422:
        said = reply.json()
        assert (said["code"], said["max_token"]) == ("token_beyond_cap", 750_000)
        assert said["errors"] == {"token_amount": ["Must be at most 750000.00."]}


def test_R6_a_token_that_the_setting_asks_for_must_be_within_the_cap_too(as_, cast):
    _token_percent(cast, "10.01")
    reply = as_(cast.asha).post("/api/bookings", {"unit_id": cast.meera_unit.pk})
    assert (reply.status_code, reply.json()["code"]) == (422, "token_beyond_cap")


def test_R6_a_token_of_just_the_cap_can_be_agreed_and_paid_for_any_price(cast):
    cast.meera_unit.price = D("8765432.19")  # ten percent: 876,543.219
    cast.meera_unit.save()
    _token_percent(cast, "10")
    booking = book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert booking.token_amount == D("876543.21")
    pay(cast, booking, "876543.21", date(2026, 1, 5), payment_type="token")
    booking.refresh_from_db()
    assert booking.state == "token_paid"


# --- a booking that is over ---------------------------------------------------------------------------------------


@pytest.fixture
def unpaid(cast):
    """Signed, demanded, and every payment of it bounced."""
    booking = signed(cast)
    first = demand(booking, "200000", "10000", issued=date(2025, 12, 1), due=date(2026, 1, 16))
    cheque = pay(cast, booking, "75000", date(2025, 12, 2))
    services.reverse_payment(
        actor=cast.meera, payment_id=cheque.pk, reason="Bounced", with_charge=False
    )
    return booking, first


def test_R5_10_a_cancellation_without_money_credits_what_is_open(cast, unpaid):
    booking, first = unpaid
    cancel_booking(actor=cast.meera, booking_id=booking.pk, reason="Never paid")
    note = CreditNote.objects.get()
    assert (note.kind, note.reason) == ("cancellation", "Cancellation")
    assert [(line.demand_line.demand, line.principal, line.tax) for line in note.lines.all()] == [
        (first, D(200_000), D(10_000))
    ]
    assert open_items(booking) == {}
    assert reconciled(booking) == 0


def test_R7_5_no_demand_of_a_booking_that_is_over_is_corrected(as_, cast, unpaid):
    booking, first = unpaid
    cancel_booking(actor=cast.meera, booking_id=booking.pk, reason="Never paid")
    reply = as_(cast.meera).post(f"/api/demands/{first.pk}/correct", {"reason": "Wrong tower"})
    assert (reply.status_code, reply.json()["code"]) == (409, "invalid_transition")
    assert CreditNote.objects.count() == 1


# --- cleared late (R5) ------------------------------------------------------------------------------------------------


@pytest.fixture
def proof(cast, booking):
    """Of the token, sent while the hold lived."""
    return services.submit_proof(
        actor=cast.asha,
        booking_id=booking.pk,
        amount=D("75000"),
        payment_method="bank_transfer",
        transaction_id="UTR-1",
    )


def test_R5_a_proof_that_is_cleared_after_the_hold_lapsed_takes_the_unit_again(
    cast, booking, proof, noon
):
    noon.shift(3600)
    services.clear_payment(actor=cast.meera, payment_id=proof.pk)
    booking.refresh_from_db()
    assert (booking.state, booking.claim.stage) == ("token_paid", "booked")
    assert not Refund.objects.exists()


def test_R5_if_the_unit_is_gone_the_whole_amount_is_owed_back(cast, booking, proof, noon):
    noon.shift(3600)
    other = book_unit(actor=cast.ravi, unit_id=cast.meera_unit.pk)
    row = services.clear_payment(actor=cast.meera, payment_id=proof.pk)
    refund = Refund.objects.get()
    assert (row.state, refund.payment_id, refund.amount) == ("cleared", proof.pk, D("75000"))
    assert Booking.objects.with_status(clock.now()).get(pk=booking.pk).booking_status == "expired"
    other.refresh_from_db()
    assert other.state == "on_hold"


def test_R5_money_for_a_cancelled_booking_is_owed_back(cast, booking, proof):
    cancel_booking(actor=cast.asha, booking_id=booking.pk)
    services.clear_payment(actor=cast.meera, payment_id=proof.pk)
    booking.refresh_from_db()
    assert (booking.state, Refund.objects.get().amount) == ("cancelled", D("75000"))
    with pytest.raises(InvalidTransition):
        services.clear_payment(actor=cast.meera, payment_id=proof.pk)
    assert Refund.objects.count() == 1


# --- over HTTP --------------------------------------------------------------------------------------------------------


@pytest.fixture
def account(cast, noon):
    booking = signed(cast)
    demand(booking, "100000", "5000", issued=date(2024, 12, 26), due=date(2025, 1, 10))
    interest(cast, booking, date(2025, 3, 1))
    return booking


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("?from=2025-01-01&to=2025-02-01&explain=1", 200),
        ("?from=2025-02-01&to=2025-01-01", 400),
        ("?from=soon", 400),
        ("?to=2025-02-30", 400),
        ("?from=%00", 400),
    ],
)
def test_a_statement_is_asked_for_by_days(as_, cast, account, query, status):
    reply = as_(cast.asha).get(f"/api/bookings/{account.pk}/statement{query}")
    assert reply.status_code == status, reply.content


def test_R10_the_shape_of_a_statement(as_, cast, account):
    pay(cast, account, "60000", date(2025, 3, 5))
    path = f"/api/bookings/{account.pk}/statement"
    body = as_(cast.asha).get(path, {"to": "2025-03-31", "explain": "1"}).json()
    assert [
        (line["value_on"], line["kind"], line["debit"], line["credit"], line["balance"])
        for line in body["lines"]
    ] == [
        ("2024-12-26", "demand", 105_000, 0, 105_000),
        ("2025-03-01", "interest", 1_493.15, 0, 106_493.15),
        ("2025-03-05", "receipt", 0, 60_000, 46_493.15),
    ]
    (item,) = body["interest"]
    assert item["working"]["rule"] == "R9"
    assert item["working"]["segments"][0] == {
        "from": "2025-01-11",
        "to": "2025-03-05",
        "days": 54,
        "balance": "100000.00",
        "percent": "10.9000",
        "interest": item["working"]["segments"][0]["interest"],
    }
    assert body["accrued_interest"] == pytest.approx(119.45 + 349.4, abs=1)
    assert body["pdf_url"].startswith("http://testserver/api/bookings/")


@pytest.mark.parametrize("rows", [1, 3])
def test_demands_take_as_many_queries_for_one_row_as_for_three(
    as_, cast, account, django_assert_num_queries, rows
):
    for _ in range(rows):
        demand(account, "1000", issued=date(2025, 4, 1), due=date(2025, 4, 16))
    with django_assert_num_queries(3):
        body = as_(cast.asha).get("/api/demands", {"limit": 100}).json()
    assert body["total"] == rows + 2


def test_demands_are_found_by_what_is_open(as_, cast, account):
    pay(cast, account, "105000", date(2025, 3, 5))
    api = as_(cast.meera)
    numbers = lambda **query: [  # noqa: E731  # said once, used thrice
        row["number"] for row in api.get("/api/demands", query).json()["demands"]
    ]
    (note,) = numbers(open="true")
    assert note.startswith("IN-")
    assert numbers(overdue="true") == [note]
    (paid,) = numbers(open="false")
    assert numbers(overdue="false") == [paid]
    assert numbers(kind="gift") == []


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("bookings/{b}/payment-proofs", {"amount": 0, "payment_method": "neft"}, "invalid"),
        ("bookings/{b}/payment-proofs", {"amount": 1, "payment_method": "barter"}, "invalid"),
        ("bookings/{b}/payment-proofs", {"amount": 1, "payment_method": "neft"}, "invalid"),
    ],
)
def test_bad_proofs_get_a_clear_4xx(as_, cast, account, path, body, code):
    reply = as_(cast.asha).post(f"/api/{path.format(b=account.pk)}", body)
    assert (reply.status_code, reply.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"until": "2026-01-06"}, 400),
        ({"until": "soon"}, 400),
        ({}, 400),
        ({"until": "2025-04-01"}, 201),
    ],
)
def test_interest_over_http(as_, cast, account, body, status):
    reply = as_(cast.meera).post(f"/api/bookings/{account.pk}/interest", body)
    assert reply.status_code == status, reply.content


def test_R9_a_rate_is_added_and_never_changed(as_, cast, account):
    api = as_(cast.meera)
    body = {"project_id": account.project_id, "percent": 12, "valid_from": "2026-02-01"}
    assert api.post("/api/interest-rates", body).status_code == 201
    again = api.post("/api/interest-rates", body)
    assert (again.status_code, again.json()["code"]) == (409, "rate_exists")
    for change in (
        {"valid_from": "2026-01-04"},
        {"percent": 0},
        {"percent": 100.1},
        {"percent": "NaN"},
    ):
        assert api.post("/api/interest-rates", {**body, **change}).status_code == 400
    for_all = api.post("/api/interest-rates", {**body, "project_id": None})
    assert for_all.status_code == 403
    rates = [row["percent"] for row in as_(cast.asha).get("/api/interest-rates").json()]
    assert rates == [12, 10.9]


def test_R9_a_projects_own_rate_changes_nothing_before_its_day(cast, account):
    before = services.standing(account).balance
    services.add_rate(
        actor=cast.meera,
        percent=D(20),
        valid_from=date(2026, 1, 5),
        project_id=account.project_id,
    )
    assert interest(cast, account, date(2025, 3, 1)) == []
    assert services.standing(account).balance == before
