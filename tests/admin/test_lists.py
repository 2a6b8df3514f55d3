"""Lists: as one left them, with what their amounts come to, filtered by what is derived."""

from datetime import date, timedelta
from decimal import Decimal

from django.contrib import admin
from django.test import Client

from payments.enums import ReceiptState
from realestate.core import clock
from tests.factories.accounts import StaffFactory
from tests.factories.bookings import BookingFactory
from tests.factories.payments import DemandFactory, PaymentFactory, RefundFactory
from tests.factories.projects import ProjectFactory, UnitFactory

UNITS, PAYMENTS, DEMANDS = (
    "/admin/projects/unit/",
    "/admin/payments/payment/",
    "/admin/payments/demand/",
)


def rows(reply) -> list:
    return list(reply.context["cl"].result_list)


# --- as one left them ------------------------------------------------------------------------------------------------


def test_order_and_filters_are_as_they_were_left(staff):
    kinds = ("2BHK", "studio")
    flats = [UnitFactory(unit_type=kind, price=price) for kind in kinds for price in (1, 3, 2)]
    chosen = rows(staff.get(UNITS, {"o": "-7", "unit_type__exact": "studio"}))
    assert [unit.price for unit in chosen] == [3, 2, 1]
    again = staff.get(UNITS)
    assert rows(again) == chosen
    assert "as you left this list" in again.content.decode()
    plain = staff.get(UNITS, {"reset": "1"})
    assert len(rows(plain)) == len(flats)
    assert "Reset" not in plain.content.decode()
    assert rows(staff.get(UNITS)) == rows(plain)


def test_taking_the_last_filter_away_forgets_it(staff):
    UnitFactory(unit_type="studio")
    UnitFactory(unit_type="2BHK")
    page = staff.get(UNITS, {"unit_type__exact": "studio"})
    (spec,) = [spec for spec in page.context["cl"].filter_specs if spec.title == "unit type"]
    everything = next(iter(spec.choices(page.context["cl"])))["query_string"]
    assert len(rows(staff.get(UNITS + everything))) == 2
    assert len(rows(staff.get(UNITS))) == 2


def test_what_is_searched_or_narrowed_is_not_kept(staff):
    units = [UnitFactory(unit_number=number) for number in ("QX-1", "QX-2")]
    for query in ({"q": "QX-1"}, {"project__exact": units[0].project_id}, {"p": "1"}):
        staff.get(UNITS, query)
        assert len(rows(staff.get(UNITS))) == 2, query


def test_what_is_kept_is_of_one_list_and_of_one_person(staff):
    UnitFactory(unit_type="2BHK")
    ProjectFactory()
    staff.get(UNITS, {"unit_type__exact": "studio"})
    assert rows(staff.get(UNITS)) == []
    assert len(rows(staff.get("/admin/projects/project/"))) == 2
    other = Client()
    other.force_login(StaffFactory())
    assert len(rows(other.get(UNITS))) == 1


def test_a_filter_that_is_no_longer_understood_is_forgotten(staff):
    UnitFactory()
    session = staff.session
    session["lists"] = {"projects.unit": "floor_number__exact=x"}
    session.save()
    assert len(rows(staff.get(UNITS, follow=True))) == 1
    assert staff.session["lists"] == {}


def test_an_action_on_all_rows_means_those_that_the_list_shows(staff):
    """The form of a recalled list goes to the bare address, too."""
    leave = [UnitFactory(unit_type="2BHK"), UnitFactory(unit_type="2BHK")]
    villa = UnitFactory(unit_type="studio")
    staff.get(UNITS, {"unit_type__exact": "studio"})
    form = {"action": "bulk_recall", "select_across": "1", "_selected_action": [villa.pk]}
    page = staff.post(UNITS, form)
    assert [row.pk for row in page.context["rows"]] == [villa.pk]
    assert leave


# --- sums ------------------------------------------------------------------------------------------------------------


