"""One purchase from the price list to the statement, through the API alone: ``make example``.

Nothing here touches a model: every step is a JSON request, as the frontend or another program would send it. The script
makes a throw-away database, moves the platform's clock from step to step, and ends by printing the statement and by
recomputing each of its lines with nothing but the answers of the API.

The one thing that the API cannot do is to appoint staff; an operator does that with ``manage.py createsuperuser``.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realestate.settings.test")

import django

django.setup()

from django.test import Client

from realestate.core import clock

ZONE = ZoneInfo("Asia/Kolkata")
PASSWORD = "a-long-password-for-the-example"  # noqa: S105  # of people who live as long as this script
PHOTO = "https://example.com/stage.jpg"


def money(value: Any) -> Decimal:
    """An amount of the API, exactly."""
    return Decimal(str(value))


class Person:
    """Somebody with a login, who speaks JSON with the platform."""

    def __init__(self, email: str) -> None:
        self.email = email
        self.client = Client(raise_request_exception=False)
        self.token = ""

    def log_in(self) -> "Person":
        """Keep the access token."""
        self.token = self.post("/api/auth/login", email=self.email, password=PASSWORD)[
            "access_token"
        ]
        return self

    def get(self, path: str) -> Any:
        """What the platform answers."""
        return self._ask("get", path, None)

    def post(self, path: str, **body: Any) -> Any:
        """Send something."""
        return self._ask("post", path, body)

    def patch(self, path: str, **body: Any) -> Any:
        """Change something."""
        return self._ask("patch", path, body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        call = getattr(self.client, method)
        data = {} if body is None else json.dumps(body, default=str)
        reply = call(path, data, content_type="application/json", headers=headers)
        answer = reply.json()
        if reply.status_code >= 400:
            message = f"{method.upper()} {path}: {reply.status_code} {answer}"
            raise RuntimeError(message)
        return answer


@contextmanager
def noon_of(day: date) -> Iterator[None]:
    """Everything inside happens at noon of a day."""
    with clock.pretend(datetime.combine(day, time(12), ZONE)):
        yield


def register(email: str, kind: str, **profile: Any) -> Person:
    """A new account, logged in."""
    person = Person(email)
    person.post(
        "/api/auth/register",
        email=email,
        password=PASSWORD,
        user_type=kind,
        **{f"{kind}_data": profile},
    )
    return person.log_in()


def appoint_staff(email: str) -> Person:
    """What ``manage.py createsuperuser`` does."""
    from accounts.models import User
    from realestate.core.enums import Role

    user = User(email=email, user_type=Role.STAFF, is_staff=True, is_superuser=True)
    user.set_password(PASSWORD)
    user.save()
    return Person(email).log_in()


def offer(staff: Person, builder: Person, start: date) -> dict[str, Any]:
    """Taxes, interest, a project with a tower, its prices, stages and plan, and one unit for sale."""
    for component in ("CGST", "SGST"):
        for tax_class, percent in (("residential", 2.5), ("extra_work", 9)):
            staff.post(
                "/api/tax-rates",
                tax_class=tax_class,
                component=component,
                percent=percent,
                valid_from=start,
            )
    staff.post("/api/interest-rates", percent=10.9, valid_from=start, note="8.90 and 2 on top")
    project = builder.post(
        "/api/projects",
        project_name="Example Heights",
        project_type="residential",
        location_city="Pune",
        start_date=start,
    )
    tower = builder.post(f"/api/projects/{project['id']}/towers", name="Tower A", floors=14)
    unit = builder.post(
        "/api/units",
        project_id=project["id"],
        tower_id=tower["id"],
        unit_number="A-1203",
        unit_type="3BHK",
        floor_number=12,
        area_sqft=1045.5,
        price=7_500_000,
        bathrooms=3,
    )
    builder.post(
        "/api/price-lists",
        project_id=project["id"],
        lines=[
            {"code": "BASE", "label": "Base", "kind": "base", "basis": "per_area", "value": 7250},
            {
                "code": "RISE",
                "label": "Floor rise",
                "kind": "floor_rise",
                "basis": "per_area",
                "value": 40,
                "rise_from_floor": 4,
            },
            {
                "code": "PLC",
                "label": "Garden view",
                "kind": "preferential",
                "basis": "percent_of",
                "value": 3,
                "percent_of": ["BASE"],
            },
            {
                "code": "PARK",
                "label": "Parking",
                "kind": "charge",
                "basis": "flat",
                "value": 350_000,
            },
            {"code": "CLUB", "label": "Club", "kind": "charge", "basis": "flat", "value": 150_000},
        ],
    )
    stages = [
        builder.post(
            "/api/milestones",
            project_id=project["id"],
            tower_id=tower["id"],
            code=code,
            name=name,
        )
        for code, name in (("plinth", "Plinth"), ("slab-6", "Slab 6"), ("masonry", "Masonry"))
    ]
    shares = zip(stages, (20, 20, 20), strict=True)
    builder.post(
        "/api/payment-plans",
        project_id=project["id"],
        payment_plan="construction_linked",
        name="By stages",
        kind="construction_linked",
        lines=[
            {"label": "Token", "kind": "fixed", "trigger": "on_booking"},
            {
                "label": "Booking amount",
                "kind": "percent",
                "percent": 10,
                "trigger": "on_booking",
                "less_fixed": True,
            },
            {
                "label": "With the agreement",
                "kind": "percent",
                "percent": 10,
                "trigger": "on_agreement",
            },
            *(
                {
                    "label": stage["name"],
                    "kind": "percent",
                    "percent": share,
                    "trigger": "milestone",
                    "milestone_code": stage["code"],
                }
                for stage, share in shares
            ),
            {
                "label": "With possession",
                "kind": "percent",
                "percent": 20,
                "trigger": "on_possession_offer",
            },
        ],
    )
    return {"unit": unit["id"], "stages": [stage["id"] for stage in stages]}


class Purchase:
    """What happens to one booking, by its two sides."""

    def __init__(self, builder: Person, buyer: Person, unit: int) -> None:
        self.builder, self.buyer = builder, buyer
        self.receipts = 0
        buyer.post(f"/api/units/{unit}/hold")
        booking = buyer.post("/api/bookings", unit_id=unit, payment_plan="construction_linked")
        self.id: int = booking["id"]
        self.token = money(booking["token_amount"])

    def pay(self, amount: Decimal, on: date, method: str = "bank_transfer") -> int:
        """Money that arrived on a day; returns the receipt's key."""
        self.receipts += 1
        row = self.builder.post(
            "/api/payments",
            booking_id=self.id,
            payment_type="token" if self.receipts == 1 else "installment",
            amount=str(amount),
            payment_method=method,
            transaction_id=f"EXAMPLE-{self.receipts}",
            payment_date=on,
        )
        return int(row["id"])

    def owed(self) -> Decimal:
        """The closing balance."""
        return money(self.builder.get(f"/api/bookings/{self.id}/statement")["closing"])

    def sign(self) -> None:
        """Agreement, the buyer's signature and the builder's, and the step that they make possible."""
        self.builder.post(f"/api/bookings/{self.id}/generate-agreement")
        (applicant,) = self.buyer.get(f"/api/bookings/{self.id}/applicants")
        (agreement,) = self.builder.get(f"/api/bookings/{self.id}/agreements")
        path = f"/api/agreements/{agreement['id']}/signatures"
        self.buyer.post(path, applicant_id=applicant["id"])
        self.builder.post(path)
        self.builder.patch(f"/api/bookings/{self.id}/status", status="agreement_signed")

    def certify(self, stage: int, on: date) -> None:
        """A stage is done; what waits for it is demanded (a running worker does that by itself)."""
        self.builder.post(f"/api/milestones/{stage}/report")
        self.builder.post(f"/api/milestones/{stage}/certify", certified_on=on, photos=[PHOTO])
        self.builder.post(f"/api/milestones/{stage}/demands")

    def change(self) -> None:
        """A wish of the buyer, quoted and accepted."""
        row = self.buyer.post(
            "/api/change-requests",
            booking_id=self.id,
            request_type="electrical",
            request_title="More sockets",
            request_description="Twelve sockets in the study.",
        )
        path = f"/api/change-requests/{row['id']}"
        self.builder.patch(path, status="under_review")
        self.builder.post(
            f"{path}/quotes",
            net_amount=38164.25,
            tax_amount=6869.56,
            timeline_days=5,
            description="12 × 4,350.00; less 1 × 18,500.00; 3.5 × 1,275.50; GST 9 % and 9 %",
        )
        self.buyer.post(f"{path}/approve", version=1)


