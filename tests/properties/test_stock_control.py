"""B9: mistakes that somebody could make in holding and booking, each of which the machine of stock must find."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bookings.services import booking, holds
from projects.models import Claim
from realestate.core.locking import lock
from tests.properties.test_stock import Stock

pytestmark = pytest.mark.django_db


def forgets(*_args: Any, **_facts: Any) -> None:
    """A step that is left out."""


def anybodys_hold(_actor: Any, _customer: Any, unit: Any, now: Any) -> Claim | None:
    """The hold of a unit, whoever has it."""
    found = Claim.objects.live(now).filter(unit=unit).first()
    return lock(Claim.objects.all(), found.pk) if found else None


MISTAKES = {
    "anybody's hold can be booked": (booking, "_own_hold", anybodys_hold),
    "a cancelled booking keeps its unit": (booking, "release_claim", forgets),
    "a hold that is given back stays": (holds, "release_claim", forgets),
    "a hold that lapsed counts as live": (Claim, "is_live", lambda _claim, _now: True),
    "a unit that was paid lapses": (booking, "advance_claim", forgets),
}


@pytest.mark.unaudited("steps are left out on purpose")
@pytest.mark.parametrize("mistake", MISTAKES)
def test_B9_control_a_mistake_is_found(time_machine, monkeypatch, mistake):
    owner, name, wrong = MISTAKES[mistake]
    monkeypatch.setattr(owner, name, wrong)
    Stock.time = time_machine
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Stock,
            settings=settings(
                max_examples=100,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                database=None,
                report_multiple_bugs=False,
                phases=[Phase.generate],
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )
