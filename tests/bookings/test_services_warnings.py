"""R4.5: a little before a hold lapses its holder is told; the hold's end decides, not the hour of the job."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from bookings import services
from bookings.services.retaking import retake_claim
from notifications.models import Notification
from realestate.core.jobs import job_names
from realestate.core.models import SystemSetting
from tests.bookings.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def planned():
    """(claim, minutes after noon) of the warnings that wait, in order."""
    jobs = ProcrastinateJob.objects.filter(task_name="bookings.warn_of_lapse").order_by("pk")
    return [(job.args["claim_id"], (job.scheduled_at - NOON).total_seconds() / 60) for job in jobs]


def at(noon, minutes):
    noon.move_to(NOON + timedelta(minutes=minutes), tick=False)


def set_to(minutes):
    SystemSetting.objects.create(key="bookings.hold_warning_minutes", value=minutes)


def test_the_job_is_registered():
    assert "bookings.warn_of_lapse" in job_names()


def test_a_hold_plans_its_warning(hold):
    assert planned() == [(hold.pk, 20)]


def test_a_booking_on_hold_plans_it_too(booking):
    assert planned() == [(booking.claim_id, 20)]


def test_a_unit_that_is_taken_again_plans_it_anew(booking, noon):
    at(noon, 40)
    assert retake_claim(booking_id=booking.pk)
    booking.refresh_from_db()
    assert planned()[1:] == [(booking.claim_id, 60)]


def test_it_is_time_from_then_on_and_not_before(hold, noon):
    at(noon, 19.99)
    assert not services.warn_of_lapse(claim_id=hold.pk)
    assert planned()[1:] == [(hold.pk, 20)]  # the job came too early: another one is planned
    at(noon, 20)
    assert services.warn_of_lapse(claim_id=hold.pk)
    at(noon, 29.99)  # a worker that was late
    assert services.warn_of_lapse(claim_id=hold.pk)
    assert Notification.objects.count() == 1


def test_at_its_very_end_a_hold_has_lapsed(hold, noon):
    at(noon, 30)
    assert not services.warn_of_lapse(claim_id=hold.pk)
    assert not Notification.objects.exists()


def test_an_extension_moves_the_warning_and_is_told_to_nobody(cast, hold, noon):
    services.extend_hold(actor=cast.asha, claim_id=hold.pk)
    assert planned()[1:] == [(hold.pk, 50)]
    at(noon, 20)
    assert not services.warn_of_lapse(claim_id=hold.pk)
    assert not Notification.objects.exists()
    at(noon, 50)
    assert services.warn_of_lapse(claim_id=hold.pk)


def test_a_hold_that_was_given_back_is_not_told_of(cast, hold, noon):
    services.release_hold(actor=cast.asha, claim_id=hold.pk)
    at(noon, 25)
    assert not services.warn_of_lapse(claim_id=hold.pk)


def test_a_hold_that_was_paid_for_is_not_told_of(paid, noon):
    at(noon, 25)
    assert not services.warn_of_lapse(claim_id=paid.claim_id)


def test_the_setting_says_how_long_before(cast, noon):
    set_to(5)
    claim = services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert planned() == [(claim.pk, 25)]
    at(noon, 24)
    assert not services.warn_of_lapse(claim_id=claim.pk)


@pytest.mark.parametrize("minutes", [0, 30])
def test_nobody_is_told_when_it_is_switched_off_or_when_a_hold_is_as_short_as_that(cast, minutes):
    set_to(minutes)
    services.hold_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)
    assert planned() == []


def test_switched_off_meanwhile_nobody_is_told(hold, noon):
    set_to(0)
    at(noon, 25)
    assert not services.warn_of_lapse(claim_id=hold.pk)