def tell(start: date) -> tuple[Purchase, date]:
    """The whole story; returns the purchase and its last day."""

    def day(number: int) -> date:
        return start + timedelta(days=number)

    reach = {"phone": "+91 98200 22222", "address": "1 Example Road, Pune"}
    staff = appoint_staff("staff@example.com")
    builder = register(
        "builder@example.com",
        "builder",
        company_name="Example Builders",
        license_number="P52100000001",
        **reach,
    )
    buyer = register("buyer@example.com", "customer", first_name="Asha", last_name="Rao", **reach)
    with noon_of(day(0)):
        sale = offer(staff, builder, start)
    plinth, slab, masonry = sale["stages"]
    with noon_of(day(10)):
        deal = Purchase(builder, buyer, sale["unit"])
        deal.pay(deal.token, day(10))
    with noon_of(day(12)):
        builder.patch(f"/api/bookings/{deal.id}/status", status="confirmed")
    with noon_of(day(20)):
        deal.pay(deal.owed(), day(20))  # in time
        deal.sign()
    with noon_of(day(50)):
        deal.pay(deal.owed(), day(50))  # late: it was due on day 35
        builder.post(f"/api/bookings/{deal.id}/interest", until=day(49))
    with noon_of(day(60)):
        deal.certify(plinth, day(59))
    with noon_of(day(72)):
        cheque = deal.pay(deal.owed(), day(72), method="cheque")
    with noon_of(day(80)):
        builder.post(f"/api/payments/{cheque}/reverse", reason="Returned unpaid by the bank")
    with noon_of(day(100)):
        deal.pay(deal.owed(), day(100))  # late again
        builder.post(f"/api/bookings/{deal.id}/interest", until=day(99))
    with noon_of(day(110)):
        deal.certify(slab, day(110))
        amount = deal.owed()
        deal.change()
    with noon_of(day(140)):
        builder.post(f"/api/bookings/{deal.id}/interest", until=day(139))
    with noon_of(day(150)):
        deal.pay(amount, day(122))  # arrived in time, found weeks later
    with noon_of(day(160)):
        deal.certify(masonry, day(158))
    with noon_of(day(190)):
        builder.post(f"/api/bookings/{deal.id}/interest", until=day(189))
    return deal, day(190)


