"""``?explain=1`` on the account: each figure from rows that the reader can look up and add with a pocket calculator."""

from datetime import date
from decimal import Decimal

import pytest

from payments.models import CreditNote
from tests.payments.account import D, demand, interest, pay, signed

pytestmark = pytest.mark.django_db
FIRST, SECOND = date(2024, 12, 26), date(2025, 1, 26)


@pytest.fixture
def account(cast, noon):
    """The vector of R8: two demands and two receipts."""
    booking = signed(cast)
    demand(booking, "100000", "5000", issued=FIRST, due=date(2025, 1, 10), label="Plinth")
    demand(booking, "200000", "10000", issued=SECOND, due=date(2025, 2, 10), label="Slab")
    return booking


def explained(api, booking, on):
    body = api.get(f"/api/bookings/{booking.pk}/statement", {"to": on, "explain": "1"}).json()
    return body, {working["figure"]: working for working in body["workings"]}


def added(rows, name):
    return sum((Decimal(row[name]) for row in rows), D(0))


def test_every_figure_of_a_statement_is_the_sum_that_it_names(as_, cast, account):
    pay(cast, account, "60000", date(2025, 1, 8))
    pay(cast, account, "150000", date(2025, 2, 20))
    interest(cast, account, date(2025, 2, 20))
    body, figures = explained(as_(cast.asha), account, "2025-03-01")

    assert {name: working["amount"] for name, working in figures.items()} == {
        "Closing balance": "106148.23",
        "Closing balance by open items": "106148.23",
        "Interest not posted yet": "282.21",
        "Still to be demanded": "0.00",
        "Advance": "0.00",
        "Next due": "0.00",
        "Ageing, days_1_30": "106148.23",
    }
    assert {name: working["rule"] for name, working in figures.items()} == {
        "Closing balance": "R10.2",
        "Closing balance by open items": "R10.4",
        "Interest not posted yet": "R9",
        "Still to be demanded": "R10.3",
        "Advance": "R8.4",
        "Next due": "R10.3",
        "Ageing, days_1_30": "R10.5",
    }
    assert all(working["unrounded"] == working["amount"] for working in figures.values())
    assert figures["Closing balance"]["inputs"] == {
        "brought_forward": "0.00",
        "debits": "316148.23",
        "credits": "210000.00",
    }
    assert figures["Closing balance by open items"]["inputs"] == {
        "open_items": "106148.23",
        "advance": "0.00",
    }
    late = figures["Interest not posted yet"]["inputs"]["lines"]
    assert added(late, "interest") - added(late, "posted") == D("282.21")
    assert figures["Advance"]["inputs"] == {
        "receipts": "210000.00",
        "credit_notes": "0.00",
        "applied": "210000.00",
        "returned_or_kept": "0.00",
    }
    aged = figures["Ageing, days_1_30"]["inputs"]["items"]
    assert [(row["label"], row["part"], row["days"], row["open"]) for row in aged] == [
        ("Slab", "principal", 19, "105000.00"),
        (
            "Interest on Plinth, " + aged[0]["document"].replace("00002", "00001"),
            "principal",
            9,
            "550.97",
        ),
        ("Interest on Slab, " + aged[0]["document"], "principal", 9, "597.26"),
    ]
    assert added(aged, "open") == D(str(body["ageing"]["days_1_30"]))


def test_interest_of_a_line_says_what_was_posted_before(as_, cast, account):
    interest(cast, account, date(2025, 1, 31))
    body, figures = explained(as_(cast.asha), account, "2025-02-05")
    (item,) = body["interest"]
    working = item["working"]
    assert D(working["amount"]) - D(working["posted_before"]) == D(str(body["accrued_interest"]))
    assert working["posted_before"] == "627.12"  # 100,000 for 21 days
    assert figures["Interest not posted yet"]["amount"] == "149.32"  # five days more


def test_what_falls_due_next_names_its_items(as_, cast, account):
    _, figures = explained(as_(cast.asha), account, "2025-02-01")
    due = figures["Next due"]
    assert (due["amount"], due["inputs"]["due_on"]) == ("210000.00", "2025-02-10")
    assert [(row["part"], row["days"], row["open"]) for row in due["inputs"]["items"]] == [
        ("tax", -9, "10000.00"),
        ("principal", -9, "200000.00"),
    ]
    buckets = [name for name in figures if name.startswith("Ageing")]
    assert buckets == ["Ageing, not_due", "Ageing, days_1_30"]


def test_a_statement_of_the_past_explains_what_was_not_demanded_then(as_, cast, account):
    _, figures = explained(as_(cast.asha), account, "2025-01-01")
    assert figures["Closing balance"]["inputs"]["debits"] == "105000.00"
    assert figures["Still to be demanded"]["inputs"]["lines"] == []  # these know no schedule


def test_without_explain_nothing_is_explained(as_, cast, account):
    payment = pay(cast, account, "60000", date(2025, 1, 8))
    api = as_(cast.asha)
    body = api.get(f"/api/bookings/{account.pk}/statement").json()
    assert (body["workings"], body["interest"]) == (None, None)
    assert api.get(f"/api/payments/{payment.pk}").json()["working"] is None
    listed = api.get("/api/payments?explain=1").json()["payments"]
    assert [row["working"] for row in listed] == [None]


def test_R8_a_receipt_says_what_it_pays(as_, cast, account):
    pay(cast, account, "60000", date(2025, 1, 8))
    pay(cast, account, "150000", date(2025, 2, 20))
    interest(cast, account, date(2025, 3, 1))
    last = pay(cast, account, "120000", date(2025, 3, 1))
    working = as_(cast.asha).get(f"/api/payments/{last.pk}?explain=1").json()["working"]
    applied = working["inputs"]["applied"]
    assert [(row["label"].split(",")[0], row["part"], row["amount"]) for row in applied] == [
        ("Slab", "principal", "105000.00"),
        ("Interest on Plinth", "principal", "550.97"),
        ("Interest on Slab", "principal", "879.47"),
    ]
    assert (working["rule"], working["amount"]) == ("R8", "13569.56")
    assert D("120000") - added(applied, "amount") == D(working["amount"])


def test_R8_money_that_does_not_count_pays_nothing(as_, cast, account):
    payment = pay(cast, account, "60000", date(2025, 1, 8), is_cleared=False)
    working = as_(cast.asha).get(f"/api/payments/{payment.pk}?explain=1").json()["working"]
    assert (working["inputs"], working["amount"]) == ({"receipt": "0.00", "applied": []}, "0.00")


@pytest.mark.parametrize("rows", [1, 3])
def test_R9_a_credit_note_says_from_which_lines(
    as_, cast, account, rows, django_assert_num_queries
):
    for number in range(rows):
        interest(cast, account, date(2025, 1, 20 + number))
    pay(cast, account, "105000", date(2025, 1, 10))  # in time, found later: all interest goes
    api = as_(cast.asha)
    with django_assert_num_queries(7):
        notes = api.get("/api/credit-notes?explain=1").json()["credit_notes"]
    first = CreditNote.objects.order_by("issued_on", "pk").first()
    assert len(notes) == rows
    working = notes[-1]["working"]
    (line,) = working["inputs"]["lines"]
    demand_number = line["label"].rpartition(", ")[2]
    assert (working["rule"], working["amount"]) == ("R9", line["principal"])
    assert line["of_document"] == demand_number
    assert first.number == notes[-1]["number"]
    assert api.get(f"/api/credit-notes/{first.pk}").json()["working"] is None
