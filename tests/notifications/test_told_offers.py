"""R13.2, R21: who may approve an offer above the limit reads that it waits; who made it reads what became of it."""

from decimal import Decimal

import pytest

from accounts.enums import TeamRole
from bookings import services
from bookings.enums import BookingState, ChangeState
from bookings.events import ChangeQuoteDecided, ChangeQuoteProposed
from notifications.models import Notification
from realestate.core.models import SystemSetting
from tests.factories.accounts import MemberFactory, StaffFactory
from tests.factories.bookings import BookingFactory, ChangeRequestFactory
from tests.notifications.conftest import NOON
from tests.notifications.telling import forget, say

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon(time_machine):
    time_machine.move_to(NOON, tick=False)
    SystemSetting.objects.create(key="bookings.change_approval_limit", scope="system", value=10_000)


@pytest.fixture
def change(cast):
    """Asha wants more sockets; Meera looks at it."""
    booking = BookingFactory(
        paid=True,
        state=BookingState.BOOKING_CONFIRMED,
        unit=cast.meera_unit,
        customer=cast.asha.customer,
    )
    return ChangeRequestFactory(
        booking=booking, state=ChangeState.UNDER_REVIEW, request_title="More sockets"
    )


@pytest.fixture
def team(cast):
    """Meera's people by role, somebody who left, and Kiran's finance."""
    MemberFactory(employer=cast.meera.builder, team_role=TeamRole.FINANCE, is_active=False)
    MemberFactory(employer=cast.kiran.builder, team_role=TeamRole.FINANCE)
    return {
        role: MemberFactory(employer=cast.meera.builder, team_role=role, name=f"{role} person")
        for role in TeamRole
    }


def offer(actor, change, net="45000", **facts):
    facts = {"net_amount": Decimal(net), "tax_amount": Decimal(0)} | facts
    return services.quote_change(actor=actor, change_request_id=change.pk, **facts)


def decide(actor, quote, *, approve, reason=""):
    return services.decide_change_quote(
        actor=actor, change_quote_id=quote.pk, approve=approve, reason=reason
    )


def news(*, again=()):
    """(who, title, sentence, page) of everything that was told; ``again``: events that must add nothing."""
    for event in again:
        say(event)
    rows = Notification.objects.order_by("pk")
    return [(row.user_id, row.title, row.message, row.action_url) for row in rows]


def test_R13_2_who_may_approve_is_told_once_and_neither_the_author_nor_the_customer(
    cast, change, team
):
    quote = offer(team[TeamRole.SITE], change)
    text = (
        f"Offer 1 for {change.tracking_number} (“More sockets”) of Asha Rao comes to ₹45,000.00, which is above the"
        " limit. It is valid until 15 January 2026. Please approve or refuse it."
    )
    builders = (cast.meera.pk, team[TeamRole.FINANCE].pk)
    assert sorted(news(again=[ChangeQuoteProposed(change_quote_id=quote.pk)])) == sorted(
        [(person, "Offer to approve", text, "/builder/changes") for person in builders]
        + [(cast.sana.pk, "Offer to approve", text, "")]
    )


@pytest.mark.parametrize("author", ["meera", "finance", "sana"])
def test_R21_whoever_made_the_offer_is_not_asked_to_approve_it(cast, change, team, author):
    people = {"meera": cast.meera, "finance": team[TeamRole.FINANCE], "sana": cast.sana}
    offer(people[author], change)
    others = {person.pk for name, person in people.items() if name != author}
    assert {person for person, *_ in news()} == others


def test_R13_2_within_the_limit_only_the_customer_is_told(cast, change, team):
    offer(cast.meera, change, net="10000")
    assert [(person, title) for person, title, *_ in news()] == [
        (cast.asha.pk, "Quote for your change request")
    ]


def test_R13_2_approved_the_author_reads_it_and_the_customer_that_there_is_a_quote(
    cast, change, team
):
    quote = offer(team[TeamRole.SITE], change)
    forget()
    decide(team[TeamRole.FINANCE], quote, approve=True)
    number = change.tracking_number
    assert sorted(news(again=[ChangeQuoteDecided(change_quote_id=quote.pk)])) == sorted(
        [
            (
                team[TeamRole.SITE].pk,
                "Offer approved",
                f"Offer 1 for {number} (“More sockets”) was approved and sent to the customer.",
                "/builder/changes",
            ),
            (
                cast.asha.pk,
                "Quote for your change request",
                "Meera Homes has sent you a quote for “More sockets”.",
                "/customer/changes",
            ),
        ]
    )


def test_R13_2_refused_the_author_reads_why_and_the_customer_nothing(cast, change):
    quote = offer(StaffFactory(), change)
    forget()
    decide(cast.meera, quote, approve=False, reason="Too dear.")
    text = f"Offer 1 for {change.tracking_number} (“More sockets”) was refused. Reason: Too dear."
    assert news() == [(quote.created_by_id, "Offer refused", text, "")]


def test_R13_2_each_version_that_waits_is_told(cast, change):
    for net in ("20000", "30000"):
        offer(cast.meera, change, net=net)
    asked = [text for person, _, text, _ in news() if person == cast.sana.pk]
    assert [text[:7] for text in asked] == ["Offer 1", "Offer 2"]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (TeamRole.FINANCE, 200),
        (TeamRole.SITE, 403),
        (TeamRole.SALES, 403),
        (TeamRole.READ_ONLY, 403),
    ],
)
def test_R13_2_approving_is_the_duty_of_finance(as_, cast, change, team, role, status):
    quote = offer(cast.meera, change)
    reply = as_(team[role]).post(f"/api/change-quotes/{quote.pk}/approve")
    assert reply.status_code == status