def show(statement: dict[str, Any]) -> None:
    """The statement as a table."""
    print(f"\nStatement of {statement['booking_number']} in {statement['currency']}\n")
    for line in statement["lines"]:
        figures = "".join(f"{money(line[name]):>16,.2f}" for name in ("debit", "credit", "balance"))
        print(f"{line['value_on']}  {line['reference']:<22} {line['label'][:46]:<46}{figures}")
    print(f"\nOwed on {statement['last_on']}: {money(statement['closing']):,.2f}")
    for name, value in statement["ageing"].items():
        print(f"  {name:<12} {money(value):>16,.2f}")


def recompute(deal: Purchase, statement: dict[str, Any]) -> int:
    """Each line by hand: balances by adding, taxes by percent, interest by days. Says how many figures agreed."""
    checked, balance = 0, Decimal(0)
    for line in statement["lines"]:
        balance += money(line["debit"]) - money(line["credit"])
        checked += _agree(balance, line["balance"], line["reference"])
    documents = deal.builder.get(f"/api/demands?booking_id={deal.id}&limit=100&explain=1")
    totals = {row["number"]: row for row in documents["demands"]}
    for line in statement["lines"]:
        if line["reference"] in totals and money(line["debit"]):
            checked += _agree(money(line["debit"]), _total(totals[line["reference"]]), "demand")
    open_ = sum((money(row["open_amount"]) for row in documents["demands"]), Decimal(0))
    checked += _agree(open_ - money(statement["advance"]), statement["closing"], "open items")
    return checked + _credits(deal, statement) + _receipts(deal) + _below(statement)


