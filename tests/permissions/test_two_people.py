"""D8, R21: whoever asked for something does not approve it, and of approvals at the same moment one counts."""

from decimal import Decimal

import pytest
from django.db import IntegrityError
from rest_framework.test import APIClient

from accounts.enums import TeamRole
from accounts.models import User
from bookings.enums import ChangeState, QuoteState
from bookings.models import ChangeQuote, Quote
from payments.enums import Initiator, Part
from payments.models import Adjustment, Settlement
from payments.services import propose_settlement, request_waiver
from realestate.core.models import AuditEntry
from tests.cast import Cast, make_cast
from tests.factories.accounts import MemberFactory
from tests.factories.bookings import (
    BookingFactory,
    ChangeQuoteFactory,
    ChangeRequestFactory,
    QuoteFactory,
)
from tests.factories.payments import DemandFactory, PaymentFactory
from tests.factories.projects import UnitFactory
from tests.races.support import run_together

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 6
DECISIONS = ("approve", "decided")  # as the history calls them
DECIDED = (Adjustment, Settlement, Quote, ChangeQuote)


def unit(cast: Cast):
    return UnitFactory(project=cast.meera_project)


def adjustment(cast: Cast, asker: User) -> str:
    booking = BookingFactory(paid=True, unit=unit(cast))
    demanded = DemandFactory(booking=booking)
    row = request_waiver(
        actor=asker,
        booking_id=booking.pk,
        demand_line_id=demanded.lines.get().pk,
        amount=Decimal(1),
        part=Part.PRINCIPAL,
        reason="Courtesy.",
    )
    return f"/api/adjustments/{row.pk}/approve"


def settlement(cast: Cast, asker: User) -> str:
    booking = BookingFactory(paid=True, unit=unit(cast))
    PaymentFactory(booking=booking)
    row = propose_settlement(
        actor=asker, booking_id=booking.pk, initiator=Initiator.BUYER, reason="Abroad."
    )
    return f"/api/settlements/{row.pk}/approve"


def quote(cast: Cast, asker: User) -> str:
    row = QuoteFactory(unit=unit(cast), state=QuoteState.APPROVAL_PENDING, created_by=asker)
    return f"/api/quotes/{row.pk}/approve"


def change_quote(cast: Cast, asker: User) -> str:
    booking = BookingFactory(paid=True, unit=unit(cast))
    wish = ChangeRequestFactory(booking=booking, state=ChangeState.UNDER_REVIEW)
    row = ChangeQuoteFactory(
        change_request=wish, state=QuoteState.APPROVAL_PENDING, created_by=asker
    )
    return f"/api/change-quotes/{row.pk}/approve"


each_kind = pytest.mark.parametrize("kind", [adjustment, settlement, quote, change_quote])


def approve(person: User, path: str):
    api = APIClient(raise_request_exception=False)
    api.force_authenticate(person)
    return api.post(path, {"reason": "Agreed."}, format="json")


@each_kind
def test_D8_who_asked_does_not_approve_and_of_many_approvals_at_once_one_counts(kind):
    cast = make_cast()
    asker, *deciders = (
        MemberFactory(employer=cast.meera.builder, team_role=TeamRole.FINANCE) for _ in range(3)
    )
    path = kind(cast, asker)
    own = approve(asker, path)
    assert own.status_code == 422, own.content
    replies = run_together(
        CROWD, lambda index: approve([asker, *deciders][index % 3], path).status_code
    )
    others = [status for index, status in enumerate(replies) if index % 3]
    assert others.count(200) == 1, replies
    assert 200 not in replies[::3]
    entries = AuditEntry.objects.filter(action__in=DECISIONS)
    assert entries.count() == 1
    assert entries.get().actor in deciders


@each_kind
def test_D8_control_without_the_check_the_database_still_refuses_ones_own_approval(kind):
    cast = make_cast()
    kind(cast, cast.meera)
    [model] = [each for each in DECIDED if each.objects.exists()]
    with pytest.raises(IntegrityError, match="approver_is_another"):
        model.objects.update(decided_by=cast.meera)
