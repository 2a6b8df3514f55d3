"""Settlements, refunds and notices over HTTP: shapes, workings, drafts, repeated requests, odd input (R11)."""

from datetime import date, timedelta
from typing import Any

import pytest

from bookings.enums import BookingState
from payments import services
from payments.enums import Initiator, SettlementAction
from payments.models import DefaultNotice, InterestRate, LedgerEntry, Refund, Settlement
from realestate.core import clock
from realestate.core.models import AuditEntry
from tests.factories.payments import (
    DefaultNoticeFactory,
    PaymentFactory,
    RefundFactory,
    SettlementFactory,
)
from tests.payments.ending import pay, purchase, vector
from tests.payments.test_api_bad_input import BAD
from tests.refused import assert_refused

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 5)


def sent(booking, **facts) -> dict[str, Any]:
    return {
        "booking_id": booking.pk,
        "initiator": "Buyer",
        "reason": "The buyer moves abroad.",
        **facts,
    }


def propose(cast, booking, **facts) -> Settlement:
    return services.propose_settlement(
        actor=cast.meera,
        booking_id=booking.pk,
        **{"initiator": Initiator.BUYER, "reason": "Abroad.", **facts},
    )


def settled(cast) -> Refund:
    draft = propose(cast, vector(cast))
    services.decide_settlement(
        actor=cast.sana, settlement_id=draft.pk, action=SettlementAction.APPROVE
    )
    return Refund.objects.get()


# --- shapes ----------------------------------------------------------------------------------------------------------


def test_the_shape_of_a_settlement(as_, cast):
    booking = vector(cast)
    reply = as_(cast.meera).post("/api/settlements", sent(booking, effective_on="2026-01-04"))
    assert reply.status_code == 201, reply.content
    row = reply.json()
    assert row == {
        "id": row["id"],
        "number": f"ST-{booking.pk:06d}-1",
        "booking_id": booking.pk,
        "booking_number": booking.booking_number,
        "version": 1,
        "initiator": "buyer",
        "effective_on": "2026-01-04",
        "state": "draft",
        "reason": "The buyer moves abroad.",
        "currency": "INR",
        "forfeit_percent": 10,
        "received": 1_250_000,
        "lines": [
            {
                "code": "forfeit",
                "rule": "R11",
                "label": "Kept of the price",
                "amount": 800_000,
                "working": None,
            },
            {
                "code": "unpaid_interest",
                "rule": "R11",
                "label": "Late interest not paid",
                "amount": 980.2,
                "working": None,
            },
        ],
        "refund_amount": 449_019.8,
        "refund_due_on": "2026-02-18",
        "working": None,
        "requested_by_id": cast.meera.pk,
        "requested_at": row["requested_at"],
        "decided_by_id": None,
        "decided_at": None,
        "decision_reason": "",
    }


@pytest.mark.parametrize("word", ["1", "true", "TRUE"])
def test_figures_explain_themselves(as_, cast, word):
    draft = propose(cast, vector(cast))
    row = as_(cast.meera).get(f"/api/settlements/{draft.pk}?explain={word}").json()
    assert row["lines"][0]["working"] == {
        "figure": "Kept of the price",
        "rule": "R11",
        "formula": "min(A × percent / 100, cap, P)",
        "inputs": {"A": "8000000.00", "percent": "10.0000", "P": "1250000.00"},
        "unrounded": "800000.000000",
        "amount": "800000.00",
    }
    assert row["working"] == {
        "figure": "Refund",
        "rule": "R11",
        "formula": "money received less Σ lines",
        "inputs": {
            "received": "1250000.00",
            "forfeit": "800000.00",
            "unpaid_interest": "980.20",
        },
        "unrounded": "449019.80",
        "amount": "449019.80",
    }


