"""A certified stage is told once to each person whom it concerns, and to nobody else (R7.3)."""

from datetime import date

import pytest

from notifications.models import Notification
from payments.enums import LineKind, Trigger
from payments.jobs import raise_milestone_demands_now
from payments.models import ScheduleLine, ScheduleRevision, Terms
from payments.services import terms_of
from progress.events import MilestoneCertified
from progress.models import Milestone
from progress.services import certify_milestone
from realestate.core import clock
from realestate.core.events import publish
from realestate.core.transactions import service
from tests.factories.bookings import BookingFactory
from tests.factories.progress import MilestoneFactory
from tests.factories.projects import TowerFactory, UnitFactory

pytestmark = pytest.mark.django_db
ON = date(2026, 1, 5)


@pytest.fixture
def plinth(cast) -> Milestone:
    """The reported plinth of tower A."""
    return MilestoneFactory(
        project=cast.meera_project,
        tower=TowerFactory(project=cast.meera_project, name="A"),
        name="Plinth",
        reported=True,
        photos=["https://cdn.example.com/plinth.jpg"],
    )


@pytest.fixture
def in_tower(plinth):
    """A function that sells a unit of tower A."""

    def sell(customer):
        unit = UnitFactory(project=plinth.project, tower=plinth.tower)
        return BookingFactory(
            paid=True, state="agreement_signed", unit=unit, customer=customer.customer
        )

    return sell


def pays_for(booking, stage, *, sequence=1, amount=100_000) -> None:
    """A line of the booking's schedule waits for the stage."""
    terms_of(booking)
    Terms.objects.filter(booking=booking).update(cap_percent=None)
    revision, _ = ScheduleRevision.objects.get_or_create(
        booking=booking, number=1, defaults={"created_at": clock.now()}
    )
    ScheduleLine.objects.create(
        booking=booking,
        revision=revision,
        sequence=sequence,
        label=stage.name,
        kind=LineKind.FIXED,
        trigger=Trigger.MILESTONE,
        milestone=stage,
        milestone_code=stage.code,
        amount=amount,
    )


def told() -> list[tuple[int, str]]:
    rows = Notification.objects.exclude(title="Stage to certify").order_by("pk")
    return list(rows.values_list("user", "title"))


def test_R7_3_who_pays_reads_the_demand_and_the_others_of_the_tower_the_news(
    cast, plinth, in_tower
):
    pays_for(in_tower(cast.asha), plinth)
    in_tower(cast.ravi)
    BookingFactory(unit=UnitFactory(project=plinth.project, tower=None))
    BookingFactory(unit=cast.kiran_unit)
    certify_milestone(actor=cast.sana, milestone_id=plinth.pk, certified_on=ON)
    for _ in range(2):
        raise_milestone_demands_now(milestone_id=plinth.pk)
        service(publish)(MilestoneCertified(milestone_id=plinth.pk, project_id=plinth.project_id))
    assert sorted(told()) == sorted(
        [
            (cast.asha.pk, "Payment requested"),
            (cast.ravi.pk, "Stage certified"),
            (cast.meera.pk, "Stage certified"),  # staff certified it
        ]
    )
    row = Notification.objects.get(user=cast.ravi, title="Stage certified")
    assert (
        row.message
        == "“Plinth” in Meera Gardens, tower A, was certified as done on 5 January 2026."
    )
    assert (row.notification_type, row.related_entity_type, row.related_entity_id) == (
        "progress_update",
        "milestone",
        plinth.pk,
    )


def test_who_certified_need_not_be_told(cast, plinth):
    certify_milestone(actor=cast.meera, milestone_id=plinth.pk, certified_on=ON)
    assert told() == []


def test_a_stage_of_a_project_concerns_its_every_buyer(cast, in_tower):
    in_tower(cast.asha)
    BookingFactory(customer=cast.ravi.customer, unit=cast.meera_unit)
    gate = MilestoneFactory(
        project=cast.meera_project, name="Gate", reported=True, photos=["https://x.example/g.jpg"]
    )
    certify_milestone(actor=cast.meera, milestone_id=gate.pk, certified_on=ON)
    assert sorted(told()) == sorted((who.pk, "Stage certified") for who in (cast.asha, cast.ravi))


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_any_crowd(cast, plinth, in_tower, django_assert_num_queries, count):
    for _ in range(count):
        in_tower(BookingFactory().customer.user)
    Milestone.objects.filter(pk=plinth.pk).update(certified_by=cast.meera)
    with django_assert_num_queries(13):
        service(publish)(MilestoneCertified(milestone_id=plinth.pk, project_id=plinth.project_id))
    assert len(told()) == count


