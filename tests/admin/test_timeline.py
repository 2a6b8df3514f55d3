"""The timeline of a row: who, when, what in words, of the row and of what is part of it, for whoever may see them."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from realestate.core import audit
from realestate.core.models import AuditEntry, RowChange
from tests.factories.accounts import MemberFactory, StaffFactory
from tests.factories.bookings import BookingFactory
from tests.factories.payments import PaymentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(db: None) -> Client:
    """A browser of the platform's staff, beside the cast's."""
    return browser(StaffFactory())


def timeline(client: Client, row, **query):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_history"
    return client.get(reverse(name, args=[row.pk]), query)


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def said(page):
    return [(line.what, line.about, line.who, line.changes) for line in page.context["lines"]]


def test_values_are_read_in_words(staff, cast):
    unit = cast.meera_unit
    audit.record(
        cast.meera,
        unit,
        "repriced",
        before={"price": Decimal(1_000_000), "unit_type": "2BHK", "blocked_at": None},
        after={
            "price": Decimal(1_100_000),
            "unit_type": "3BHK",
            "blocked_at": datetime(2026, 3, 1, 20, 0, tzinfo=UTC),
        },
        reason="New list",
    )
    page = timeline(staff, unit)
    assert said(page) == [
        (
            "Repriced",
            "",
            "Meera Homes (builder)",
            [
                ("Blocked at", "–", "02 Mar 2026, 01:30"),
                ("Price", "₹10,00,000.00", "₹11,00,000.00"),
                ("Unit type", "2 BHK", "3 BHK"),
            ],
        )
    ]
    assert "Reason: New list" in page.content.decode()
    assert "Asia/Kolkata" in page.content.decode()


def test_people_are_named_and_other_rows_numbered(staff, cast):
    booking = BookingFactory()
    audit.record(
        None, booking, "given", after={"agent": cast.meera.pk, "customer": booking.customer_id}
    )
    assert said(timeline(staff, booking)) == [
        (
            "Given",
            "",
            "Platform, by itself",
            [
                ("Agent", "–", "Meera Homes"),
                ("Customer", "–", f"customer {booking.customer_id}"),
            ],
        )
    ]


def test_parts_of_a_row_stand_in_its_timeline_with_a_link(staff):
    booking, other = BookingFactory(), BookingFactory()
    payment, foreign = PaymentFactory(booking=booking), PaymentFactory(booking=other)
    for row in (booking, payment, foreign):
        audit.record(None, row, "seen")
    page = timeline(staff, booking)
    assert [(line.about, line.link) for line in page.context["lines"]] == [
        (f"Payment {payment.pk}", f"/admin/payments/payment/{payment.pk}/change/"),
        ("", ""),
    ]


def test_a_part_that_the_reader_may_not_see_is_left_out(cast):
    booking = BookingFactory(project=cast.meera_project, unit=cast.meera_unit)
    payment = PaymentFactory(booking=booking)
    for row in (booking, payment):
        audit.record(None, row, "seen")
    owner = browser(cast.meera)
    assert [line.about for line in timeline(owner, booking).context["lines"]] == [
        f"Payment {payment.pk}",
        "",
    ]
    site = browser(MemberFactory(employer=cast.meera.builder, team_role="site"))
    assert [line.about for line in timeline(site, booking).context["lines"]] == [""]
    assert timeline(browser(cast.kiran), booking).status_code == 404


def test_a_builder_reads_the_platforms_people_as_the_platform(cast):
    staff = StaffFactory(name="Sana Khan")
    audit.record(staff, cast.meera_project, "checked")
    assert [
        line.who for line in timeline(browser(cast.meera), cast.meera_project).context["lines"]
    ] == ["Platform"]
    lines = timeline(browser(StaffFactory()), cast.meera_project).context["lines"]
    assert [line.who for line in lines] == [f"{staff.full_name} (platform)"]


def test_a_timeline_is_filtered_by_action_and_paged(staff, cast):
    for number in range(51):
        audit.record(None, cast.meera_project, "seen", after={"n": number})
    audit.record(None, cast.meera_project, "archived")
    page = timeline(staff, cast.meera_project)
    assert page.context["actions"] == [("archived", "Archived"), ("seen", "Seen")]
    assert len(page.context["lines"]) == 50
    first = timeline(staff, cast.meera_project, action="seen").content.decode()
    assert '<a href="?action=seen&amp;p=2">Earlier</a>' in first
    last = timeline(staff, cast.meera_project, action="seen", p=2)
    assert '<a href="?action=seen&amp;p=1">Later</a>' in last.content.decode()
    assert [line.changes for line in last.context["lines"]] == [[("N", "–", "0")]]
    assert len(timeline(staff, cast.meera_project, action="nonsense").context["lines"]) == 50


def by_hand(row, **values):
    values = {"transaction": uuid4(), "login": "psql", "kind": "updated"} | values
    return RowChange.objects.create(
        at=datetime(2026, 1, 1, tzinfo=UTC),
        object_type=row._meta.label_lower,
        object_id=row.pk,
        before={"special_requests": ""},
        after={"special_requests": "A ramp"},
        **values,
    )


CHANGED = [("Special requests", "–", "A ramp")]


def test_what_the_database_kept_is_folded_beside_the_entry_for_the_platform_only(staff, cast):
    booking = BookingFactory(unit=cast.meera_unit, project=cast.meera_project)
    audit.record(None, booking, "noted")
    by_hand(booking, transaction=AuditEntry.objects.get().transaction)
    assert [line.columns for line in timeline(staff, booking).context["lines"]] == [CHANGED]
    owner = timeline(browser(cast.meera), booking)
    assert [line.columns for line in owner.context["lines"]] == [[]]


def test_a_change_at_the_database_itself_stands_above_for_the_platform_only(staff, cast):
    booking = BookingFactory(unit=cast.meera_unit, project=cast.meera_project)
    audit.record(None, booking, "noted")
    by_hand(booking)
    shown = timeline(staff, booking).context["silent"]
    assert [(item["about"], item["changes"]) for item in shown] == [
        (f"Booking {booking.pk}", CHANGED)
    ]
    assert timeline(browser(cast.meera), booking).context["silent"] == []


def test_the_number_of_queries_does_not_grow_with_the_entries(staff):
    booking = BookingFactory()
    counts = []
    for rows in (1, 3):
        for _ in range(rows):
            payment = PaymentFactory(booking=booking)
            audit.record(
                payment.recorded_by,
                payment,
                "recorded",
                after={"recorded_by": payment.recorded_by_id},
            )
        timeline(staff, booking)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            timeline(staff, booking)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "words",
    ["Meera", "repriced", "projects.unit", "spring list", "1100000", "r-77"],
    ids=["person", "action", "object", "reason", "value", "request"],
)
def test_the_trail_is_searched_by_person_object_action_text_value_and_request(staff, cast, words):
    AuditEntry.objects.create(
        actor=cast.meera,
        object_type="projects.unit",
        object_id=1,
        action="repriced",
        after={"price": "1100000.00"},
        reason="The spring list",
        request_id="r-77",
    )
    AuditEntry.objects.create(object_type="bookings.booking", object_id=2, action="seen")
    found = staff.get("/admin/core/auditentry/", {"q": words}).context["cl"].result_list
    assert [entry.object_id for entry in found] == [1]
