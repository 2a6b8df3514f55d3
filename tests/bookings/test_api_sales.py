"""Quotes, applicants and signatures over HTTP."""

from typing import Any

import pytest

from accounts.services import relate
from bookings import services
from bookings.enums import BookingState, KycState, QuoteState
from bookings.models import Applicant, Quote, Signature
from realestate.core.models import SystemSetting
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import AgreementFactory, BookingFactory, QuoteFactory
from tests.factories.projects import UnitFactory

pytestmark = pytest.mark.django_db


def quote_of(as_, cast, **body) -> dict:
    reply = as_(cast.asha).post("/api/quotes", {"unit_id": cast.meera_unit.pk, **body})
    assert reply.status_code == 201, reply.content
    return reply.json()


def test_R1_a_customer_asks_opens_and_books(as_, cast):
    quote = quote_of(as_, cast)
    assert {name: quote[name] for name in ("agreement_value", "status", "is_usable")} == {
        "agreement_value": 7_500_000,
        "status": "approved",
        "is_usable": True,
    }
    api, url = as_(cast.asha), f"/api/quotes/{quote['id']}"
    assert api.get(url).json() == quote
    body = {"unit_id": cast.meera_unit.pk, "quote_id": quote["id"]}
    booking = api.post("/api/bookings", body).json()
    assert (booking["quote_id"], booking["total_amount"]) == (quote["id"], 7_500_000)


def test_R1_figures_explain_themselves_when_asked(as_, cast):
    quote = quote_of(as_, cast)
    api, url = as_(cast.asha), f"/api/quotes/{quote['id']}"
    assert quote["workings"] is None
    explained = api.get(f"{url}?explain=1").json()
    assert [(row["figure"], row["rule"], row["amount"]) for row in explained["workings"]] == [
        ("Base price", "R1", "7500000.00"),
        ("Discount", "R1", "0.00"),
        ("Agreement value", "R1", "7500000.00"),
    ]
    assert explained["workings"][0]["inputs"] == {"price": "7500000.00"}
    assert {**explained, "workings": None} == quote


def test_R1_a_hold_names_its_quote(as_, cast):
    api = as_(cast.asha)
    hold = api.post(f"/api/units/{cast.meera_unit.pk}/hold").json()
    quote = api.get(f"/api/quotes/{hold['quote_id']}").json()
    assert (quote["hold_id"], quote["valid_until"]) == (hold["id"], hold["expires_at"])


def test_R21_approve_and_refuse(as_, cast):
    for word, status in (("approve", "approved"), ("refuse", "refused")):
        body = {"unit_id": cast.meera_unit.pk, "discount_percent": 20, "valid_days": 30}
        quote = as_(cast.meera).post("/api/quotes", body).json()
        url = f"/api/quotes/{quote['id']}/{word}"
        assert (quote["status"], quote["is_usable"]) == ("approval_pending", False)
        own = as_(cast.meera).post(url)
        assert (own.status_code, own.json()["code"]) == (422, "own_quote")
        decided = as_(cast.sana).post(url, {"reason": "Once"})
        assert (decided.status_code, decided.json()["status"]) == (200, status)
        again = as_(cast.sana).post(url)
        assert (again.status_code, again.json()["code"]) == (409, "invalid_transition")


def test_R1_codes_of_booking_by_a_quote(as_, cast, time_machine):
    pending = QuoteFactory(
        unit=cast.meera_unit, customer=cast.asha.customer, state=QuoteState.APPROVAL_PENDING
    )
    over = QuoteFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    Quote.objects.filter(pk=over.pk).update(valid_until=over.created_at)
    theirs = QuoteFactory(unit=cast.meera_unit, customer=cast.ravi.customer)
    found = {}
    for quote in (pending, over, theirs):
        body = {"unit_id": cast.meera_unit.pk, "quote_id": quote.pk}
        reply = as_(cast.asha).post("/api/bookings", body)
        found[quote.pk] = (reply.status_code, reply.json()["code"])
    assert found == {
        pending.pk: (422, "quote_not_approved"),
        over.pk: (409, "quote_expired"),
        theirs.pk: (404, "not_found"),
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"unit_id": "x"},
        {"unit_id": 0},
        {"unit_id": 2**63},
        {"unit_id": [1]},
        {"discount_percent": "NaN"},
        {"discount_percent": "1e400"},
        {"discount_percent": 100.1},
        {"discount_percent": -1},
        {"discount_percent": 1.00001},
        {"discount_amount": 0},
        {"discount_amount": -5},
        {"discount_amount": 1.001},
        {"discount_amount": "Infinity"},
        {"discount_percent": 1, "discount_amount": 1},
        {"discount_reason": "x" * 301},
        {"discount_reason": "a\x00b"},
        {"valid_days": 0},
        {"valid_days": 366},
        {"customer_id": "x"},
    ],
    ids=str,
)
def test_bad_quotes_are_400(as_, cast, body):
    wanted = {"unit_id": cast.meera_unit.pk, **body} if body else {}
    reply = as_(cast.meera).post("/api/quotes", wanted)
    assert (reply.status_code, Quote.objects.count()) == (400, 0), reply.content


