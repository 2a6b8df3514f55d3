"""B9: mistakes that somebody could make in holding and booking, each of which the machine of stock must find."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bookings.services import booking, holds
from projects.models import Claim, Unit
from projects.services import claims
from realestate.core.locking import lock, lock_all
from tests.properties.test_stock import Stock

pytestmark = pytest.mark.django_db


def forgets(*_args: Any, **_facts: Any) -> None:
    """A step that is left out."""


def anybodys_hold(_actor: Any, _customer: Any, unit: Any, now: Any) -> Claim | None:
    """The hold of a unit, whoever has it."""
    found = Claim.objects.live(now).filter(unit=unit).first()
    return lock(Claim.objects.all(), found.pk) if found else None


def only_the_units(unit_ids: Sequence[int]) -> list[Unit]:
    """Locked without what has lapsed on them, which then comes too late: the order of locks says no."""
    return lock_all(Unit.objects.select_related("project"), unit_ids)


MISTAKES = {
    "anybody's hold can be booked": (booking, "_own_hold", anybodys_hold),
    "a cancelled booking keeps its unit": (booking, "release_claim", forgets),
    "a hold that is given back stays": (holds, "release_claim", forgets),
    "a hold that lapsed counts as live": (Claim, "is_live", lambda _claim, _now: True),
    "a unit that was paid lapses": (booking, "advance_claim", forgets),
    "units are locked before what lapsed": (claims, "lock_for_taking", only_the_units),
}


@pytest.mark.unaudited("steps are left out on purpose")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_B9_control_a_mistake_is_found(time_machine, monkeypatch, mistake):
    owner, name, wrong = MISTAKES[mistake]
    monkeypatch.setattr(owner, name, wrong)
    Stock.time = time_machine
    with pytest.raises((AssertionError, RuntimeError)):
        run_state_machine_as_test(
            Stock,
            settings=settings(
                max_examples=40,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                database=None,
                report_multiple_bugs=False,
                phases=[Phase.generate],
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )
