"""R2, R21, R22.9: plans that a builder offers, and who offers them."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist

from payments import services
from payments.models import PlanTemplate, ScheduleLine, ScheduleRevision
from projects.models import Project
from tests.payments.account import line
from tests.payments.schedules import add, confirm

pytestmark = pytest.mark.django_db
D = Decimal


def test_R2_1_a_plan_names_stages_that_exist(cast, plan):
    with pytest.raises(services.PlanNotValid) as refusal:
        add(cast, [line("Roof", 100, "milestone", milestone_code="roof")])
    assert refusal.value.extra == {"line": 1}
    assert PlanTemplate.objects.count() == 1


@pytest.mark.parametrize("day", [date(2025, 1, 1), date(2056, 1, 1)])
def test_dates_outside_the_project_are_no_plan(cast, paid, plan, day):
    Project.objects.filter(pk=cast.meera_project.pk).update(start_date=date(2025, 1, 2))
    lines = [line("All", 100, "fixed_date", fixed_on=day)]
    with pytest.raises(services.PlanNotValid, match="outside the project's time"):
        add(cast, lines, payment_plan="loan")
    assert add(
        cast, [line("All", 100, "fixed_date", fixed_on=date(2025, 1, 2))], payment_plan="loan"
    ).lines.exists()
    confirm(cast, paid)
    facts = {"label": "Rest", "kind": "fixed", "amount": D(7_125_000), "trigger": "fixed_date"}
    with pytest.raises(services.PlanNotApplicable, match="outside the project's time"):
        services.revise_schedule(
            actor=cast.meera,
            booking_id=paid.pk,
            lines=services.specs([facts | {"fixed_on": day}]),
            reason="Agreed",
        )
    assert ScheduleRevision.objects.count() == 1


def test_R2_5_a_label_is_checked(cast, plan):
    with pytest.raises(services.PlanNotValid):
        add(cast, [line("All", 100, "on_booking")], kind="construction_linked")
    assert add(cast, [line("All", 100, "on_booking")], kind="down_payment").kind == "down_payment"


def test_one_plan_for_each_word(cast, plan):
    with pytest.raises(services.PlanExists):
        add(cast, [line("All", 100, "on_booking")], payment_plan="installments")
    services.retire_plan(actor=cast.meera, plan_id=plan.pk)
    with pytest.raises(services.PlanRetired):
        services.retire_plan(actor=cast.meera, plan_id=plan.pk)
    assert add(cast, [line("All", 100, "on_booking")], payment_plan="installments").is_active


def test_R22_9_a_changed_plan_is_another_row(cast, paid, plan):
    confirm(cast, paid)
    before = list(ScheduleLine.objects.values())
    changed = services.change_plan(
        actor=cast.meera, plan_id=plan.pk, name="Later", lines=[line("All", 100, "on_booking")]
    )
    plan.refresh_from_db()
    assert (plan.is_active, plan.lines.count(), changed.lines.count()) == (False, 6, 1)
    assert list(ScheduleLine.objects.values()) == before
    with pytest.raises(services.PlanRetired):
        services.change_plan(actor=cast.meera, plan_id=plan.pk, name="x")
    again = services.change_plan(actor=cast.meera, plan_id=changed.pk, name="Renamed")
    assert (again.name, again.lines.get().percent) == ("Renamed", 100)


def test_R21_strangers_offer_nothing(cast, plan):
    for stranger in (cast.kiran, cast.asha):
        with pytest.raises(ObjectDoesNotExist):
            add(cast, [line("All", 100, "on_booking")], by=stranger)
        with pytest.raises(ObjectDoesNotExist):
            services.change_plan(actor=stranger, plan_id=plan.pk, name="x")
        with pytest.raises(ObjectDoesNotExist):
            services.retire_plan(actor=stranger, plan_id=plan.pk)
    plan.refresh_from_db()
    assert plan.is_active