def test_filters_of_quotes(as_, cast):
    one = QuoteFactory(unit=cast.meera_unit, customer=cast.asha.customer)
    QuoteFactory(unit=UnitFactory(project=cast.meera_project), state=QuoteState.REFUSED)
    api = as_(cast.meera)
    for query, many in (
        (f"unit_id={one.unit_id}", 1),
        (f"customer_id={cast.asha.pk}", 1),
        (f"project_id={cast.meera_project.pk}", 2),
        ("status=Rejected", 1),
        ("status=nonsense", 0),
        ("unit_id=x", 0),
    ):
        assert api.get(f"/api/quotes?{query}").json()["total"] == many, query


# --- applicants -------------------------------------------------------------------------------------------------------

TWO: list[dict[str, Any]] = [
    {"is_primary": True, "share": 60},
    {"full_name": "Vikram Rao", "email": "vikram@example.com", "share": 40},
]


def test_R18_applicants_are_read_and_replaced(as_, cast, booking):
    api, url = as_(cast.asha), f"/api/bookings/{booking.pk}/applicants"
    (alone,) = api.get(url).json()
    assert (alone["full_name"], alone["share"], alone["kyc_status"]) == ("Asha Rao", 100, "missing")
    reply = api.post(url, {"applicants": TWO})
    assert reply.status_code == 200, reply.content
    assert [(row["full_name"], row["share"], row["is_primary"]) for row in reply.json()] == [
        ("Asha Rao", 60, True),
        ("Vikram Rao", 40, False),
    ]
    assert api.get(url).json() == reply.json()


@pytest.mark.parametrize(
    ("applicants", "status", "code"),
    [
        ([TWO[0]], 422, "shares_not_100"),
        ([{**TWO[1], "share": 100}], 422, "one_primary_applicant"),
        ([TWO[0], {**TWO[1], "share": 20}, {**TWO[1], "share": 20}], 409, "applicant_twice"),
        ([TWO[0], {"share": 40}], 400, "invalid"),
    ],
)
def test_R18_codes(as_, cast, booking, applicants, status, code):
    url = f"/api/bookings/{booking.pk}/applicants"
    reply = as_(cast.asha).post(url, {"applicants": applicants})
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert booking.applicants.get().share == 100


def test_R18_frozen(as_, cast, paid):
    services.move_booking(actor=cast.meera, booking_id=paid.pk, action="confirm")
    reply = as_(cast.asha).post(f"/api/bookings/{paid.pk}/applicants", {"applicants": TWO})
    assert (reply.status_code, reply.json()["code"]) == (409, "applicants_frozen")


