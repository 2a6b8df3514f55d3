"""Change requests over HTTP (contract 7.9)."""

from datetime import date
from decimal import Decimal

import pytest

from bookings.models import ChangeRequest
from projects.enums import TaxClass
from projects.models import TaxRate
from realestate.core.models import SystemSetting
from tests.factories.bookings import ChangeQuoteFactory, ChangeRequestFactory

pytestmark = pytest.mark.django_db


def test_from_the_wish_to_the_finished_work(as_, cast, booking):
    asha, meera = as_(cast.asha), as_(cast.meera)
    body = {
        "booking_id": booking.pk,
        "request_type": "Electrical",
        "request_title": "Sockets",
        "request_description": "Two more",
        "current_specification": "One",
        "requested_specification": "Three",
    }
    made = asha.post("/api/change-requests", body)
    assert made.status_code == 201, made.content
    row = made.json()
    assert row == {
        "id": row["id"],
        "tracking_number": f"CR-{row['id']:06d}",
        "booking_id": booking.pk,
        "request_type": "electrical",
        "request_title": "Sockets",
        "request_description": "Two more",
        "current_specification": "One",
        "requested_specification": "Three",
        "attachments": [],
        "status": "submitted",
        "estimated_cost": None,
        "estimated_timeline_days": None,
        "builder_response": "",
        "rejection_reason": "",
        "approval_date": None,
        "completion_date": None,
        "final_cost": None,
        "quotes": [],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
    url = f"/api/change-requests/{row['id']}"
    assert meera.patch(url, {"status": "in-review"}).json()["status"] == "under_review"
    quote = {"net_amount": 38164.25, "tax_amount": 6869.56, "timeline_days": 14}
    quoted = meera.post(f"{url}/quotes", quote)
    assert quoted.status_code == 201, quoted.content
    assert (quoted.json()["status"], quoted.json()["estimated_cost"]) == ("quoted", 45033.81)
    assert quoted.json()["quotes"][0]["total_amount"] == 45033.81
    approved = asha.post(f"{url}/approve", {"version": 1}).json()
    assert approved["status"] == "approved"
    assert approved["approval_date"] is not None
    unpaid = meera.patch(url, {"status": "in_progress"})
    assert (unpaid.status_code, unpaid.json()["code"]) == (422, "upfront_not_paid")
    SystemSetting.objects.create(key="payments.change_paid_first", scope="system", value=False)
    assert meera.patch(url, {"status": "in_progress"}).status_code == 200
    done = meera.patch(url, {"status": "completed"}).json()
    assert (done["status"], done["final_cost"]) == ("completed", 45033.81)
    assert done["completion_date"] is not None


def test_dates_sent_by_a_client_are_ignored(as_, cast, change):
    body = {"approval_date": "2020-01-01", "completion_date": "2020-01-01", "booking_id": 1}
    row = as_(cast.meera).patch(f"/api/change-requests/{change.pk}", body).json()
    assert (row["approval_date"], row["completion_date"]) == (None, None)
    assert row["booking_id"] == change.booking_id


def test_an_older_quote_is_superseded(as_, cast, change):
    ChangeRequest.objects.update(state="quoted")
    ChangeQuoteFactory(change_request=change)
    ChangeQuoteFactory(change_request=change, version=2)
    reply = as_(cast.asha).post(f"/api/change-requests/{change.pk}/approve", {"version": 1})
    assert (reply.status_code, reply.json()["code"], reply.json()["version"]) == (
        409,
        "quote_superseded",
        2,
    )
    shown = as_(cast.asha).get(f"/api/change-requests/{change.pk}").json()
    assert [quote["version"] for quote in shown["quotes"]] == [2, 1]


def test_decline_and_withdraw_need_no_body(as_, cast, change):
    ChangeRequest.objects.update(state="quoted")
    ChangeQuoteFactory(change_request=change)
    url = f"/api/change-requests/{change.pk}"
    assert as_(cast.asha).post(f"{url}/decline").json()["status"] == "declined"
    ChangeRequest.objects.update(state="submitted")
    assert as_(cast.asha).post(f"{url}/withdraw").json()["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("who", "statuses"),
    [("asha", 200), ("meera", 200), ("sana", 200), ("ravi", 404), ("kiran", 404)],
)
def test_R21_who_reads(as_, cast, change, who, statuses):
    api = as_(getattr(cast, who))
    assert api.get(f"/api/change-requests/{change.pk}").status_code == statuses
    ids = [row["id"] for row in api.get("/api/change-requests").json()]
    assert ids == ([change.pk] if statuses == 200 else [])


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        ("asha", "patch", "", 403),
        ("asha", "post", "/quotes", 403),
        ("meera", "post", "/approve", 403),
        ("meera", "post", "/decline", 403),
        ("meera", "post", "/withdraw", 403),
        ("ravi", "post", "/approve", 404),
        ("ravi", "post", "/withdraw", 404),
        ("kiran", "patch", "", 404),
        ("kiran", "post", "/quotes", 404),
        (None, "patch", "", 401),
    ],
)
def test_R21_who_does_what(as_, cast, change, who, method, path, status):
    body = {"version": 1, "net_amount": 1, "builder_response": "x"}
    person = getattr(cast, who) if who else None
    reply = getattr(as_(person), method)(f"/api/change-requests/{change.pk}{path}", body)
    assert reply.status_code == status
    change.refresh_from_db()
    assert (change.state, change.builder_response, change.quotes.count()) == ("under_review", "", 0)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("booking_id={booking}", 1),
        ("booking_id=999999", 0),
        ("booking_id=x", 0),
        ("status=under-review", 2),
        ("status=in_review", 2),
        ("status=approved", 0),
        ("status=nonsense", 0),
        ("request_type=Electrical", 2),
        ("limit=1", 1),
    ],
)
def test_filters(as_, cast, change, query, found):
    ChangeRequestFactory(booking__unit__project=cast.meera_project, state="under_review")
    reply = as_(cast.meera).get(f"/api/change-requests?{query.format(booking=change.booking_id)}")
    assert (reply.status_code, len(reply.json())) == (200, found)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_three_queries(as_, cast, django_assert_num_queries, rows):
    for _row in range(rows):
        request = ChangeRequestFactory(booking__unit__project=cast.meera_project)
        ChangeQuoteFactory(change_request=request)
    with django_assert_num_queries(3):
        body = as_(cast.meera).get("/api/change-requests").json()
    assert [len(row["quotes"]) for row in body] == [1] * rows


