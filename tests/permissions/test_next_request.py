"""D9: another role, another employer's project, no account any more: it holds with the next request."""

import pytest
from rest_framework.test import APIClient

from accounts.enums import TeamRole
from accounts.models import User
from accounts.services import change_member, remove_member, set_user_active
from messaging.services import send_message
from notifications.enums import Topic
from notifications.models import Signal
from payments.models import Payment
from projects.models import Project
from tests.admin.test_strangers import browser
from tests.factories.accounts import PASSWORD, MemberFactory
from tests.factories.bookings import BookingFactory
from tests.factories.payments import PaymentFactory

pytestmark = pytest.mark.django_db


def logged_in(person: User) -> APIClient:
    """With a token that stays the same."""
    api = APIClient(raise_request_exception=False)
    reply = api.post("/api/auth/login", {"email": person.email, "password": PASSWORD})
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {reply.json()['access_token']}")
    return api


@pytest.fixture
def booking(cast):
    row = BookingFactory(paid=True, unit=cast.meera_unit, customer=cast.asha.customer)
    PaymentFactory(booking=row)
    return row


def test_D9_another_role_holds_with_the_next_request(cast, booking):
    member = MemberFactory(employer=cast.meera.builder, team_role=TeamRole.FINANCE)
    api, page = logged_in(member), browser(member)
    path, body = f"/api/bookings/{booking.pk}/notices", {"text": "Please pay."}
    assert api.post(path, body).status_code == 201
    assert page.get("/admin/payments/payment/").status_code == 200
    change_member(actor=cast.meera, member_id=member.pk, changes={"team_role": TeamRole.SITE})
    assert (api.post(path, body).status_code, api.post(path, body).json()["code"]) == (
        403,
        "not_your_duty",
    )
    assert page.get("/admin/payments/payment/").status_code == 403


@pytest.mark.parametrize("way", ["removed", "employer shut out", "shut out"])
def test_D9_who_is_out_is_out_with_the_next_request(cast, booking, way):
    member = MemberFactory(employer=cast.meera.builder)
    api, page = logged_in(member), browser(member)
    assert api.get(f"/api/bookings/{booking.pk}").status_code == 200
    if way == "removed":
        remove_member(actor=cast.meera, member_id=member.pk)
    else:
        whom = member if way == "shut out" else cast.meera
        set_user_active(actor=cast.sana, user_id=whom.pk, is_active=False)
    assert api.get(f"/api/bookings/{booking.pk}").status_code == 401
    assert api.get("/api/projects").status_code == 401  # a token that is no good is no visitor's
    assert page.get("/admin/").status_code == 302
    # What is open ends too: sockets live as long as the session behind their ticket.
    assert not member.sessions.filter(revoked_at=None).exists()


def statuses(api: APIClient, booking) -> list[int]:
    """Of the booking and what hangs on it."""
    paths = (f"/api/bookings/{booking.pk}", f"/api/bookings/{booking.pk}/statement")
    payment = Payment.objects.get(booking=booking)
    return [api.get(path).status_code for path in (*paths, f"/api/payments/{payment.pk}")]


def test_D9_with_a_project_its_bookings_papers_and_signals_go_to_the_other_builder(cast, booking):
    old, new = logged_in(cast.meera), logged_in(cast.kiran)
    page = browser(cast.meera)
    assert (statuses(old, booking), statuses(new, booking)) == ([200] * 3, [404] * 3)
    Project.objects.filter(pk=booking.project_id).update(builder=cast.kiran.builder)
    assert (statuses(old, booking), statuses(new, booking)) == ([404] * 3, [200] * 3)
    assert old.get("/api/bookings").json()["total"] == 0
    assert new.get("/api/bookings").json()["total"] == 1
    assert page.get(f"/admin/bookings/booking/{booking.pk}/change/").status_code == 302
    # What open sockets are told of from now on.
    send_message(actor=cast.asha, project_id=booking.project_id, message_content="Hello")
    told = Signal.objects.filter(topic=Topic.MESSAGE).values_list("user", flat=True)
    assert set(told) == {cast.asha.pk, cast.kiran.pk}
