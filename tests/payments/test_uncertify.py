"""R7.9: a certification is taken back only while nothing is paid on it, and its demands go with it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist

from bookings.enums import BookingState
from bookings.models import Booking
from payments import services
from payments.models import CreditNote, Demand, InterestRate, Terms
from progress.enums import MilestoneState
from progress.models import Milestone
from progress.services import StagePassedOver, uncertify_milestone
from realestate.core.errors import InvalidTransition, NotAllowed
from realestate.core.models import AuditEntry
from tests.factories.progress import MilestoneFactory
from tests.payments.account import D, pay, reconciled
from tests.payments.conftest import NOON
from tests.payments.schedules import certify, confirm, demanded
from tests.races.support import losers, run_together, winners

pytestmark = pytest.mark.django_db
WHY = "Certified for the wrong tower"


def uncertify(cast, stage, *, by=None, reason=WHY):
    return services.uncertify_stage(actor=by or cast.meera, milestone_id=stage.pk, reason=reason)


@pytest.fixture
def asked(cast, paid, plan, stages):
    """Confirmed without a cap; the plinth is certified and demanded on the 5th, due on the 20th."""
    Terms.objects.update(cap_percent=None)
    confirm(cast, paid)
    certify(cast, stages[0])
    return paid


def test_R7_9_what_was_demanded_for_the_stage_is_credited_in_full(cast, asked, stages):
    before = reconciled(asked)
    (note,) = uncertify(cast, stages[0])
    row = Milestone.objects.get(pk=stages[0].pk)
    assert (row.state, row.certified_on, row.certified_by_id, row.photos) == (
        MilestoneState.REPORTED,
        None,
        None,
        stages[0].photos,
    )
    assert sum(line.principal + line.tax for line in note.lines.all()) == D("1875000")
    assert (note.kind, note.reason, note.issued_on) == ("correction", WHY, date(2026, 1, 5))
    assert reconciled(asked) == before - D("1875000")
    assert AuditEntry.objects.get(action="uncertified").reason == WHY
    # A late job finds nothing to ask for.
    services.raise_milestone_demands(milestone_id=stages[0].pk)
    assert len(demanded(asked)) == 3
    certify(cast, stages[0])
    assert [label for label, _ in demanded(asked)[2:]] == ["Plinth", "Plinth"]
    assert reconciled(asked) == before


def test_R7_9_R9_what_was_never_due_bears_no_interest(cast, asked, stages, noon):
    pay(cast, asked, "300000", date(2026, 1, 5))
    InterestRate.objects.create(percent=D("10.90"), valid_from=date(2000, 1, 1))
    noon.move_to(NOON + timedelta(days=60), tick=False)
    services.charge_interest(actor=cast.meera, booking_id=asked.pk, until=date(2026, 2, 28))
    # 39 days: 1,875,000 × 10.9 × 39 / 36500.
    assert reconciled(asked) == D("1875000") + D("21837.33")
    uncertify(cast, stages[0])
    assert reconciled(asked) == 0


def test_R7_9_other_lines_of_such_a_demand_are_demanded_anew(cast, asked, stages):
    Booking.objects.filter(pk=asked.pk).update(state=BookingState.AGREEMENT_SIGNED)
    services.correct_demand(
        actor=cast.meera, demand_id=Demand.objects.latest("pk").pk, reason="Wrong tax"
    )
    both = Demand.objects.latest("pk")
    assert [line.label for line in both.lines.order_by("sequence")] == ["Agreement", "Plinth"]
    (note,) = uncertify(cast, stages[0])
    assert note.lines.count() == 2
    again = Demand.objects.latest("pk")
    assert [line.label for line in again.lines.all()] == ["Agreement"]


def test_R7_9_not_once_something_is_paid(cast, asked, stages):
    pay(cast, asked, "300000.01", date(2026, 1, 5))
    before = reconciled(asked)
    with pytest.raises(services.StagePaid):
        uncertify(cast, stages[0])
    stages[0].refresh_from_db()
    assert stages[0].state == MilestoneState.CERTIFIED
    assert (reconciled(asked), CreditNote.objects.count()) == (before, 0)


def test_R7_9_the_certification_never_goes_without_the_demands(cast, asked, stages):
    with pytest.raises(services.StagePaid):
        uncertify_milestone(actor=cast.meera, milestone_id=stages[0].pk, reason=WHY)
    stages[0].refresh_from_db()
    assert stages[0].state == MilestoneState.CERTIFIED


def test_R7_2_R7_9_the_last_stage_goes_first(cast, asked, stages):
    certify(cast, stages[1])
    with pytest.raises(StagePassedOver):
        uncertify(cast, stages[0])
    assert CreditNote.objects.count() == 0
    assert len(uncertify(cast, stages[1])) == 1
    assert len(uncertify(cast, stages[0])) == 1


def test_R7_9_who_and_when(cast, asked, stages):
    for stranger in (cast.kiran, cast.asha):
        with pytest.raises((ObjectDoesNotExist, NotAllowed)):
            uncertify(cast, stages[0], by=stranger)
    with pytest.raises(services.ReasonMissing):
        uncertify(cast, stages[0], reason=" ")
    with pytest.raises(InvalidTransition):
        uncertify(cast, stages[1])
    assert CreditNote.objects.count() == 0


def test_R7_9_over_http(as_, cast, asked, stages):
    path = f"/api/milestones/{stages[0].pk}/uncertify"
    assert as_(cast.meera).post(path, {}).status_code == 400
    reply = as_(cast.meera).post(path, {"reason": WHY})
    assert reply.status_code == 200, reply.content
    note = CreditNote.objects.get()
    assert reply.json() == [
        {
            "id": note.pk,
            "number": note.number,
            "booking_id": asked.pk,
            "kind": "correction",
            "issued_on": "2026-01-05",
            "currency": "INR",
            "amount": 1_875_000,
            "reason": WHY,
            "working": None,
        }
    ]
    refused = as_(cast.meera).post(path, {"reason": WHY})
    assert (refused.status_code, refused.json()["code"]) == (409, "invalid_transition")


@pytest.mark.django_db(transaction=True)
def test_R7_9_two_who_take_it_back_at_once_do_it_once(cast):
    stage = MilestoneFactory(project=cast.meera_project, certified=True)
    results = run_together(4, lambda _index: uncertify(cast, stage))
    assert winners(results) == [[]]
    assert {type(refusal) for refusal in losers(results)} == {InvalidTransition}
    assert AuditEntry.objects.filter(action="uncertified").count() == 1
