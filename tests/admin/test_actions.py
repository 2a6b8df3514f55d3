"""What staff do: book, record, move, refuse. Every door calls the services, so every rule holds here too."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Customer
from bookings.enums import BookingState, ChangeState
from bookings.models import Booking
from payments.models import Payment
from projects.models import Unit
from realestate.core import clock
from realestate.core.models import AuditEntry, SystemSetting
from scheduling.models import AppointmentMove
from tests.factories.accounts import PASSWORD, CustomerFactory, StaffFactory, UserFactory
from tests.factories.bookings import BookingFactory, ChangeRequestFactory
from tests.factories.progress import UpdateFactory
from tests.factories.projects import ProjectFactory, UnitFactory
from tests.factories.scheduling import AppointmentFactory


def status_of(unit: Unit) -> str:
    row: Any = Unit.objects.with_status(clock.now()).get(pk=unit.pk)
    return row.status


def booking_form(unit: Unit, customer: Customer) -> dict[str, object]:
    return {
        "customer": customer.pk,
        "unit": unit.pk,
        "payment_plan": "installments",
        "token_amount": "",
        "special_requests": "",
    }


def test_a_booking_made_in_the_admin_claims_the_unit_at_the_servers_price(staff: Client):
    unit, customer = UnitFactory(), CustomerFactory()
    reply = staff.post("/admin/bookings/booking/add/", booking_form(unit, customer))
    assert reply.status_code == 302, reply.context["errors"]
    booking = Booking.objects.get()
    assert (booking.state, booking.agreement_value) == (BookingState.ON_HOLD, unit.price)
    assert status_of(unit) == "reserved"


def test_a_taken_unit_is_refused_in_the_form_and_nothing_is_stored(staff: Client):
    taken = BookingFactory()
    reply = staff.post("/admin/bookings/booking/add/", booking_form(taken.unit, CustomerFactory()))
    assert reply.status_code == 200
    assert "This unit is not available." in reply.content.decode()
    assert list(Booking.objects.all()) == [taken]


def test_a_recorded_payment_moves_the_booking(staff: Client):
    booking = BookingFactory()
    form = {
        "booking": booking.pk,
        "payment_type": "token",
        "amount": "100000.00",
        "payment_method": "cheque",
        "transaction_id": "000123",
        "paid_date": "2026-01-05",
        "notes": "",
    }
    assert staff.post("/admin/payments/payment/add/", form).status_code == 302
    assert Payment.objects.get().amount == Decimal(100000)
    booking.refresh_from_db()
    assert booking.state == BookingState.TOKEN_PAID
    again = staff.post("/admin/payments/payment/add/", form)
    assert again.status_code == 200
    assert Payment.objects.count() == 1


def test_buttons_follow_the_transition_table(staff: Client):
    booking = BookingFactory(paid=True)
    page = staff.get(f"/admin/bookings/booking/{booking.pk}/change/")
    assert [button["label"] for button in page.context["house_buttons"]] == ["Confirm", "Cancel"]
    reply = staff.post(
        f"/admin/bookings/booking/{booking.pk}/do/confirm/", {"reason": "KYC is complete"}
    )
    assert reply.status_code == 302
    booking.refresh_from_db()
    assert booking.state == BookingState.BOOKING_CONFIRMED
    moved = AuditEntry.objects.filter(object_type="bookings.booking", object_id=booking.pk)
    assert moved.filter(reason="KYC is complete").count() == 1


def test_a_refused_button_says_why_and_changes_nothing(staff: Client):
    booking = BookingFactory(paid=True)
    url = f"/admin/bookings/booking/{booking.pk}/do/hand_over/"
    reply = staff.post(url, follow=True)
    assert "not possible in the present state" in reply.content.decode()
    booking.refresh_from_db()
    assert booking.state == BookingState.TOKEN_PAID


def test_buttons_need_post_and_the_right_to_change(staff: Client):
    booking = BookingFactory(paid=True)
    url = f"/admin/bookings/booking/{booking.pk}/do/confirm/"
    assert staff.get(url).status_code == 405
    weak = Client()
    weak.force_login(StaffFactory(is_superuser=False))
    assert weak.post(url).status_code == 403
    assert Client().post(url).status_code == 302
    booking.refresh_from_db()
    assert booking.state == BookingState.TOKEN_PAID


def test_R14_5_staff_move_an_appointment_and_say_why(staff: Client):
    row = AppointmentFactory()
    url = f"/admin/scheduling/appointment/{row.pk}/change/"
    day = clock.local(clock.now()).date() + timedelta(days=5)
    form = {
        "meeting_location": "site",
        "location": "",
        "agenda": "",
        "notes": "Bring the keys",
        "another_time_0": day.isoformat(),
        "another_time_1": "11:30:00",
    }
    refused = staff.post(url, form)
    assert refused.context["adminform"].form.errors == {"reason": ["Say why it is moved."]}
    past = staff.post(url, form | {"reason": "Rain", "another_time_0": "2020-01-01"})
    assert "An appointment cannot be in the past." in past.content.decode()
    assert not AppointmentMove.objects.exists()
    done = staff.post(url, form | {"reason": "Rain"})
    assert done.status_code == 302, done.context["errors"]
    before, start = row.starts_at, datetime.combine(day, time(11, 30), ZoneInfo("Asia/Kolkata"))
    row.refresh_from_db()
    assert (row.starts_at, row.reschedule_reason, row.notes) == (start, "Rain", "Bring the keys")
    move = AppointmentMove.objects.get()
    assert (move.appointment_id, move.starts_at, move.reason) == (row.pk, before, "Rain")


def test_change_requests_move_by_button(staff: Client):
    change = ChangeRequestFactory()
    staff.post(f"/admin/bookings/changerequest/{change.pk}/do/review/")
    change.refresh_from_db()
    assert change.state == ChangeState.UNDER_REVIEW


def test_an_edit_is_audited_with_before_and_after(staff: Client):
    unit = UnitFactory()
    page = staff.get(f"/admin/projects/unit/{unit.pk}/change/")
    form = {
        name: value
        for name, value in page.context["adminform"].form.initial.items()
        if value is not None
    }
    form |= {
        "price": "8000000.00",
        "features": "",
        "released_at_0": "2025-01-01",
        "released_at_1": "00:00:00",
    }
    reply = staff.post(f"/admin/projects/unit/{unit.pk}/change/", form)
    assert reply.status_code == 302, reply.context["errors"]
    unit.refresh_from_db()
    assert unit.price == Decimal(8000000)
    entry = AuditEntry.objects.get(object_type="projects.unit", object_id=unit.pk)
    assert (entry.before["price"], entry.after["price"]) == ("7500000.00", "8000000.00")


def test_drafts_are_published_by_button(staff: Client):
    update = UpdateFactory(published_at=None)
    staff.post(f"/admin/progress/constructionupdate/{update.pk}/do/publish/")
    update.refresh_from_db()
    assert update.is_published


def test_a_project_with_claims_is_not_archived(staff: Client):
    booking, free = BookingFactory(), ProjectFactory()
    for project in (booking.project, free):
        staff.post(f"/admin/projects/project/{project.pk}/do/archive/")
        project.refresh_from_db()
    assert booking.project.archived_at is None
    assert free.archived_at is not None


@pytest.mark.parametrize(
    ("key", "scope", "value", "stored"),
    [
        ("bookings.hold_minutes", "system", "45", 45),
        ("bookings.hold_minutes", "system", "a while", None),
        ("bookings.hold_minutes", "system", "0", None),
        ("no.such.setting", "system", "1", None),
    ],
)
def test_settings_are_checked_by_their_type(
    staff: Client, key: str, scope: str, value: str, stored: object
):
    form = {"key": key, "scope": scope, "scope_id": "0", "value": value}
    staff.post("/admin/core/systemsetting/add/", form)
    assert list(SystemSetting.objects.values_list("value", flat=True)) == (
        [] if stored is None else [stored]
    )


def test_accounts_are_deactivated_by_button(staff: Client):
    user = UserFactory()
    staff.post(f"/admin/accounts/user/{user.pk}/do/deactivate/", {"reason": "left"})
    user.refresh_from_db()
    assert not user.is_active


def test_a_new_account_is_staff(staff: Client):
    form = {
        "email": "New@Staff.example",
        "usable_password": "true",
        "password1": "a long enough pass",
        "password2": "a long enough pass",
    }
    reply = staff.post("/admin/accounts/user/add/", form)
    assert reply.status_code == 302, reply.context["errors"]
    made = type(UserFactory.build()).objects.get(email="new@staff.example")
    assert (made.user_type, made.is_staff, made.is_superuser) == ("staff", True, False)


@pytest.fixture
def support(db: None) -> Client:
    """Somebody who helps people with their accounts, and has no other rights."""
    person = StaffFactory(is_superuser=False)
    person.groups.add(Group.objects.get(name="Platform support"))
    client = Client()
    client.force_login(person)
    return client


def test_R21_only_superusers_set_passwords_of_others(support: Client):
    customer = CustomerFactory().user
    before = customer.password
    new = "another long enough pass"
    form = {"usable_password": "true", "password1": new, "password2": new}
    assert support.post(f"/admin/accounts/user/{customer.pk}/password/", form).status_code == 403
    customer.refresh_from_db()
    assert customer.password == before


def test_R21_only_superusers_change_the_address_of_those_who_may_enter_here(support: Client):
    colleague, customer = StaffFactory(is_superuser=False), CustomerFactory().user
    pages = [support.get(f"/admin/accounts/user/{row.pk}/change/") for row in (colleague, customer)]
    assert ["email" in page.context["adminform"].form.fields for page in pages] == [False, True]


def test_a_password_set_by_staff_ends_the_sessions_of_the_account(staff: Client):
    customer = CustomerFactory().user
    api = APIClient()
    login = {"email": customer.email, "password": PASSWORD}
    token = api.post("/api/auth/login", login).json()["access_token"]
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    url = f"/admin/accounts/user/{customer.pk}/password/"
    staff.post(url, {"usable_password": "true", "password1": "short", "password2": "other"})
    assert api.get("/api/auth/me").status_code == 200
    new = "another long enough pass"
    reply = staff.post(url, {"usable_password": "true", "password1": new, "password2": new})
    assert reply.status_code == 302
    assert api.get("/api/auth/me").status_code == 401