@pytest.mark.parametrize(
    "applicants",
    [
        None,
        "x",
        {},
        [],
        ["x"],
        [{"share": "NaN"}],
        [{"share": 0}],
        [{"share": "1e400"}],
        [{"share": 33.333}],
        [{"share": 40, "full_name": "a\x00b"}],
        [{"share": 40, "email": "nobody"}],
        [{"share": 5, "full_name": "x"}] * 21,
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_applicants_are_400(as_, cast, booking, applicants):
    url = f"/api/bookings/{booking.pk}/applicants"
    reply = as_(cast.asha).post(url, {"applicants": applicants})
    assert (reply.status_code, Applicant.objects.count()) == (400, 1), reply.content


def test_R18_the_check_of_an_identity(as_, cast, booking):
    url = f"/api/applicants/{booking.applicants.get().pk}/kyc"
    for who, word, status in (
        ("meera", "submit", 403),
        ("meera", "verify", 409),
        ("asha", "submit", 200),
        ("asha", "verify", 403),
        ("meera", "reject", 200),
        ("asha", "submit", 200),
        ("sana", "verify", 200),
        ("sana", "reject", 409),
        ("sana", "nonsense", 404),
    ):
        assert as_(getattr(cast, who)).post(f"{url}/{word}").status_code == status, word
    assert booking.applicants.get().kyc_state == KycState.VERIFIED


def test_R5_5_a_confirmation_without_verified_applicants(as_, cast, paid):
    SystemSetting.objects.create(key="bookings.kyc_required", value="true")
    reply = as_(cast.meera).patch(f"/api/bookings/{paid.pk}/status", {"status": "active"})
    assert (reply.status_code, reply.json()["code"]) == (422, "kyc_missing")


# --- agreements -------------------------------------------------------------------------------------------------------


@pytest.fixture
def agreement(cast, paid):
    services.move_booking(actor=cast.meera, booking_id=paid.pk, action="confirm")
    return services.generate_agreement(actor=cast.meera, booking_id=paid.pk)


def test_R5_6_both_sign_and_the_booking_moves(as_, cast, paid, agreement):
    url, me = f"/api/agreements/{agreement.pk}/signatures", paid.applicants.get().pk
    status = f"/api/bookings/{paid.pk}/status"
    early = as_(cast.meera).patch(status, {"status": "agreement_signed"})
    assert (early.status_code, early.json()["code"], early.json()["missing"]) == (
        422,
        "signatures_missing",
        ["Asha Rao", "builder"],
    )
    mine = as_(cast.asha).post(url, {"applicant_id": me})
    assert mine.status_code == 201, mine.content
    twice = as_(cast.asha).post(url, {"applicant_id": me})
    assert (twice.status_code, twice.json()["code"]) == (409, "already_signed")
    both = as_(cast.meera).post(url, {"method": "wet-ink", "name": "Meera Shah"}).json()
    assert [(row["applicant_id"], row["name"]) for row in both["signatures"]] == [
        (me, "Asha Rao"),
        (None, "Meera Shah"),
    ]
    assert as_(cast.asha).get(f"/api/bookings/{paid.pk}/agreements").json() == [both]
    assert as_(cast.meera).patch(status, {"status": "agreement_signed"}).status_code == 200


def test_R5_6_an_old_version_is_superseded(as_, cast, paid, agreement):
    services.generate_agreement(actor=cast.meera, booking_id=paid.pk)
    reply = as_(cast.meera).post(f"/api/agreements/{agreement.pk}/signatures")
    assert (reply.status_code, reply.json()["code"]) == (409, "agreement_superseded")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"applicant_id": "x"}, 400),
        ({"applicant_id": 10**12}, 404),
        ({"method": "by wink"}, 400),
        ({"name": "a\x00b"}, 400),
        ({"name": "x" * 201}, 400),
        ({"scan_id": 10**12}, 400),
    ],
    ids=str,
)
def test_bad_signatures(as_, cast, agreement, body, status):
    reply = as_(cast.meera).post(f"/api/agreements/{agreement.pk}/signatures", body)
    assert (reply.status_code, Signature.objects.count()) == (status, 0), reply.content


# --- how many queries -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_a_fixed_number_of_queries(as_, cast, django_assert_num_queries, rows):
    relate(customer_id=cast.asha.pk, builder_id=cast.meera.pk)
    booking = BookingFactory(
        paid=True,
        unit=cast.meera_unit,
        customer=cast.asha.customer,
        state=BookingState.BOOKING_CONFIRMED,
    )
    staff = StaffFactory()
    for number in range(rows):
        QuoteFactory(unit=cast.meera_unit, customer=cast.asha.customer, created_by=staff)
        agreement = AgreementFactory(booking=booking, version=number + 1)
        services.sign_agreement(actor=cast.meera, agreement_id=agreement.pk)
        if number:
            Applicant.objects.create(booking=booking, full_name=f"Co {number}", share=1)
    api = as_(cast.asha)
    for path, queries in (
        ("/api/quotes", 2),
        (f"/api/bookings/{booking.pk}/applicants", 2),
        (f"/api/bookings/{booking.pk}/agreements", 4),
    ):
        with django_assert_num_queries(queries):
            body = api.get(path).json()
        assert len(body if isinstance(body, list) else body["quotes"]) == rows, path
