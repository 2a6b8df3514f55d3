"""``check_integrity``: silent on good data; each check finds its own kind of damage, and no other."""

import json
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db.models import Value

from bookings.enums import OPEN, TERMINAL, BookingState
from bookings.models import Booking
from bookings.rules import DEAD
from payments.models import Terms
from projects.enums import ReleaseReason
from projects.models import Claim
from realestate.core import clock, figures
from realestate.integrity import CHECKS, check, run_checks, stock
from tests.commands.damage import LENT, PLANTS, a_file, end, figure_name
from tests.commands.good_data import World, make_world, received
from tests.commands.running import run
from tests.factories.bookings import BookingFactory
from tests.factories.payments import PaymentFactory
from tests.factories.projects import UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def failed() -> list[str]:
    return [finding.check.name for finding in run_checks() if not finding.is_good]


def test_good_data_pass_every_check(world):
    assert failed() == []


def test_an_empty_database_passes_every_check():
    assert failed() == []


@pytest.mark.parametrize("name", PLANTS)
def test_damage_is_found_by_its_check_and_by_no_other(world, name):
    assert failed() == []

    PLANTS[name](world)

    assert failed() == [name]


@pytest.mark.parametrize(("model", "name"), LENT, ids=str)
def test_a_figure_that_miscounts_is_found_by_its_check_and_by_no_other(
    world, monkeypatch, model, name
):
    monkeypatch.setitem(figures._lent[model], name, lambda: Value(77))

    assert failed() == [figure_name(model, name)]


def test_each_check_has_damage_that_it_finds():
    assert {item.name for item in CHECKS} == {*PLANTS, *(figure_name(*lent) for lent in LENT)}


def test_each_check_has_a_name_of_its_own_and_says_what_is_true():
    assert len({item.name for item in CHECKS}) == len(CHECKS)
    assert [item.name for item in CHECKS if not item.says.endswith((".", ")."))] == []


def test_every_state_that_holds_a_unit_has_a_stage():
    without = {BookingState.INQUIRY, BookingState.SITE_VISIT_SCHEDULED}
    assert set(stock.STAGES) | DEAD == (OPEN | TERMINAL) - without


def test_a_lapsed_hold_is_no_damage_recorded_or_not(world):
    past = clock.now() - timedelta(hours=1)
    claims = Claim.objects.filter(pk=world.hold.claim_id)
    claims.update(taken_at=past - timedelta(hours=1), expires_at=past)
    assert failed() == []

    claims.update(released_at=past, release_reason=ReleaseReason.EXPIRED)
    assert failed() == []


def test_a_hold_that_somebody_released_is_damage_while_its_booking_waits(world):
    end(world.hold.claim_id, ReleaseReason.RELEASED)

    assert failed() == ["live_booking_has_its_claim"]


def test_money_that_is_held_back_is_not_paid_and_no_damage(world):
    """R6: what a gateway brought beyond the cap is a receipt outside of the account."""
    PaymentFactory(booking=world.paid, is_held_excess=True)
    assert [name for name in failed() if name.startswith("figure_")] == []


def test_paying_more_than_the_price_is_an_advance_and_no_damage(world):
    Terms.objects.update(cap_percent=None)
    received(world.paid, world.paid.total_amount * 2, "UTR-7")

    assert failed() == []


def test_a_file_that_was_cut_off_is_found():
    file = a_file()
    assert failed() == []
    default_storage.delete(file.path)
    with default_storage.open(file.path, "wb") as broken:
        broken.write(b"pl")

    assert failed() == ["files_are_stored"]


def test_a_statement_with_names_becomes_one_with_places():
    statement = "SELECT %(b)s, %(a)s, %(b)s"
    assert check._positional(statement) == "SELECT %s, %s, %s"
    assert check._in_order(statement, {"a": 1, "b": 2}) == [2, 1, 2]
    assert (check._positional("SELECT 1"), check._in_order("SELECT 1", {})) == ("SELECT 1", [])


def test_the_table_has_a_line_per_check_and_a_total(world):
    said = run("check_integrity").splitlines()

    assert [line.split() for line in said[1:-2]] == [[item.name, "ok"] for item in CHECKS]
    assert said[-1] == f"  {len(CHECKS)} checks, all good"


def test_damage_ends_with_exit_code_1_and_names_the_first_rows(world, capsys):
    before = list(Booking.objects.values_list("pk", flat=True))
    for _ in range(6):
        BookingFactory(unit=UnitFactory(project=world.project), customer=world.paid.customer)
    newest = Booking.objects.exclude(pk__in=before).order_by("pk")
    named = ", ".join(str(pk) for pk in newest.values_list("pk", flat=True)[:5])

    with pytest.raises(SystemExit) as ended:
        run_printing("check_integrity")

    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert f"FAILED  6 rows: {named}, …" in said
    assert "The audit trail knows every booking." in said
    assert said.endswith(f"  {len(CHECKS)} checks, 1 failed\n")


def test_json_is_for_programs(world, capsys):
    good = json.loads(run("check_integrity", "--json"))
    assert good["ok"] is True
    assert [item["name"] for item in good["checks"]] == [item.name for item in CHECKS]

    PLANTS["buyer_is_a_party"](world)
    with pytest.raises(SystemExit):
        run_printing("check_integrity", "--json")

    bad = json.loads(capsys.readouterr().out)
    assert bad["ok"] is False
    assert [item for item in bad["checks"] if item["rows"]] == [
        {
            "name": "buyer_is_a_party",
            "says": "The buyer of a booking is among the parties of its claim.",
            "rows": [str(world.paid.pk)],
        }
    ]


def run_printing(*arguments: str) -> None:
    """To the test's own output, which outlives the exit."""
    call_command(*arguments)
