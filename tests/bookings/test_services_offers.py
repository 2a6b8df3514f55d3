"""R13.1-2: offers by lines, their tax, a second person above the limit, and stages after which it is too late."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist

from bookings import services
from bookings.enums import ChangeState, QuoteState
from bookings.models import ChangeCutoff, ChangeQuote, ChangeRequest
from notifications.models import Notification
from payments.models import DemandLine, ScheduleLine
from progress.models import Milestone
from progress.services import certify_milestone
from projects.models import TaxRate, Unit
from realestate.core.errors import InvalidTransition, InvalidValue, NotAllowed
from realestate.core.models import SystemSetting
from tests.bookings.conftest import NOON
from tests.factories.accounts import StaffFactory
from tests.factories.progress import MilestoneFactory
from tests.factories.projects import TowerFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
D = Decimal
VECTOR = [
    {"description": "Sockets", "quantity": D(12), "rate": D("4350.00")},
    {"description": "Omitted: one door", "quantity": D(-1), "rate": D("18500.00")},
    {"description": "Plaster", "quantity": D("3.5"), "rate": D("1275.50")},
]


@pytest.fixture
def taxed():
    for component in ("CGST", "SGST"):
        TaxRate.objects.create(
            tax_class="extra_work",
            component=component,
            percent=9,
            valid_from=date(2025, 1, 1),
        )


def offer(cast, change, by=None, **facts):
    return services.quote_change(actor=by or cast.meera, change_request_id=change.pk, **facts)


def limit(amount) -> None:
    SystemSetting.objects.create(key="bookings.change_approval_limit", scope="system", value=amount)


def test_R13_6_the_vector(cast, change, taxed):
    quote = offer(cast, change, lines=VECTOR)
    assert [line["amount"] for line in quote.lines] == ["52200.00", "-18500.00", "4464.25"]
    assert (quote.net_amount, quote.tax_amount) == (D("38164.25"), D("6869.56"))
    quote.refresh_from_db()
    assert quote.total_amount == D("45033.81")
    assert quote.lines[2] == {
        "figure": "Plaster",
        "rule": "R13",
        "formula": "quantity × rate",
        "inputs": {"quantity": "3.5", "rate": "1275.50"},
        "unrounded": "4464.250",
        "amount": "4464.25",
    }


def test_a_named_tax_is_taken_as_it_is(cast, change, taxed):
    assert offer(cast, change, net_amount=D(100), tax_amount=D(5)).tax_amount == 5


@pytest.mark.parametrize(
    ("net", "tax", "field"),
    [
        ("100", "-18", "tax_amount"),  # would credit a tax on work that is charged
        ("-100", "18", "tax_amount"),  # would credit 100 of an omission that comes to 82
        ("0", "10", "tax_amount"),
        ("100.005", "18", "net_amount"),
        ("-100", "-18.005", "tax_amount"),
    ],
)
def test_R13_6_a_tax_goes_the_way_of_what_is_taxed(cast, change, net, tax, field):
    with pytest.raises(InvalidValue) as refusal:
        offer(cast, change, net_amount=D(net), tax_amount=D(tax))
    assert list(refusal.value.errors) == [field]
    assert not ChangeQuote.objects.exists()


def test_R13_4_a_named_tax_of_an_omission_is_credited_with_it(cast, change):
    assert offer(cast, change, net_amount=D(-100), tax_amount=D(-18)).tax_amount == -18


@pytest.mark.parametrize("facts", [{}, {"lines": VECTOR, "net_amount": D(1)}])
def test_an_offer_is_priced_by_lines_or_by_one_amount(cast, change, facts):
    with pytest.raises(InvalidValue):
        offer(cast, change, **facts)
    assert not ChangeQuote.objects.exists()


def test_R13_2_above_the_limit_a_second_person_approves_before_the_customer_sees_it(
    as_, cast, change
):
    limit(10_000)
    quote = offer(cast, change, net_amount=D("10000.01"), tax_amount=D(0))
    change.refresh_from_db()
    assert (quote.state, change.state) == (QuoteState.APPROVAL_PENDING, ChangeState.UNDER_REVIEW)
    path = f"/api/change-requests/{change.pk}"
    assert as_(cast.asha).get(path).json()["quotes"] == []
    assert len(as_(cast.meera).get(path).json()["quotes"]) == 1
    assert not Notification.objects.filter(user=cast.asha).exists()
    with pytest.raises(InvalidTransition):
        services.approve_quote(actor=cast.asha, change_request_id=change.pk, version=1)
    with pytest.raises(services.OwnQuote):
        services.decide_change_quote(actor=cast.meera, change_quote_id=quote.pk, approve=True)
    services.decide_change_quote(actor=cast.sana, change_quote_id=quote.pk, approve=True)
    change.refresh_from_db()
    assert (change.state, change.estimated_cost) == (ChangeState.QUOTED, D("10000.01"))
    assert len(as_(cast.asha).get(path).json()["quotes"]) == 1
    with pytest.raises(InvalidTransition):
        services.decide_change_quote(actor=cast.sana, change_quote_id=quote.pk, approve=False)
    services.approve_quote(actor=cast.asha, change_request_id=change.pk, version=1)


def test_R13_2_credits_have_the_same_limit(cast, change):
    limit(10_000)
    assert offer(cast, change, net_amount=D(-10_001)).state == QuoteState.APPROVAL_PENDING
    assert offer(cast, change, net_amount=D(10_000)).state == QuoteState.APPROVED


def test_R13_2_who_decides_about_an_offer_and_until_when(cast, change, noon):
    limit(0)
    first = offer(cast, change, net_amount=D(100))
    second = offer(cast, change, net_amount=D(90))
    decide = services.decide_change_quote
    with pytest.raises(services.QuoteSuperseded) as refusal:
        decide(actor=cast.sana, change_quote_id=first.pk, approve=True)
    assert refusal.value.extra == {"version": 2}
    for stranger, error in ((cast.kiran, ObjectDoesNotExist), (cast.asha, NotAllowed)):
        with pytest.raises(error):
            decide(actor=stranger, change_quote_id=second.pk, approve=True)
    decide(actor=cast.sana, change_quote_id=first.pk, approve=False, reason="Old")
    noon.move_to(NOON + timedelta(days=10), tick=False)
    with pytest.raises(services.QuoteExpired):
        decide(actor=StaffFactory(), change_quote_id=second.pk, approve=True)
    change.refresh_from_db()
    assert change.state == ChangeState.UNDER_REVIEW
    states = ChangeQuote.objects.order_by("version").values_list("state", "decision_reason")
    assert list(states) == [("refused", "Old"), ("approval_pending", "")]


def test_R13_1_a_pending_offer_does_not_supersede_the_one_before_it(cast, change):
    offer(cast, change, net_amount=D(100))
    limit(1_000)
    offer(cast, change, net_amount=D(2_000))
    services.approve_quote(actor=cast.asha, change_request_id=change.pk, version=1)
    change.refresh_from_db()
    assert change.state == ChangeState.APPROVED


@pytest.mark.parametrize("refused", [False, True])
def test_R13_3_the_buyer_is_charged_what_it_accepted_not_what_it_never_saw(cast, change, refused):
    offer(cast, change, net_amount=D(100), tax_amount=D(18))
    limit(1_000)
    unseen = offer(cast, change, net_amount=D(2_000), tax_amount=D(360))
    if refused:
        services.decide_change_quote(actor=cast.sana, change_quote_id=unseen.pk, approve=False)
    services.approve_quote(actor=cast.asha, change_request_id=change.pk, version=1)
    charged = DemandLine.objects.filter(schedule_line__change_quote__change_request=change)
    assert list(charged.values_list("principal", "tax")) == [(D(100), D(18))]
    assert ScheduleLine.objects.get(change_quote__isnull=False).change_quote.version == 1


# --- cut-offs ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def slab(cast):
    photos = ["https://cdn.example.com/slab.jpg"]
    return MilestoneFactory(
        project=cast.meera_project, code="slab", sequence=1, reported=True, photos=photos
    )


def certify(cast, stage) -> None:
    certify_milestone(actor=cast.meera, milestone_id=stage.pk, certified_on=NOON.date())


def cut_off(cast, *pairs, by=None):
    return services.set_cutoffs(
        actor=by or cast.meera, project_id=cast.meera_project.pk, cutoffs=pairs
    )


def test_R13_1_after_its_stage_a_kind_of_change_is_closed(cast, change, slab):
    cut_off(cast, ("electrical", "slab"))
    offer(cast, change, net_amount=D(100))
    certify(cast, slab)
    with pytest.raises(services.CategoryClosed) as refusal:
        services.approve_quote(actor=cast.asha, change_request_id=change.pk, version=1)
    assert (refusal.value.code, refusal.value.extra) == (
        "category_closed",
        {"milestone_code": "slab"},
    )
    facts = {
        "request_title": "More",
        "request_description": "More",
        "booking_id": change.booking_id,
    }
    with pytest.raises(services.CategoryClosed):
        services.request_change(actor=cast.asha, request_type="electrical", **facts)
    services.request_change(actor=cast.asha, request_type="plumbing", **facts)
    services.decline_quote(actor=cast.asha, change_request_id=change.pk)
    assert ChangeRequest.objects.count() == 2


def test_R13_1_the_stage_of_another_tower_closes_nothing(cast, change, slab):
    cut_off(cast, ("electrical", "slab"))
    offer(cast, change, net_amount=D(100))
    tower = TowerFactory(project=cast.meera_project)
    Unit.objects.filter(pk=cast.meera_unit.pk).update(tower=tower)
    certify(cast, slab)
    services.approve_quote(actor=cast.asha, change_request_id=change.pk, version=1)


@pytest.mark.parametrize("lost", ["removed", "renamed"])
def test_R13_1_a_cutoff_whose_stage_is_gone_is_closed_until_it_is_set_again(
    cast, change, slab, lost
):
    cut_off(cast, ("electrical", "slab"))
    offer(cast, change, net_amount=D(100))
    stage = Milestone.objects.filter(pk=slab.pk)
    if lost == "removed":
        stage.delete()
    else:
        stage.update(code="first-slab")
    with pytest.raises(services.CategoryClosed) as refusal:
        services.approve_quote(actor=cast.asha, change_request_id=change.pk, version=1)
    assert refusal.value.extra == {"milestone_code": "slab"}
    MilestoneFactory(project=cast.meera_project, code="roof", sequence=9)
    cut_off(cast, ("electrical", "roof"))
    services.approve_quote(actor=cast.asha, change_request_id=change.pk, version=1)


def test_R13_1_the_last_stage_of_a_cutoff_cannot_be_removed(as_, cast, slab):
    tower = TowerFactory(project=cast.meera_project)
    MilestoneFactory(project=cast.meera_project, tower=tower, code="slab", sequence=1)
    cut_off(cast, ("electrical", "slab"))
    path = f"/api/projects/{cast.meera_project.pk}/milestones"
    paint = {"milestones": [{"code": "paint", "name": "Paint"}]}
    assert as_(cast.meera).post(path, paint | {"tower_ids": [tower.pk]}).status_code == 200
    refused = as_(cast.meera).post(path, paint)
    assert (refused.status_code, refused.json()["code"]) == (409, "stage_is_cutoff")
    assert Milestone.objects.filter(code="slab").get() == slab
    cut_off(cast)
    assert as_(cast.meera).post(path, paint).status_code == 200
    assert not Milestone.objects.filter(code="slab").exists()


def test_cutoffs_are_replaced_and_name_stages_that_exist(as_, cast, slab):
    path = f"/api/projects/{cast.meera_project.pk}/change-cutoffs"
    for bad in (
        {"cutoffs": [{"request_type": "electrical", "milestone_code": "roof"}]},
        {"cutoffs": [{"request_type": "magic", "milestone_code": "slab"}]},
        {"cutoffs": [{"request_type": "electrical", "milestone_code": "slab"}] * 2},
        {"cutoffs": None},
        {},
    ):
        assert as_(cast.meera).post(path, bad).status_code == 400, bad
    assert not ChangeCutoff.objects.exists()
    body = {"cutoffs": [{"request_type": "electrical", "milestone_code": "slab"}]}
    assert as_(cast.kiran).post(path, body).status_code == 404
    assert as_(cast.meera).post(path, body).json() == body["cutoffs"]
    assert as_(None).get(path).json() == body["cutoffs"]
    assert as_(cast.meera).post(path, {"cutoffs": []}).json() == []


def test_offers_over_http(as_, cast, change, taxed):
    path = f"/api/change-requests/{change.pk}/quotes"
    line = {"description": "Sockets", "quantity": 12, "rate": 4350}
    for bad in (
        {},
        {"lines": []},
        {"lines": [line], "net_amount": 1},
        {"lines": [line | {"rate": -1}]},
        {"lines": [line | {"quantity": "many"}]},
        {"lines": [line | {"quantity": 1.23456}]},
        {"lines": [line] * 201},
    ):
        assert as_(cast.meera).post(path, bad).status_code == 400, bad
    assert not ChangeQuote.objects.exists()
    quote = as_(cast.meera).post(path, {"lines": [line]}).json()["quotes"][0]
    assert (quote["net_amount"], quote["tax_amount"], quote["state"]) == (52_200, 9_396, "approved")
    assert quote["lines"][0]["figure"] == "Sockets"