# --- certified, but not demanded yet (R7.3, R7.6) ---------------------------------------------------------------------


@pytest.fixture
def slab(cast, plinth) -> Milestone:
    """The reported slab of tower A, above the plinth."""
    return MilestoneFactory(
        project=plinth.project,
        tower=plinth.tower,
        sequence=plinth.sequence + 1,
        name="Slab",
        reported=True,
        reported_by=cast.sana,  # so that Meera may certify it out of order
        photos=["https://cdn.example.com/slab.jpg"],
    )


def is_capped(booking) -> None:
    """The agreement is not signed, and the stage's line is more than may be asked before."""
    type(booking).objects.filter(pk=booking.pk).update(state="booking_confirmed")
    Terms.objects.filter(booking=booking).update(cap_percent=1)


def run(stage, actor, times=2) -> None:
    certify_milestone(
        actor=actor, milestone_id=stage.pk, certified_on=ON, override_reason="Prefabricated."
    )
    for _ in range(times):
        raise_milestone_demands_now(milestone_id=stage.pk)


CERTIFIED = "“{name}” in Meera Gardens, tower A, was certified as done on 5 January 2026."
AGREEMENT = " Its instalment for booking {number} will be requested after the agreement is signed."
EARLIER = " Its instalment for booking {number} will be requested after that of an earlier stage."


def messages(user) -> list[str]:
    return list(
        Notification.objects.filter(user=user).order_by("pk").values_list("message", flat=True)
    )


def test_R7_6_who_must_sign_first_reads_that_the_instalment_follows(cast, plinth, in_tower):
    booking = in_tower(cast.asha)
    pays_for(booking, plinth)
    is_capped(booking)
    run(plinth, cast.meera)
    assert told() == [(cast.asha.pk, "Stage certified")]
    assert messages(cast.asha) == [
        CERTIFIED.format(name="Plinth") + AGREEMENT.format(number=booking.booking_number)
    ]
    row = Notification.objects.get(user=cast.asha)
    assert (row.related_entity_type, row.related_entity_id, row.action_url) == (
        "milestone",
        plinth.pk,
        "/customer/progress",
    )


def test_R7_3_who_has_an_earlier_stage_to_come_reads_that_too(cast, plinth, slab, in_tower):
    booking = in_tower(cast.asha)
    pays_for(booking, plinth)
    pays_for(booking, slab, sequence=2)
    run(slab, cast.meera)
    assert told() == [(cast.asha.pk, "Stage certified")]
    assert messages(cast.asha) == [
        CERTIFIED.format(name="Slab") + EARLIER.format(number=booking.booking_number)
    ]


def test_one_message_tells_a_buyer_of_all_its_bookings_that_wait(cast, plinth, slab, in_tower):
    first, second, other = in_tower(cast.asha), in_tower(cast.asha), in_tower(cast.ravi)
    pays_for(first, slab)
    is_capped(first)
    for booking in (second, other):
        pays_for(booking, plinth)
        pays_for(booking, slab, sequence=2)
    run(slab, cast.meera)
    assert sorted(told()) == sorted((who.pk, "Stage certified") for who in (cast.asha, cast.ravi))
    assert messages(cast.asha) == [
        CERTIFIED.format(name="Slab")
        + AGREEMENT.format(number=first.booking_number)
        + EARLIER.format(number=second.booking_number)
    ]


def test_of_a_booking_with_a_demand_for_the_stage_the_demand_is_the_news(cast, plinth, in_tower):
    booking = in_tower(cast.asha)
    pays_for(booking, plinth)
    pays_for(booking, plinth, sequence=2, amount=9_000_000)
    is_capped(booking)
    Terms.objects.filter(booking=booking).update(cap_percent=10)
    run(plinth, cast.meera)
    assert told() == [(cast.asha.pk, "Payment requested")]


def test_what_waits_for_other_reasons_is_no_news_of_this_stage(cast, plinth, slab, in_tower):
    booking = in_tower(cast.asha)
    pays_for(booking, plinth)
    pays_for(booking, slab, sequence=2, amount=9_000_000)
    run(slab, cast.meera)
    Notification.objects.all().delete()
    is_capped(booking)
    Terms.objects.filter(booking=booking).update(cap_percent=10)
    run(plinth, cast.meera)
    assert told() == [(cast.asha.pk, "Payment requested")]
