"""Price lists, customers, bookings and receipts from spreadsheets: through the services, with their guards."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.models import Customer, Relation, User
from bookings.enums import BookingState
from bookings.models import Booking
from payments.models import Payment
from projects.models import PriceList, Unit
from realestate.core import clock
from realestate.core.enums import ImportState, Role
from realestate.core.errors import NotAllowed
from realestate.core.imports import apply_import, kinds, may_import, template
from realestate.core.models import AuditEntry, NumberSeries
from realestate.core.sheets import read_sheet
from tests.factories.bookings import BookingFactory
from tests.factories.projects import ClaimFactory, UnitFactory
from tests.imports.sheets import csv_of, problems, send
from tests.races.support import locked_tables

NOTHING = {"new": 0, "changed": 0, "unchanged": 0, "wrong": 0}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def applied(actor, kind, project, content):
    run = send(actor, kind, project, content)
    assert run.state == ImportState.READY, run.report
    return apply_import(actor=actor, run_id=run.pk)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_the_template_of_each_kind_is_read_by_the_kind(kind, form):
    sheet = read_sheet(f"template.{form}", template(kind, form))
    assert sheet.head == tuple(column.label for column in kind.columns)
    (line,) = sheet.lines
    for column, raw in zip(kind.columns, line.cells, strict=False):
        if raw not in {None, ""}:
            column.read(raw)


# --- price lists -----------------------------------------------------------------------------------------------------

CHARGES = ["Code", "Label", "Kind", "Basis", "Value", "Percent of", "In payment plan"]
BASE = ["BASE", "Base price", "base", "per area", "7,200", "", ""]
CLUB = ["CLUB", "Club", "charge", "percent_of", "2", "BASE", "no"]


def test_a_price_list_is_one_new_version(cast):
    run = applied(cast.meera, "price-lists", cast.meera_project, csv_of(CHARGES, BASE, CLUB))
    assert (run.state, run.counts) == (ImportState.APPLIED, {**NOTHING, "new": 2})
    listed = PriceList.objects.get(project=cast.meera_project)
    assert [
        (line.code, line.value, line.percent_of, line.in_plan)
        for line in listed.lines.order_by("sequence")
    ] == [("BASE", Decimal("7200.0000"), [], True), ("CLUB", Decimal("2.0000"), ["BASE"], False)]


def test_the_same_price_list_twice_makes_no_version_and_another_order_does(cast):
    project = cast.meera_project
    for content, versions in (
        (csv_of(CHARGES, BASE, CLUB), 1),
        (csv_of(CHARGES, BASE, CLUB), 1),
        (csv_of(CHARGES, BASE), 2),
        (csv_of(CHARGES, [*BASE[:4], "7300", "", ""]), 3),
    ):
        run = applied(cast.meera, "price-lists", project, content)
        assert PriceList.objects.filter(project=project).count() == versions
    assert run.report["changes"][0]["fields"] == {"value": ["7200.0000", "7300.0000"]}


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([BASE, ["CLUB", "Club", "charge", "percent_of", "2", "NONE", ""]], [3, "Code"]),
        ([BASE, [*BASE[:4], "", "", ""]], [3, "Code"]),
        ([["BASE", "Base", "base", "guess", "1", "", ""]], [2, "Basis"]),
        ([["BASE", "Base", "base", "per_area", "1.23456", "", ""]], [2, "Value"]),
    ],
)
def test_a_wrong_line_is_named_and_no_version_is_made(cast, lines, problem):
    run = send(cast.meera, "price-lists", cast.meera_project, csv_of(CHARGES, *lines))
    assert [found[:2] for found in problems(run)] == [problem]
    assert not PriceList.objects.exists()


def test_prices_do_not_begin_in_the_past(cast):
    head = [*CHARGES, "Effective from"]
    run = send(cast.meera, "price-lists", cast.meera_project, csv_of(head, [*BASE, "2020-01-01"]))
    assert "Prices cannot begin in the past." in problems(run)[0][2]


# --- customers -------------------------------------------------------------------------------------------------------

PEOPLE = ["E-mail", "First name", "Last name", "Phone"]
MARY = ["Mary@Example.com", "Mary", "Smith", "+91 98200 22222"]


def test_a_new_customer_is_invited_and_the_builder_sees_it(cast):
    applied(cast.meera, "customers", None, csv_of(PEOPLE, MARY))
    mary = Customer.objects.get(user__email="mary@example.com")
    assert (mary.first_name, mary.phone, mary.user.has_usable_password()) == (
        "Mary",
        "+91 98200 22222",
        False,
    )
    assert Customer.objects.for_user(cast.meera).filter(pk=mary.pk).exists()
    assert not Customer.objects.for_user(cast.kiran).filter(pk=mary.pk).exists()
    again = send(cast.meera, "customers", None, csv_of(PEOPLE, MARY))
    assert again.counts == {**NOTHING, "unchanged": 1}


def test_a_builder_learns_nothing_of_an_account_that_it_does_not_know_and_changes_nobody(cast):
    Relation.objects.create(customer=cast.asha.customer, builder=cast.meera.builder)
    content = csv_of(
        PEOPLE,
        ["ravi@example.com", "Other", "Name", "+91 98200 22222"],
        ["asha@example.com", "Other", "Name", "+91 98200 22222"],
    )
    run = send(cast.meera, "customers", None, content)
    assert [found[:3] for found in problems(run)] == [
        [2, "E-mail", "There is an account with this address; ask the customer to contact you."],
        [3, "E-mail", "Only the customer or the platform changes this profile."],
    ]
    assert "Iyer" not in str(run.report)
    assert not Relation.objects.filter(customer=cast.ravi.customer).exists()


def test_staff_change_profiles(cast):
    content = csv_of(PEOPLE[:2], ["asha@example.com", "Usha"])
    run = applied(cast.sana, "customers", None, content)
    assert run.report["changes"][0]["fields"] == {"first_name": ["Asha", "Usha"]}
    cast.asha.customer.refresh_from_db()
    assert (cast.asha.customer.first_name, cast.asha.customer.last_name) == ("Usha", "Rao")


def test_a_customer_that_cannot_be_made_leaves_none(cast):
    people = User.objects.count()
    content = csv_of(PEOPLE, MARY, ["no address", "X", "Y", "123"], ["x@example.com", "", "", ""])
    run = send(cast.meera, "customers", None, content)
    assert [found[:2] for found in problems(run)] == [
        [3, "E-mail"],
        [3, "Phone"],
        [4, "First name"],
        [4, "Phone"],
    ]
    assert User.objects.count() == people


# --- bookings --------------------------------------------------------------------------------------------------------

BOOKED = ["Unit number", "Customer e-mail", "Token amount", "Payment plan"]


@pytest.fixture
def known(cast):
    """Asha and Ravi have dealt with Meera."""
    for person in (cast.asha, cast.ravi):
        Relation.objects.create(customer=person.customer, builder=cast.meera.builder)
    return cast


def test_bookings_are_made_through_the_service(known):
    UnitFactory(project=known.meera_project, unit_number="A-102")
    content = csv_of(
        BOOKED,
        ["A-102", "ravi@example.com", "50,000", "installments"],
        ["A-101", "asha@example.com", "", ""],
    )
    run = send(known.meera, "bookings", known.meera_project, content)
    assert (run.state, run.counts) == (ImportState.READY, {**NOTHING, "new": 2})
    assert not Booking.objects.exists()  # tried and undone
    run = apply_import(actor=known.meera, run_id=run.pk)
    assert run.state == ImportState.APPLIED, run.report
    assert list(
        Booking.objects.order_by("pk").values_list("unit__unit_number", "customer", "token_amount")
    ) == [
        ("A-101", known.asha.pk, Decimal("150000.00")),
        ("A-102", known.ravi.pk, Decimal("50000.00")),
    ] or list(Booking.objects.order_by("pk").values_list("unit__unit_number", flat=True)) == [
        "A-101",
        "A-102",
    ]
    assert {booking.state for booking in Booking.objects.all()} == {BookingState.ON_HOLD}
    assert AuditEntry.objects.filter(action="booked", actor=known.meera).count() == 2
    again = applied(known.meera, "bookings", known.meera_project, content)
    assert (again.counts, Booking.objects.count()) == ({**NOTHING, "unchanged": 2}, 2)


def test_what_has_lapsed_on_the_units_is_locked_before_the_units(known):
    """As whoever records the lapses does; the other way round the two would wait for one another."""
    past = clock.now() - timedelta(hours=3)
    free = UnitFactory(project=known.meera_project, unit_number="A-102")
    ClaimFactory(unit=known.meera_unit, customer=known.ravi.customer, taken_at=past)
    ClaimFactory(unit=free, customer=known.asha.customer, taken_at=past)
    wishes = [["A-102", "ravi@example.com", "", ""], ["A-101", "asha@example.com", "", ""]]
    run = send(known.meera, "bookings", known.meera_project, csv_of(BOOKED, *wishes))
    with locked_tables() as tables:
        run = apply_import(actor=known.meera, run_id=run.pk)
    assert run.counts == {**NOTHING, "new": 2}
    assert tables.index("projects_claim") < tables.index("projects_unit")


def test_what_a_booking_service_refuses_is_a_row_error_and_nothing_is_booked(known):
    UnitFactory(project=known.meera_project, unit_number="A-102")
    UnitFactory(project=known.meera_project, unit_number="A-103", released_at=None)
    content = csv_of(
        BOOKED,
        ["A-101", "asha@example.com", "", ""],
        ["A-102", "asha@example.com", "99,000,000", ""],
        ["A-103", "asha@example.com", "", ""],
        ["K-101", "asha@example.com", "", ""],
        ["A-102", "kiran@example.com", "", ""],
    )
    run = send(known.meera, "bookings", known.meera_project, content)
    assert [found[:2] for found in problems(run)] == [
        [3, "Token amount"],
        [4, "Unit number"],
        [5, "Unit number"],
        [6, "Unit number"],
    ]
    assert problems(run)[3][2] == "The same as in row 3."
    assert not Booking.objects.exists()


def test_a_unit_that_was_taken_since_the_dry_run_undoes_all(known):
    other = UnitFactory(project=known.meera_project, unit_number="A-102")
    content = csv_of(
        BOOKED, ["A-101", "asha@example.com", "", ""], ["A-102", "asha@example.com", "", ""]
    )
    run = send(known.meera, "bookings", known.meera_project, content)
    BookingFactory(unit=other, customer=known.ravi.customer)
    run = apply_import(actor=known.meera, run_id=run.pk)
    assert run.state == ImportState.REFUSED
    assert problems(run)[0][:2] == [3, "Unit number"]
    assert Booking.objects.filter(customer=known.asha.pk).count() == 0


# --- receipts --------------------------------------------------------------------------------------------------------

MONEY = ["Booking", "Amount", "Value date", "Method", "Transaction reference", "Type"]


def receipt(booking, reference, amount="10000", day="2026-02-01"):
    return [booking.booking_number, amount, day, "NEFT", reference, "installment"]


@pytest.fixture
def bookings(cast):
    """Two of Asha's in Meera's project, paid for."""
    return [
        BookingFactory(
            paid=True, unit=UnitFactory(project=cast.meera_project), customer=cast.asha.customer
        )
        for _ in range(2)
    ]


def test_receipts_get_numbers_without_gaps_and_the_same_file_twice_records_nothing(cast, bookings):
    before = Payment.objects.count()
    content = csv_of(
        MONEY,
        receipt(bookings[1], "UTR-2"),
        receipt(bookings[0], "UTR-1"),
        receipt(bookings[0], "UTR-3", day="2026-01-15"),
    )
    run = send(cast.meera, "receipts", cast.meera_project, content)
    assert (run.state, run.counts) == (ImportState.READY, {**NOTHING, "new": 3}), run.report
    assert Payment.objects.count() == before
    assert not NumberSeries.objects.filter(series="receipt").exists()  # tried and undone
    run = apply_import(actor=cast.meera, run_id=run.pk)
    assert run.state == ImportState.APPLIED, run.report
    made = Payment.objects.filter(transaction_id__startswith="UTR-").order_by("serial")
    assert [(row.serial, row.transaction_id, row.state) for row in made] == [
        (1, "UTR-3", "cleared"),
        (2, "UTR-1", "cleared"),
        (3, "UTR-2", "cleared"),
    ]
    again = applied(cast.meera, "receipts", cast.meera_project, content)
    assert (again.counts, made.count()) == ({**NOTHING, "unchanged": 3}, 3)


def test_a_known_reference_with_another_amount_is_a_mistake(cast, bookings):
    applied(
        cast.meera, "receipts", cast.meera_project, csv_of(MONEY, receipt(bookings[0], "UTR-1"))
    )
    content = csv_of(MONEY, receipt(bookings[0], "UTR-1", amount="20000"))
    run = send(cast.meera, "receipts", cast.meera_project, content)
    (problem,) = problems(run)
    assert problem[:2] == [2, "Amount"]
    assert "says 10000.00" in problem[2]


def test_the_cap_holds_for_all_receipts_of_a_booking_together(cast, bookings):
    part = str(bookings[0].agreement_value * 6 / 100)
    content = csv_of(
        MONEY,
        receipt(bookings[0], "UTR-1", amount=part),
        receipt(bookings[0], "UTR-2", amount=part),
        receipt(bookings[1], "UTR-3", amount=part),
    )
    before = Payment.objects.count()
    run = send(cast.meera, "receipts", cast.meera_project, content)
    assert [found[0] for found in problems(run)] == [3]
    assert Payment.objects.count() == before


def test_dates_to_come_and_bookings_of_others_are_refused(cast, bookings):
    strange = BookingFactory(paid=True, unit=UnitFactory(project=cast.kiran_project))
    content = csv_of(
        MONEY,
        receipt(bookings[0], "UTR-1", day="2090-01-01"),
        receipt(strange, "UTR-2"),
        ["BK-x", *receipt(strange, "UTR-3")[1:]],
    )
    run = send(cast.meera, "receipts", cast.meera_project, content)
    assert [found[:2] for found in problems(run)] == [
        [2, "Value date"],
        [3, "Booking"],
        [4, "Booking"],
    ]
    never = csv_of(MONEY, ["BK-999999", *receipt(strange, "UTR-2")[1:]])
    says = problems(send(cast.meera, "receipts", cast.meera_project, never))[0][2]
    assert says == problems(run)[1][2]  # a stranger's booking is like one that never was


# --- who may ---------------------------------------------------------------------------------------------------------


class Member:
    """A member of a builder's team."""

    user_type = Role.BUILDER

    def __init__(self, role: str) -> None:
        self.builder_id, self.builder_role = 1, role


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("owner", {"units", "price-lists", "customers", "bookings", "receipts"}),
        ("sales", {"units", "customers", "bookings"}),
        ("finance", {"price-lists", "receipts"}),
        ("site", set()),
        ("read_only", set()),
    ],
)
def test_roles_of_a_team_import_what_their_job_is(role, names):
    assert {kind.name for kind in kinds() if may_import(Member(role), kind)} == names


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.name)
def test_customers_import_nothing_of_any_kind(cast, kind):
    with pytest.raises(NotAllowed):
        send(cast.asha, kind.name, cast.meera_project, b"x\n1")
    assert Unit.objects.count() == 2