def test_the_way_of_a_refund(as_, cast, noon):
    draft = propose(cast, vector(cast))
    approved = as_(cast.sana).post(f"/api/settlements/{draft.pk}/approve", {"reason": "Fine."})
    assert approved.status_code == 200, approved.content
    assert {
        name: approved.json()[name] for name in ("state", "decided_by_id", "decision_reason")
    } == {
        "state": "approved",
        "decided_by_id": cast.sana.pk,
        "decision_reason": "Fine.",
    }
    refund = Refund.objects.get()
    InterestRate.objects.create(percent="10.90", valid_from=date(2020, 1, 1))
    noon.move_to(clock.now() + timedelta(days=46), tick=False)
    row = as_(cast.asha).get(f"/api/refunds/{refund.pk}?explain=1").json()
    assert row == {
        "id": refund.pk,
        "number": f"RF-{refund.pk:06d}",
        "booking_id": draft.booking_id,
        "booking_number": draft.booking.booking_number,
        "settlement_id": draft.pk,
        "payment_id": None,
        "amount": 449_019.8,
        "currency": "INR",
        "due_on": "2026-02-19",
        "state": "due",
        "reason": f"Settlement {draft.number}",
        "created_at": row["created_at"],
        "paid_on": None,
        "reference": "",
        "late_interest": 134.09,
        "late_interest_working": {
            "figure": "Interest on a late refund",
            "rule": "R9",
            "formula": "Σ receipt × percent × days / 36500",
            "inputs": {"segments": ["449019.80 × 10.9000 % × 1 days (2026-02-20 to 2026-02-20)"]},
            "unrounded": row["late_interest_working"]["unrounded"],
            "amount": "134.09",
        },
    }
    paid = as_(cast.sana).post(f"/api/refunds/{refund.pk}/pay", {"reference": "UTR-9"})
    assert paid.status_code == 200, paid.content
    assert {name: paid.json()[name] for name in ("state", "paid_on", "reference")} == {
        "state": "paid",
        "paid_on": "2026-02-20",
        "reference": "UTR-9",
    }
    assert paid.json()["late_interest_working"] is None


def test_the_shape_of_a_notice(as_, cast):
    booking = purchase(cast)
    api = as_(cast.meera)
    assert (
        api.post(f"/api/bookings/{booking.pk}/notices", {"sent_on": "2025-12-01"}).status_code
        == 201
    )
    reply = api.post(
        f"/api/bookings/{booking.pk}/notices",
        {"sent_on": "", "cure_days": 20, "text": "Please pay."},
    )
    assert reply.status_code == 201, reply.content
    row = reply.json()
    assert row == {
        "id": row["id"],
        "booking_id": booking.pk,
        "number": 2,
        "sent_on": "2026-01-05",
        "cure_until": "2026-01-25",
        "text": "Please pay.",
        "recorded_at": row["recorded_at"],
    }
    rows = as_(cast.asha).get(f"/api/bookings/{booking.pk}/notices").json()
    assert [each["number"] for each in rows] == [1, 2]
    assert rows[1] == row


# --- who reads what --------------------------------------------------------------------------------------------------


def test_R21_customers_read_what_was_approved(as_, cast):
    booking = vector(cast)
    draft = SettlementFactory(booking=booking, reason="Not for the buyer yet.")
    approved = SettlementFactory(booking=booking, version=2, approved=True)
    foreign = SettlementFactory(booking__unit__project=cast.kiran_project, approved=True)
    for person, ids in (
        (cast.asha, [approved.pk]),
        (cast.ravi, []),
        (cast.meera, [approved.pk, draft.pk]),
        (cast.kiran, [foreign.pk]),
        (cast.sana, [foreign.pk, approved.pk, draft.pk]),
    ):
        body = as_(person).get("/api/settlements").json()
        assert [row["id"] for row in body["settlements"]] == ids
    assert as_(cast.asha).get(f"/api/settlements/{draft.pk}").status_code == 404
    assert as_(cast.kiran).get(f"/api/settlements/{approved.pk}").status_code == 404
    assert as_(None).get(f"/api/settlements/{approved.pk}").status_code == 401


