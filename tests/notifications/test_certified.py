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


def pays_for(booking, stage) -> None:
    """A line of the booking's schedule waits for the stage."""
    terms_of(booking)
    Terms.objects.filter(booking=booking).update(cap_percent=None)
    ScheduleLine.objects.create(
        booking=booking,
        revision=ScheduleRevision.objects.create(booking=booking, number=1, created_at=clock.now()),
        sequence=1,
        label="Plinth",
        kind=LineKind.FIXED,
        trigger=Trigger.MILESTONE,
        milestone=stage,
        milestone_code=stage.code,
        amount=100_000,
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
