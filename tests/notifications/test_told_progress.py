"""Who reads what of the site: news for customers, stages for those who certify."""

from datetime import timedelta

import pytest

from notifications.models import Notification
from progress.events import UpdatePosted
from progress.services import report_milestone
from projects.enums import ClaimKind, ClaimStage
from realestate.core import clock
from tests.factories.bookings import BookingFactory
from tests.factories.progress import MilestoneFactory, UpdateFactory
from tests.factories.projects import ClaimFactory, UnitFactory
from tests.notifications.telling import news, say, told


def test_news_from_the_site_reach_customers_with_a_live_claim_once(cast):
    second = UnitFactory(project=cast.meera_project)
    ClaimFactory(
        unit=cast.meera_unit,
        customer=cast.asha.customer,
        kind=ClaimKind.BOOKING,
        stage=ClaimStage.BOOKED,
        parties=[cast.ravi.customer],
    )
    ClaimFactory(unit=second, customer=cast.asha.customer)
    ClaimFactory(
        unit=UnitFactory(project=cast.meera_project),
        customer=(gone := BookingFactory().customer),
        taken_at=clock.now() - timedelta(hours=2),
    )
    ClaimFactory(unit=cast.kiran_unit, customer=BookingFactory().customer)
    ClaimFactory(unit=UnitFactory(project=cast.meera_project), customer=None)
    update = UpdateFactory(project=cast.meera_project, update_title="Floor 4 is poured")
    for _ in range(2):
        say(UpdatePosted(update_id=update.pk, project_id=cast.meera_project.pk))
    assert sorted(news()) == sorted(
        (person.pk, "News from Meera Gardens", "Floor 4 is poured")
        for person in (cast.asha, cast.ravi)
    )
    assert gone.pk not in told()


@pytest.mark.parametrize("count", [1, 3])
def test_news_from_the_site_cost_the_same_for_any_crowd(cast, django_assert_num_queries, count):
    for _ in range(count):
        BookingFactory(unit__project=cast.meera_project)
    update = UpdateFactory(project=cast.meera_project)
    with django_assert_num_queries(11):  # of them two for the savepoint and eight to tell
        say(UpdatePosted(update_id=update.pk, project_id=cast.meera_project.pk))
    assert Notification.objects.count() == count


def test_who_can_certify_reads_that_a_stage_is_reported(cast):
    stage = MilestoneFactory(project=cast.meera_project, name="Plinth")
    report_milestone(actor=cast.meera, milestone_id=stage.pk)
    text = (
        "“Plinth” in Meera Gardens was reported as done."
        " Payments that wait for it are demanded once it is certified."
    )
    assert news() == [(cast.sana.pk, "Stage to certify", text)]
    other = MilestoneFactory(project=cast.meera_project, name="Roof")
    report_milestone(actor=cast.sana, milestone_id=other.pk)
    assert news()[1:] == [(cast.meera.pk, "Stage to certify", text.replace("Plinth", "Roof"))]
    assert set(Notification.objects.values_list("notification_type", "send_via")) == {
        ("progress_update", "in_app")
    }