def test_R21_refunds_and_notices_of_others_do_not_exist(as_, cast):
    refund = settled(cast)
    for person in (cast.ravi, cast.kiran):
        assert as_(person).get("/api/refunds").json()["refunds"] == []
        for path in (f"refunds/{refund.pk}", f"bookings/{refund.booking_id}/notices"):
            assert as_(person).get(f"/api/{path}").status_code == 404
    reply = as_(cast.kiran).post(f"/api/refunds/{refund.pk}/pay", {"reference": "x"})
    assert reply.status_code == 404
    assert (
        as_(cast.asha).post(f"/api/refunds/{refund.pk}/pay", {"reference": "x"}).status_code == 403
    )
    refund.refresh_from_db()
    assert refund.paid_on is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("booking_id={booking}", 1),
        ("booking_id=x", 0),
        ("project_id={project}", 2),
        ("project_id=999999", 0),
        ("state=DRAFT", 1),
        ("state=nonsense", 0),
        ("limit=1", 1),
    ],
)
def test_filters_of_settlements(as_, cast, query, found):
    booking = purchase(cast)
    SettlementFactory(booking=booking)
    SettlementFactory(booking__unit__project=cast.meera_project, approved=True)
    query = query.format(booking=booking.pk, project=cast.meera_project.pk)
    reply = as_(cast.meera).get(f"/api/settlements?{query}")
    assert (reply.status_code, len(reply.json()["settlements"])) == (200, found)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("state=due", 1),
        ("state=paid", 0),
        ("booking_id=7x", 0),
        ("project_id={project}", 1),
    ],
)
def test_filters_of_refunds(as_, cast, query, found):
    RefundFactory(settlement__booking__unit__project=cast.meera_project)
    query = query.format(project=cast.meera_project.pk)
    reply = as_(cast.meera).get(f"/api/refunds?{query}")
    assert (reply.status_code, len(reply.json()["refunds"])) == (200, found)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"), [("settlements", 2), ("refunds", 3), ("bookings/{booking}/notices", 2)]
)
def test_lists_cost_the_same_for_one_row_and_for_three(
    as_, cast, django_assert_num_queries, rows, path, queries
):
    booking = purchase(cast)
    DefaultNoticeFactory.create_batch(rows, booking=booking)
    for _ in range(rows):
        RefundFactory(settlement__booking__unit__project=cast.meera_project)
    with django_assert_num_queries(queries):
        body = as_(cast.meera).get(f"/api/{path.format(booking=booking.pk)}").json()
    assert len(body if isinstance(body, list) else body[path]) == rows


# --- refusals and repeated requests ----------------------------------------------------------------------------------


def refused(reply) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


def test_every_refusal_has_its_code(as_, cast):
    booking = purchase(cast)
    meera, sana = as_(cast.meera), as_(cast.sana)
    assert refused(meera.post("/api/settlements", sent(booking))) == (422, "nothing_to_settle")
    pay(cast, booking, 1_000_000)
    too_much = meera.post("/api/settlements", sent(booking, forfeit_percent=11))
    assert (refused(too_much), too_much.json()["agreed"]) == ((422, "forfeit_beyond_terms"), 10)
    first = meera.post("/api/settlements", sent(booking)).json()["id"]
    second = meera.post("/api/settlements", sent(booking, initiator="buyer_default")).json()["id"]
    assert refused(meera.post(f"/api/settlements/{second}/approve")) == (
        422,
        "approver_is_requester",
    )
    assert refused(sana.post(f"/api/settlements/{first}/approve")) == (409, "settlement_superseded")
    missing = sana.post(f"/api/settlements/{second}/approve")
    assert (refused(missing), missing.json()["needed"]) == ((422, "notices_missing"), 2)
    third = meera.post("/api/settlements", sent(booking)).json()["id"]
    pay(cast, booking, 5, TODAY)
    assert refused(sana.post(f"/api/settlements/{third}/approve")) == (409, "settlement_stale")
    assert sana.post(f"/api/settlements/{third}/refuse", {"reason": "Again."}).status_code == 200
    assert refused(sana.post(f"/api/settlements/{third}/approve")) == (409, "invalid_transition")
    notices = f"/api/bookings/{booking.pk}/notices"
    assert meera.post(notices).status_code == 201
    assert refused(meera.post(notices)) == (422, "notice_too_early")
    booking.refresh_from_db()
    assert booking.state == BookingState.AGREEMENT_SIGNED