def totals(reply) -> list[list[str]]:
    return [[cell for cell in line if cell] for line in reply.context["cl"].totals]


def test_amounts_are_summed_over_all_rows_that_the_list_shows(staff):
    for amount in ("100.50", "200.25"):
        PaymentFactory(amount=Decimal(amount))
    PaymentFactory(amount=Decimal(7), state=ReceiptState.RECORDED, serial=None, receipt_number="")
    assert totals(staff.get(PAYMENTS)) == [["Sum of 3 rows", "₹307.75"]]
    cleared = staff.get(PAYMENTS, {"state__exact": "cleared"})
    assert totals(cleared) == [["Sum of 2 rows", "₹300.75"]]
    assert "₹300.75" in cleared.content.decode()


def test_each_currency_has_its_own_sum(staff):
    PaymentFactory(amount=Decimal(100))
    for amount in (20, 30):
        PaymentFactory(amount=Decimal(amount), currency="AED")
    lines = totals(staff.get(PAYMENTS))
    assert lines == [["Sum in AED", "AED\N{NO-BREAK SPACE}50.00"], ["Sum in INR", "₹100.00"]]


def test_a_list_without_rows_has_no_sum(staff):
    assert totals(staff.get(PAYMENTS)) == []
    assert totals(staff.get(UNITS)) == []


def test_what_is_computed_of_each_row_is_summed_too(staff):
    first = DemandFactory()
    DemandFactory()
    line = first.lines.get()
    expected = 2 * (line.principal + line.tax)
    page = staff.get(DEMANDS)
    (sums,) = page.context["cl"].model_admin.sums(page.context["cl"].queryset).values()
    assert sums == {"total": expected, "open_amount": expected}


def test_bookings_and_refunds_are_summed(staff):
    paid = PaymentFactory(amount=Decimal(100_000))
    (line,) = totals(staff.get("/admin/bookings/booking/"))
    assert line[0] == "Sum of 1 row"
    assert line[-1] == "₹1,00,000.00"
    refund = RefundFactory()
    assert refund.pk
    assert paid.pk
    assert len(totals(staff.get("/admin/payments/refund/"))) == 1


# --- filters by what is derived --------------------------------------------------------------------------------------


def test_R4_1_units_are_filtered_by_what_they_are_now(staff):
    free, held = UnitFactory(), BookingFactory().unit
    for status, unit in (("available", free), ("reserved", held)):
        assert [row.pk for row in rows(staff.get(UNITS, {"status": status}))] == [unit.pk]


def test_demands_are_filtered_by_what_is_open_and_overdue(staff):
    today = clock.today()
    late = DemandFactory(issued_on=date(2025, 1, 1), due_on=today - timedelta(days=1))
    soon = DemandFactory(issued_on=date(2025, 1, 1), due_on=today + timedelta(days=9))
    shown = {
        standing: {row.pk for row in rows(staff.get(DEMANDS, {"standing": standing}))}
        for standing in ("open", "overdue", "paid")
    }
    assert shown == {"open": {late.pk, soon.pk}, "overdue": {late.pk}, "paid": set()}


# What is listed of money without a sum, and why.
WITHOUT_A_SUM = {
    (
        "projects.project",
        "price_range_min",
    ): "the cheapest unit of each; together they are no amount",
    ("projects.unit", "price"): "a price list, not money that is owed",
    ("payments.terms", "bounce_charge"): "what one bounced cheque would cost",
}


def test_money_that_is_listed_is_summed():
    listed = {
        (model._meta.label_lower, column.admin_order_field)
        for model, page in admin.site._registry.items()
        for column in page.list_display
        if getattr(column, "is_money", False)
    }
    summed = {
        (model._meta.label_lower, name)
        for model, page in admin.site._registry.items()
        for name in getattr(page, "totals", ())
    }
    assert listed - summed == set(WITHOUT_A_SUM)
