"""R2, R5.5, R7: the schedule of a booking, its revisions, and what it makes due."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist

from bookings.enums import BookingState, ChangeState
from bookings.models import Booking
from bookings.services import answer_change, approve_quote, quote_change, request_change, set_status
from payments import services
from payments.enums import DemandKind, LineKind, Skip, Trigger
from payments.jobs import raise_dated_demands_now, raise_milestone_demands_now
from payments.models import Demand, ScheduleLine, ScheduleRevision, Terms
from realestate.core.errors import InvalidTransition, NotAllowed
from tests.factories.bookings import BookingFactory
from tests.payments.account import pay
from tests.payments.schedules import certify, confirm, demanded

pytestmark = pytest.mark.django_db
D = Decimal


def test_R2_the_schedule_is_made_at_confirmation_and_adds_to_the_price(cast, paid, plan):
    confirm(cast, paid)
    rows = ScheduleLine.objects.filter(booking=paid).order_by("sequence")
    assert [(row.label, row.amount) for row in rows] == [
        ("Token", 75_000),
        ("Booking", 300_000),
        ("Agreement", 750_000),
        ("Plinth", 1_875_000),
        ("Slab", 2_250_000),
        ("Possession", 2_250_000),
    ]
    revision = ScheduleRevision.objects.get()
    assert (revision.number, revision.template) == (1, plan)
    assert demanded(paid) == [("Token", 75_000), ("Booking", 300_000)]
    demand = Demand.objects.get()
    assert (demand.issued_on, demand.due_on, demand.number) == (
        date(2026, 1, 5),
        date(2026, 1, 20),
        f"DM-{paid.project_id}/2025-26/00001",
    )


def test_without_a_plan_the_rest_waits_for_possession(cast, paid):
    confirm(cast, paid)
    rows = ScheduleLine.objects.filter(booking=paid).order_by("sequence")
    assert [(row.trigger, row.amount) for row in rows] == [
        ("on_booking", 75_000),
        ("on_possession_offer", 7_425_000),
    ]


def test_R2_3_a_plan_that_does_not_fit_undoes_the_confirmation(cast, paid, plan):
    Booking.objects.filter(pk=paid.pk).update(token_amount=400_000)
    Terms.objects.update(cap_percent=None)
    pay(cast, paid, "325000", date(2026, 1, 5))
    with pytest.raises(services.PlanNotApplicable):
        confirm(cast, paid)
    paid.refresh_from_db()
    assert paid.state == BookingState.TOKEN_PAID
    assert not ScheduleRevision.objects.exists()


def test_R7_3_a_certified_stage_is_demanded_once(cast, paid, plan, stages):
    Terms.objects.update(cap_percent=None)
    confirm(cast, paid)
    certify(cast, stages[0])
    assert demanded(paid)[2:] == [("Plinth", 1_875_000)]
    raise_milestone_demands_now(milestone_id=stages[0].pk)
    assert len(demanded(paid)) == 3
    raise_milestone_demands_now(milestone_id=stages[1].pk)  # not certified
    assert len(demanded(paid)) == 3


def test_R7_3_a_line_waits_for_the_agreement_beyond_the_cap(cast, paid, plan, stages):
    confirm(cast, paid)
    certify(cast, stages[0])
    assert len(demanded(paid)) == 2
    (raised,) = services.raise_milestone_demands(milestone_id=stages[0].pk)
    assert [(row.label, skip) for row, skip in raised.skipped] == [
        ("Plinth", Skip.AWAITING_AGREEMENT)
    ]


def test_R7_6_the_signature_collects_what_had_to_wait(cast, paid, plan, stages):
    confirm(cast, paid)
    certify(cast, stages[0])
    Booking.objects.filter(pk=paid.pk).update(state=BookingState.AGREEMENT_SIGNED)
    (raised,) = services.raise_demands_of(days={paid.pk: date(2026, 1, 6)})
    assert [row.label for row in raised.demand.lines.order_by("sequence")] == [
        "Agreement",
        "Plinth",
    ]
    assert raised.demand.due_on == date(2026, 1, 21)


def test_R7_3_a_later_stage_waits_for_an_earlier_one(cast, paid, plan, stages):
    Terms.objects.update(cap_percent=None)
    confirm(cast, paid)
    stages[1].__class__.objects.filter(pk=stages[0].pk).update(is_billable=False)
    certify(cast, stages[1])
    (raised,) = services.raise_milestone_demands(milestone_id=stages[1].pk)
    assert [(row.label, skip) for row, skip in raised.skipped] == [("Slab", Skip.OUT_OF_ORDER)]
    certify(cast, stages[0])
    assert [label for label, _ in demanded(paid)[2:]] == ["Plinth", "Slab"]


def test_R7_3_bookings_that_are_not_firm_are_left_alone(cast, paid, plan, stages):
    confirm(cast, paid)
    Booking.objects.filter(pk=paid.pk).update(state=BookingState.CANCELLED)
    assert services.raise_demands_of(days={paid.pk: date(2026, 1, 6)}) == []
    assert len(demanded(paid)) == 2


def test_R13_3_an_approved_change_is_demanded_at_once_and_leaves_the_plan_alone(cast, paid, plan):

    confirm(cast, paid)
    change = request_change(
        actor=cast.asha,
        booking_id=paid.pk,
        request_type="electrical",
        request_title="More sockets",
        request_description="Two more",
    )
    answer_change(
        actor=cast.meera,
        change_request_id=change.pk,
        changes={},
        wanted=ChangeState.UNDER_REVIEW,
    )
    quote_change(
        actor=cast.meera,
        change_request_id=change.pk,
        net_amount=D("38164.25"),
        tax_amount=D("6869.56"),
        timeline_days=5,
        description="Work",
    )
    approve_quote(actor=cast.asha, change_request_id=change.pk, version=1)
    demand = Demand.objects.get(kind=DemandKind.CHANGE)
    (row,) = demand.lines.all()
    assert (row.principal, row.tax, row.in_consideration) == (
        D("38164.25"),
        D("6869.56"),
        False,
    )
    assert ScheduleRevision.objects.count() == 2
    base = ScheduleLine.objects.filter(booking=paid, change_quote=None, retired_in=None)
    assert sum(line.amount for line in base) == 7_500_000


def test_words_of_the_wire_move_a_booking_the_same_way(cast, paid, plan):
    set_status(actor=cast.meera, booking_id=paid.pk, word="confirmed")
    assert ScheduleRevision.objects.filter(booking=paid).exists()


def test_a_booking_without_applications_of_the_plan_is_untouched(cast, plan):
    other = BookingFactory(unit__project=cast.meera_project)
    raise_dated_demands_now()
    assert not Demand.objects.filter(booking=other).exists()


# --- revisions --------------------------------------------------------------------------------------------------------


def revise(cast, booking, *amounts, by=None):
    return services.revise_schedule(
        actor=by or cast.meera,
        booking_id=booking.pk,
        lines=services.specs(
            [
                {
                    "label": f"New {place}",
                    "kind": LineKind.FIXED,
                    "amount": D(amount),
                    "trigger": Trigger.ON_POSSESSION_OFFER,
                }
                for place, amount in enumerate(amounts, start=1)
            ]
        ),
        reason="Agreed",
    )


def test_R2_7_a_revision_replaces_what_is_not_demanded(cast, paid, plan):
    confirm(cast, paid)
    revision = revise(cast, paid, "7000000", "125000")
    live = ScheduleLine.objects.filter(booking=paid, retired_in=None).order_by("sequence")
    assert [(row.label, row.amount) for row in live] == [
        ("Token", 75_000),
        ("Booking", 300_000),
        ("New 1", 7_000_000),
        ("New 2", 125_000),
    ]
    assert ScheduleLine.objects.filter(retired_in=revision).count() == 4
    assert revision.number == 2


@pytest.mark.parametrize("amounts", [("7125000.01",), ("7124999.99",), ()])
def test_R2_7_a_revision_keeps_the_sum(cast, paid, plan, amounts):
    confirm(cast, paid)
    with pytest.raises(services.PlanNotApplicable) as refusal:
        revise(cast, paid, *amounts)
    assert refusal.value.extra == {"expected": 7_125_000}
    assert ScheduleRevision.objects.count() == 1


def test_R2_7_lines_of_a_revision_are_checked_like_a_plans(cast, paid, plan):
    confirm(cast, paid)
    unknown = {
        "label": "Roof",
        "kind": LineKind.FIXED,
        "amount": D("7125000"),
        "trigger": Trigger.MILESTONE,
        "milestone_code": "roof",
    }
    with pytest.raises(services.PlanNotApplicable, match="roof"):
        services.revise_schedule(
            actor=cast.meera, booking_id=paid.pk, lines=services.specs([unknown]), reason="Agreed"
        )
    assert ScheduleRevision.objects.count() == 1


def test_R2_7_who_and_when(cast, paid, plan):
    with pytest.raises(services.NoSchedule):
        revise(cast, paid, "1")
    confirm(cast, paid)
    with pytest.raises(NotAllowed):
        revise(cast, paid, "7125000", by=cast.asha)
    with pytest.raises(ObjectDoesNotExist):
        revise(cast, paid, "7125000", by=cast.kiran)
    ScheduleLine.objects.filter(booking=paid, sequence__gt=2).update(
        retired_in=ScheduleRevision.objects.get()
    )
    with pytest.raises(InvalidTransition):
        revise(cast, paid, "7125000")


def test_R7_5_a_corrected_demand_is_raised_anew(cast, paid, plan):
    confirm(cast, paid)
    first = Demand.objects.get()
    services.correct_demand(actor=cast.meera, demand_id=first.pk, reason="Wrong tax")
    assert demanded(paid) == [("Token", 75_000), ("Booking", 300_000)] * 2
    live = ScheduleLine.objects.filter(booking=paid, retired_in=None)
    assert sum(row.amount for row in live) == 7_500_000
    assert services.standing(paid).balance == 300_000


def test_the_database_keeps_one_schedule_and_one_demand_per_line(cast, paid, plan):
    confirm(cast, paid)
    booking = Booking.objects.select_related("project", "unit", "quote").get(pk=paid.pk)
    with pytest.raises(services.ScheduleExists):
        services.start_plan(booking_id=booking.pk)
    assert ScheduleRevision.objects.count() == 1