def test_one_takes_two_queries(as_, cast, change, django_assert_num_queries):
    with django_assert_num_queries(2):
        as_(cast.asha).get(f"/api/change-requests/{change.pk}")


def test_R13_an_offer_explains_its_net_amount_and_its_taxes(as_, cast, change):
    for component in ("CGST", "SGST"):
        TaxRate.objects.create(
            tax_class=TaxClass.EXTRA_WORK,
            component=component,
            percent=9,
            valid_from=date(2020, 1, 1),
        )
    url = f"/api/change-requests/{change.pk}"
    lines = [
        {"description": "Sockets", "quantity": 12, "rate": 4350},
        {"description": "No door", "quantity": -1, "rate": 18500},
        {"description": "Cable", "quantity": 3.5, "rate": 1275.5},
    ]
    as_(cast.meera).post(f"{url}/quotes", {"lines": lines})
    (offer,) = as_(cast.asha).get(f"{url}?explain=1").json()["quotes"]
    net, *taxes = offer["workings"]
    assert net["inputs"]["lines"] == ["52200.00", "-18500.00", "4464.25"]
    assert (net["rule"], net["amount"]) == ("R13", "38164.25")
    assert [(each["figure"], each["amount"]) for each in taxes] == [
        ("CGST", "3434.78"),
        ("SGST", "3434.78"),
    ]
    assert {Decimal(each["unrounded"]) for each in taxes} == {Decimal("3434.7825")}
    (plain,) = as_(cast.asha).get(url).json()["quotes"]
    assert plain == {**offer, "workings": None}


def test_R13_what_was_named_in_an_offer_says_so(as_, cast, change):
    url = f"/api/change-requests/{change.pk}"
    as_(cast.meera).post(f"{url}/quotes", {"net_amount": 1000, "tax_amount": 179})
    (offer,) = as_(cast.asha).get(f"{url}?explain=1").json()["quotes"]
    told = [(each["figure"], each["formula"], each["amount"]) for each in offer["workings"]]
    assert told == [
        ("Net amount", "as named in the offer", "1000.00"),
        ("Tax", "as named in the offer", "179.00"),
    ]
