"""Price lists and tax rates: versions, days, roles, and what a unit costs (R1, R3)."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist

from progress.services import record_certificate
from projects import services
from projects.models import PriceList, TaxRate, Unit
from realestate.core.errors import InvalidValue, NotAllowed
from tests.factories.projects import TowerFactory, UnitFactory
from tests.races.support import losers, run_together

pytestmark = pytest.mark.django_db
D = Decimal
BASE = {"code": "BASE", "label": "Base", "kind": "base", "basis": "unit_price"}
PARKING = {"code": "PARK", "label": "Parking", "kind": "charge", "basis": "flat", "value": D(500)}


@pytest.fixture(autouse=True)
def noon(request, time_machine):
    if "transactional_db" not in request.fixturenames:
        time_machine.move_to(datetime(2026, 1, 5, 12, tzinfo=UTC), tick=False)
    return time_machine


def add(cast, *lines, by=None, **facts):
    return services.add_price_list(
        actor=by or cast.meera,
        project_id=cast.meera_project.pk,
        lines=lines or (BASE, PARKING),
        **facts,
    )


def rate(cast, percent, *, by=None, **facts):
    return services.add_tax_rate(
        actor=by or cast.sana,
        percent=D(percent),
        **{
            "tax_class": "residential",
            "component": "CGST",
            "valid_from": date(2026, 1, 5),
            **facts,
        },
    )


def costs(cast, on=date(2026, 1, 5)):
    return services.sheet_for(cast.meera_unit, on)


def test_R1_without_a_list_a_unit_costs_its_own_price(cast):
    priced = costs(cast)
    assert (priced.total_amount, priced.version, priced.tax_class) == (
        cast.meera_unit.price,
        None,
        "residential",
    )


def test_R1_the_list_that_began_last_holds(cast):
    first = add(cast)
    later = add(cast, BASE, effective_from=date(2026, 2, 1))
    assert (first.version, later.version) == (1, 2)
    assert costs(cast).price_list == first
    assert costs(cast, date(2026, 1, 31)).price_list == first
    assert costs(cast, date(2026, 2, 1)).price_list == later
    assert costs(cast).sheet.agreement_value == cast.meera_unit.price + 500


def test_R1_a_change_is_the_next_version(cast):
    first = add(cast, note="Launch")
    before = list(first.lines.values())
    second = services.change_price_list(
        actor=cast.meera, price_list_id=first.pk, lines=[BASE], note="Later"
    )
    first.refresh_from_db()
    assert (first.note, list(first.lines.values())) == ("Launch", before)
    assert (second.version, second.note, second.lines.count()) == (2, "Later", 1)
    third = services.change_price_list(actor=cast.meera, price_list_id=first.pk, note="Back")
    assert (third.version, third.lines.count(), third.effective_from) == (3, 2, date(2026, 1, 5))


@pytest.mark.parametrize(
    ("lines", "facts", "refusal"),
    [
        ((PARKING,), {}, None),
        ((BASE, BASE), {}, services.PriceListNotValid),
        ((BASE, {**PARKING, "value": D(0)}), {}, services.PriceListNotValid),
        ((BASE,), {"effective_from": date(2026, 1, 4)}, InvalidValue),
        (
            tuple({**PARKING, "code": f"P{n}"} for n in range(51)),
            {},
            services.PriceListNotValid,
        ),
    ],
)
def test_what_is_no_price_list_changes_nothing(cast, lines, facts, refusal):
    if (
        refusal is None
    ):  # lines for other units may have no base line of this one; its sheet says so
        add(cast, *lines, **facts)
        with pytest.raises(services.PriceListNotValid):
            costs(cast)
        return
    with pytest.raises(refusal):
        add(cast, *lines, **facts)
    assert not PriceList.objects.exists()


def test_R21_strangers_set_no_prices(cast):
    row = add(cast)
    for stranger in (cast.kiran, cast.asha):
        with pytest.raises(ObjectDoesNotExist):
            add(cast, by=stranger)
        with pytest.raises(ObjectDoesNotExist):
            services.change_price_list(actor=stranger, price_list_id=row.pk, note="x")
    for other in (cast.meera, cast.asha):
        with pytest.raises(NotAllowed):
            rate(cast, 5, by=other)
    assert (PriceList.objects.count(), TaxRate.objects.count()) == (1, 0)


def test_R3_2_the_rate_of_the_day_counts(cast):
    rate(cast, "2.5")
    rate(cast, "2.5", component="SGST")
    rate(cast, "6", valid_from=date(2026, 4, 1))
    assert costs(cast).tax_amount == cast.meera_unit.price * 5 / 100
    assert costs(cast, date(2026, 4, 1)).tax_amount == cast.meera_unit.price * D("8.5") / 100
    with pytest.raises(services.TaxRateExists):
        rate(cast, "7")
    with pytest.raises(InvalidValue):
        rate(cast, "7", valid_from=date(2026, 1, 4))
    with pytest.raises(InvalidValue):
        rate(cast, "100.1", component="X")


def test_R3_3_what_was_completed_before_its_first_sale_is_not_taxed(cast):
    rate(cast, "2.5")
    priced = services.sheet_for(cast.meera_unit, date(2026, 1, 5), is_completed=True)
    assert (priced.tax_class, priced.tax_amount) == ("completed", 0)


def test_R3_3_the_cost_sheet_knows_the_completion_certificate(as_, cast):
    rate(cast, "2.5")
    tower = TowerFactory(project=cast.meera_project)
    Unit.objects.filter(pk=cast.meera_unit.pk).update(tower=tower)
    facts = {"actor": cast.meera, "project_id": cast.meera_project.pk, "number": "CC-1"}
    other = TowerFactory(project=cast.meera_project)
    day, path = date(2026, 1, 5), f"/api/units/{cast.meera_unit.pk}/cost-sheet"
    record_certificate(kind="completion", issued_on=day, tower_id=other.pk, **facts)
    record_certificate(kind="occupancy", issued_on=day, tower_id=tower.pk, **facts)
    before = as_(None).get(path).json()
    record_certificate(kind="completion", issued_on=day, tower_id=tower.pk, **facts)
    since = as_(None).get(path).json()
    assert (before["tax_class"], since["tax_class"]) == ("residential", "completed")
    assert (before["tax_amount"], since["tax_amount"]) == (187_500, 0)


@pytest.mark.django_db(transaction=True)
def test_two_versions_at_once_have_two_numbers(cast):
    def add_one(_index):
        return services.add_price_list(
            actor=cast.meera, project_id=cast.meera_project.pk, lines=[BASE]
        )

    assert not losers(run_together(4, add_one))
    versions = PriceList.objects.order_by("version").values_list("version", flat=True)
    assert list(versions) == [1, 2, 3, 4]


# --- over HTTP --------------------------------------------------------------------------------------------------------


def test_what_a_unit_costs_can_be_recomputed(as_, cast):
    add(cast)
    rate(cast, "2.5")
    path = f"/api/units/{cast.meera_unit.pk}/cost-sheet"
    body = as_(None).get(path).json()
    assert {name: body[name] for name in ("agreement_value", "tax_amount", "total_amount")} == {
        "agreement_value": 7_500_500,
        "tax_amount": 187_512.5,
        "total_amount": 7_688_012.5,
    }
    assert [line["working"] for line in body["lines"]] == [None, None]
    explained = as_(None).get(f"{path}?explain=1").json()["lines"][1]
    assert explained["working"] == {
        "figure": "Parking",
        "rule": "R1",
        "formula": "flat amount",
        "inputs": {"flat": "500.0000"},
        "unrounded": "500.0000",
        "amount": "500.00",
    }
    assert explained["taxes"] == [{"figure": "CGST", "percent": 2.5, "amount": 12.5}]
    for odd in ("2026-01-04", "soon", "\x00"):
        assert as_(None).get(path, {"on": odd}).status_code == 400


@pytest.mark.parametrize(
    "change",
    [
        {"lines": []},
        {"lines": [{**BASE, "kind": "gift"}]},
        {"lines": [{**BASE, "code": "B 1"}]},
        {"lines": [{**BASE, "label": "x\x00"}]},
        {"lines": [{**BASE, "basis": "flat", "value": -1}]},
        {"lines": [{**BASE, "basis": "flat", "value": "NaN"}]},
        {"lines": [{**BASE, "basis": "flat", "value": 1.23456}]},
        {"effective_from": "yesterday"},
        {"project_id": 0},
        {"project_id": 999_999_999},
    ],
)
def test_bad_price_lists_get_a_clear_4xx_and_change_nothing(as_, cast, change):
    body = {"project_id": cast.meera_project.pk, "lines": [BASE], **change}
    reply = as_(cast.meera).generic(
        "POST", "/api/price-lists", json.dumps(body), content_type="application/json"
    )
    assert reply.status_code in {400, 404, 422}, reply.content
    assert not PriceList.objects.exists()


def test_an_empty_amount_of_infinite_size_is_no_price(as_, cast):
    body = '{"project_id": %d, "lines": [{"code":"B","label":"B","kind":"base","basis":"flat","value":1e400}]}'
    reply = as_(cast.meera).generic(
        "POST",
        "/api/price-lists",
        body % cast.meera_project.pk,
        content_type="application/json",
    )
    assert reply.status_code == 400
    assert not PriceList.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_as_many_queries_for_one_row_as_for_three(
    as_, cast, django_assert_num_queries, rows
):
    for _ in range(rows):
        add(cast)
    with django_assert_num_queries(3):
        assert len(as_(cast.meera).get("/api/price-lists").json()) == rows
    UnitFactory.create_batch(rows, project=cast.meera_project)
    for n in range(rows):
        rate(cast, 1, component=f"C{n}")
    with django_assert_num_queries(1):
        assert len(as_(None).get("/api/tax-rates").json()) == rows