def test_R21_the_refund_is_not_paid_by_whoever_asked_for_it(as_, cast):
    refund = settled(cast)
    path = f"/api/refunds/{refund.pk}/pay"
    assert refused(as_(cast.meera).post(path, {"reference": "x"})) == (422, "payer_is_requester")
    assert as_(cast.sana).post(path, {"reference": "x"}).status_code == 200
    assert refused(as_(cast.sana).post(path, {"reference": "x"})) == (409, "invalid_transition")


def test_a_repeated_key_is_answered_again(as_, cast):
    booking = vector(cast)
    meera, sana = as_(cast.meera), as_(cast.sana)

    def twice(api, path, body):
        replies = [api.post(path, body, HTTP_IDEMPOTENCY_KEY="k-1") for _ in range(2)]
        assert replies[0].json() == replies[1].json(), replies[1].content
        assert replies[0].status_code == replies[1].status_code < 300
        return replies[0].json()

    draft = twice(meera, "/api/settlements", sent(booking))
    twice(sana, f"/api/settlements/{draft['id']}/approve", {})
    refund = Refund.objects.get()
    twice(sana, f"/api/refunds/{refund.pk}/pay", {"reference": "UTR-9"})
    assert Settlement.objects.count() == 1
    assert LedgerEntry.objects.filter(refund=refund).count() == 1


# --- odd input -------------------------------------------------------------------------------------------------------

FINE_TEXT = {"huge", "negative", "not a number", "infinite"}  # a text may say so
FINE = {
    "reason": FINE_TEXT,
    "reference": FINE_TEXT,
    "text": FINE_TEXT | {"blank"},
    "effective_on": {"null"},
    "forfeit_percent": {"null", "blank"},
    "paid_on": {"null"},
    "sent_on": {"null"},
}


@pytest.mark.parametrize("bad", BAD)
def test_each_field_refuses_what_is_no_value_of_it(as_, cast, bad):
    booking = purchase(cast)
    PaymentFactory(booking=booking)
    refund = RefundFactory(settlement__booking__unit__project=cast.meera_project)
    draft = SettlementFactory(booking=booking)
    good = {
        "/api/settlements": sent(booking, effective_on="2026-01-05", forfeit_percent=5),
        f"/api/settlements/{draft.pk}/refuse": {"reason": "x"},
        f"/api/refunds/{refund.pk}/pay": {"reference": "x", "paid_on": "2026-01-05"},
        f"/api/bookings/{booking.pk}/notices": {
            "sent_on": "2026-01-05",
            "cure_days": 15,
            "text": "x",
        },
    }
    entries = AuditEntry.objects.count()
    for path, body in good.items():
        for field in body:
            if bad not in FINE.get(field, set()):
                assert_refused(as_(cast.meera).post(path, body | {field: BAD[bad]}))
                assert AuditEntry.objects.count() == entries, (path, field)
    assert (Settlement.objects.count(), DefaultNotice.objects.count()) == (2, 0)


@pytest.mark.parametrize("field", ["booking_id", "initiator", "reason"])
def test_required_fields(as_, cast, field):
    body = {key: value for key, value in sent(purchase(cast)).items() if key != field}
    reply = as_(cast.meera).post("/api/settlements", body)
    assert (reply.status_code, reply.json()["errors"]) == (
        400,
        {field: ["This field is required."]},
    )


@pytest.mark.parametrize("body", [[], "x", 7, None, [{}]])
def test_a_body_that_is_no_object_is_refused(as_, cast, body):
    reply = as_(cast.meera).post("/api/settlements", body)
    assert_refused(reply)
    assert not Settlement.objects.exists()


@pytest.mark.parametrize("pk", [999_999, 2**63, 10**30])
def test_what_never_existed_is_404(as_, cast, pk):
    api = as_(cast.meera)
    for path in (f"settlements/{pk}", f"refunds/{pk}", f"bookings/{pk}/notices"):
        assert api.get(f"/api/{path}").status_code == 404
    for path, body in (
        (f"settlements/{pk}/approve", {}),
        (f"settlements/{pk}/refuse", {"reason": "x"}),
        (f"refunds/{pk}/pay", {"reference": "x"}),
        (f"bookings/{pk}/notices", {}),
    ):
        assert api.post(f"/api/{path}", body).status_code == 404
