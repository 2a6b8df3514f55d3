"""What time alone changes is not given a moment too long."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Claim, TaxRate
from realestate.core import clock
from realestate.core.answers.making import ends, making
from realestate.core.files import store_file
from tests.factories.projects import ClaimFactory, Model3DFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.unaudited("rows are changed past the services"),
]
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def at(client, url, instant):
    """The answer at an instant, and whether it was kept."""
    with time_machine.travel(instant, tick=False), CaptureQueriesContext(connection) as queries:
        reply = client.get(url)
    assert reply.status_code == 200
    return reply, len(queries) == 1


@pytest.mark.parametrize("path", ["projects/{}", "projects/{}/units", "projects/{}/availability"])
def test_a_hold_that_lapses_frees_its_unit_in_the_same_moment(process, town, path):
    ClaimFactory(unit=town.meera_unit, taken_at=NOON, expires_at=NOON + timedelta(minutes=30))
    client, url = process(), f"/api/{path.format(town.meera_project.pk)}"
    held, _ = at(client, url, NOON)
    last, was_kept = at(client, url, NOON + timedelta(minutes=30) - MOMENT)
    assert (last.content, was_kept) == (held.content, True)
    free, was_kept = at(client, url, NOON + timedelta(minutes=30))
    assert (free.content == held.content, was_kept) == (False, False)
    assert at(client, url, NOON + timedelta(minutes=31)) is not None
    assert at(client, url, NOON + timedelta(minutes=31))[1]


def test_the_earliest_hold_of_all_ends_the_answer(process, town):
    for minutes, unit in ((30, town.meera_unit), (20, town.kiran_unit)):
        ClaimFactory(unit=unit, taken_at=NOON, expires_at=NOON + timedelta(minutes=minutes))
    ended = ClaimFactory(unit__project=town.meera_project, taken_at=NOON - timedelta(hours=2))
    Claim.objects.filter(pk=ended.pk).update(expires_at=NOON - timedelta(hours=1))
    assert Claim.objects.next_end(NOON) == NOON + timedelta(minutes=20)
    assert Claim.objects.next_end(NOON + timedelta(minutes=20)) == NOON + timedelta(minutes=30)
    assert Claim.objects.next_end(NOON + timedelta(minutes=30)) is None


def test_a_released_hold_ends_nothing(town):
    claim = ClaimFactory(taken_at=NOON, released_at=NOON, release_reason="released")
    assert (claim.expires_at > NOON, Claim.objects.next_end(NOON)) == (True, None)


def test_prices_of_a_day_end_with_the_day_of_the_project(process, town):
    """A rate that begins tomorrow holds from midnight in India on."""
    for day, percent in (
        (NOON.date() - timedelta(days=9), 5),
        (datetime(2026, 4, 1, tzinfo=UTC).date(), 12),
    ):
        TaxRate.objects.create(
            tax_class="residential", component="GST", percent=Decimal(percent), valid_from=day
        )
    client, url = process(), f"/api/units/{town.meera_unit.pk}/cost-sheet"
    midnight = datetime(2026, 4, 1, tzinfo=ZoneInfo("Asia/Kolkata"))
    today, _ = at(client, url, midnight - timedelta(minutes=50))
    last, was_kept = at(client, url, midnight - MOMENT)
    assert (last.content, was_kept) == (today.content, True)
    tomorrow, was_kept = at(client, url, midnight)
    assert (tomorrow.json()["on"], was_kept) == ("2026-04-01", False)
    assert tomorrow.json()["tax_amount"] > today.json()["tax_amount"] > 0


def test_a_link_in_a_kept_answer_lives_for_half_of_its_time_at_least(process, town):
    file = store_file(
        actor=town.meera, name="a.glb", content=b"glTF", content_type="model/gltf-binary"
    )
    model = Model3DFactory(project=town.meera_project, file_url="", file=file)
    client, url = process(), f"/api/models/{model.pk}"
    first, _ = at(client, url, NOON)
    last, was_kept = at(client, url, NOON + timedelta(minutes=5) - MOMENT)
    assert (last.content, was_kept) == (first.content, True)
    other, was_kept = at(client, url, NOON + timedelta(minutes=5))
    assert (other.content == first.content, was_kept) == (False, False)


def test_nothing_is_kept_longer_than_the_setting_says(process, town, settings):
    settings.CATALOGUE_CACHE_SECONDS = 60
    client, url = process(), "/api/projects"
    at(client, url, NOON)
    assert at(client, url, NOON + timedelta(seconds=60) - MOMENT)[1]
    assert not at(client, url, NOON + timedelta(seconds=60))[1]


def test_a_clock_that_is_put_back_is_believed(process, town):
    client, url = process(), "/api/projects"
    at(client, url, NOON)
    assert not at(client, url, NOON - MOMENT)[1]


def test_the_earliest_end_counts():
    with making(is_wanted=True) as made:
        for hours in (2, 1, 3):
            ends(NOON + timedelta(hours=hours))
    assert made.until == NOON + timedelta(hours=1)


def test_a_day_ends_at_midnight_of_its_zone():
    with making(is_wanted=True) as made, time_machine.travel(NOON, tick=False):
        made.version = "any"
        assert clock.today("America/New_York") == NOON.date()
    assert made.until == datetime(2026, 4, 1, 4, tzinfo=UTC)