def _credits(deal: Purchase, statement: dict[str, Any]) -> int:
    """Each credit note is what it takes from the lines of demands."""
    rows = deal.builder.get(f"/api/credit-notes?booking_id={deal.id}&limit=100&explain=1")
    taken = {
        row["number"]: sum(
            (money(part["principal"]) + money(part["tax"]))
            for part in row["working"]["inputs"]["lines"]
        )
        for row in rows["credit_notes"]
    }
    return sum(
        _agree(Decimal(taken[line["reference"]]), line["credit"], "credit note")
        for line in statement["lines"]
        if line["reference"] in taken
    )


def _receipts(deal: Purchase) -> int:
    """Each receipt is what it pays and what of it is an advance; a cheque that bounced pays nothing."""
    checked = 0
    for row in deal.builder.get(f"/api/payments?booking_id={deal.id}&limit=100")["payments"]:
        working = deal.builder.get(f"/api/payments/{row['id']}?explain=1")["working"]
        applied = sum((money(part["amount"]) for part in working["inputs"]["applied"]), Decimal(0))
        counts = money(row["amount"]) if row["state"] == "cleared" else Decimal(0)
        checked += _agree(applied + money(working["amount"]), counts, row["receipt_number"])
    return checked


def _below(statement: dict[str, Any]) -> int:
    """What is open by age, item by item; and interest that is not posted yet, line by line."""
    checked = 0
    for working in statement["workings"]:
        figure, _, bucket = working["figure"].partition(", ")
        if figure == "Ageing":
            items = sum((money(item["open"]) for item in working["inputs"]["items"]), Decimal(0))
            checked += _agree(items, statement["ageing"][bucket], bucket)
        elif figure == "Interest not posted yet":
            lines = working["inputs"]["lines"]
            late = sum((money(row["interest"]) - money(row["posted"]) for row in lines), Decimal(0))
            checked += _agree(late, statement["accrued_interest"], "interest not posted")
    return checked


def _total(demand: dict[str, Any]) -> Decimal:
    total = Decimal(0)
    for line in demand["lines"]:
        working = line["working"]
        if demand["kind"] == "interest":
            interest = sum(
                Decimal(part["balance"]) * Decimal(part["percent"]) * part["days"] / 36500
                for part in working["segments"]
            )
            posted = round_half_up(Decimal(interest)) - Decimal(working["posted_before"])
            _agree(posted, line["principal"], "interest")
        elif demand["kind"] == "schedule":
            taxes = sum(
                round_half_up(money(line["principal"]) * Decimal(part["inputs"]["percent"]) / 100)
                for part in working["components"]
            )
            _agree(Decimal(taxes), line["tax"], "tax")
        total += money(line["principal"]) + money(line["tax"])
    return total


def round_half_up(amount: Decimal) -> Decimal:
    """To paise, half away from zero."""
    return amount.quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")


def _agree(mine: Decimal, theirs: Any, what: str) -> int:
    if mine != money(theirs):
        message = f"{what}: {mine} here, {theirs} there"
        raise AssertionError(message)
    return 1


def run(today: date) -> int:
    """Tell the story so that it ends before today, print the statement; returns how many figures were recomputed."""
    deal, last = tell(today - timedelta(days=200))
    with noon_of(last):
        statement = deal.buyer.get(f"/api/bookings/{deal.id}/statement?explain=1")
        show(statement)
        checked = recompute(deal, statement)
    print(f"\n{checked} figures recomputed by hand, all agree.")
    return checked


def main() -> None:
    """In a database of its own, which is gone afterwards."""
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0)
    try:
        run(clock.today())
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


if __name__ == "__main__":
    main()
