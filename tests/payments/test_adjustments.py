"""R7.5, R8.5, R9: what takes two persons - waivers, allocations by hand - and corrections."""

from datetime import date

import pytest

from payments import services
from payments.enums import AdjustmentAction, Part
from payments.models import Adjustment, Allocation
from realestate.core.errors import InvalidTransition, InvalidValue, NotAllowed
from tests.payments.account import D, interest, lines, open_items, pay, reconciled

pytestmark = pytest.mark.django_db


# --- two persons ------------------------------------------------------------------------------------------------------


def _waive(cast, account, note, **facts):
    return services.request_waiver(
        actor=cast.meera,
        booking_id=account.pk,
        **{
            "demand_line_id": note.pk,
            "amount": D(100),
            "part": Part.PRINCIPAL,
            "reason": "Bank holiday",
            **facts,
        },
    )


def test_R9_a_waiver_takes_two_persons(cast, account, note):
    before = reconciled(account)
    asked = _waive(cast, account, note)
    with pytest.raises(services.ApproverIsRequester):
        services.decide_adjustment(
            actor=cast.meera, adjustment_id=asked.pk, action=AdjustmentAction.APPROVE
        )
    assert reconciled(account) == before
    services.decide_adjustment(
        actor=cast.sana, adjustment_id=asked.pk, action=AdjustmentAction.APPROVE
    )
    assert reconciled(account) == before - 100
    assert lines(account, date(2026, 1, 5))[-1] == ("waiver", before - 100)
    assert interest(cast, account, date(2025, 3, 1)) == []  # what was waived is not posted again


def test_a_refused_waiver_changes_nothing(cast, account, note):
    before = reconciled(account)
    asked = _waive(cast, account, note)
    services.decide_adjustment(
        actor=cast.sana, adjustment_id=asked.pk, action=AdjustmentAction.REFUSE, reason="No"
    )
    with pytest.raises(InvalidTransition):
        services.decide_adjustment(
            actor=cast.sana, adjustment_id=asked.pk, action=AdjustmentAction.APPROVE
        )
    assert reconciled(account) == before


def test_a_waiver_is_never_more_than_what_is_open(cast, account, note):
    with pytest.raises(services.MoreThanOpen):
        _waive(cast, account, note, amount=note.principal + D("0.01"))
    with pytest.raises(services.ReasonMissing):
        _waive(cast, account, note, reason=" ")
    asked = _waive(cast, account, note, amount=note.principal)
    pay(cast, account, "400000", date(2025, 3, 2))
    with pytest.raises(services.MoreThanOpen):
        services.decide_adjustment(
            actor=cast.sana, adjustment_id=asked.pk, action=AdjustmentAction.APPROVE
        )
    asked.refresh_from_db()
    assert asked.state == "requested"


def test_R8_5_an_allocation_by_hand_takes_two_persons_and_survives_replays(cast, account, two):
    money = pay(cast, account, "100000", date(2025, 1, 27))
    second = two[1].lines.get()
    asked = services.request_allocation(
        actor=cast.meera,
        booking_id=account.pk,
        payment_id=money.pk,
        demand_line_id=second.pk,
        amount=D(70000),
        part=Part.PRINCIPAL,
        reason="As the buyer wrote",
    )
    services.decide_adjustment(
        actor=cast.sana, adjustment_id=asked.pk, action=AdjustmentAction.APPROVE
    )
    expected = {
        (two[0].pk, "principal"): D(75000),
        (two[1].pk, "principal"): D(130000),
        (two[1].pk, "tax"): D(10000),
    }
    assert open_items(account) == expected
    pay(cast, account, "5000", date(2025, 1, 8))
    assert open_items(account) == {**expected, (two[0].pk, "principal"): D(70000)}
    assert Allocation.objects.live().get(is_manual=True).amount == D(70000)
    with pytest.raises(services.MoreThanOpen):
        services.request_allocation(
            actor=cast.meera,
            booking_id=account.pk,
            payment_id=money.pk,
            demand_line_id=second.pk,
            amount=D("30000.01"),
            part=Part.PRINCIPAL,
            reason="More",
        )
    assert Adjustment.objects.count() == 1


# --- corrections ------------------------------------------------------------------------------------------------------


def test_R7_5_a_demand_is_corrected_by_a_credit_note(cast, account, two):
    services.correct_demand(actor=cast.meera, demand_id=two[0].pk, reason="Wrong tower")
    assert open_items(account) == {
        (two[1].pk, "principal"): D(200000),
        (two[1].pk, "tax"): D(10000),
    }
    assert reconciled(account) == D(210000)
    with pytest.raises(services.NothingToCredit):
        services.correct_demand(actor=cast.meera, demand_id=two[0].pk, reason="Again")
    with pytest.raises(services.ReasonMissing):
        services.correct_demand(actor=cast.meera, demand_id=two[1].pk, reason="")


def test_R9_late_interest_is_not_corrected_but_waived(cast, account, note):
    with pytest.raises(services.InterestIsDerived):
        services.correct_demand(actor=cast.meera, demand_id=note.demand_id, reason="Away")
    with pytest.raises(InvalidValue):
        services.charge_interest(actor=cast.meera, booking_id=account.pk, until=date(2026, 1, 6))
    with pytest.raises(NotAllowed):
        services.charge_interest(actor=cast.asha, booking_id=account.pk, until=date(2025, 3, 1))
