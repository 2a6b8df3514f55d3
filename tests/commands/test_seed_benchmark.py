"""``seed_benchmark``: any number of rows that add up, the same for the same seed."""

import pytest
from django.core.management.base import CommandError
from django.test import override_settings

from accounts.models import Builder, Customer, Relation
from bookings.enums import BookingState
from bookings.models import Booking
from notifications.models import Notification
from payments.models import Payment
from progress.models import ProjectProgress
from projects.models import Claim, Project, Tower, Unit
from realestate.core import clock
from realestate.integrity import run_checks
from realestate.management.benchmark import loading
from realestate.management.benchmark.town import Town
from tests.commands.running import run
from tests.factories.accounts import BuilderFactory

pytestmark = pytest.mark.django_db


def test_the_numbers_are_in_proportion():
    run("seed_benchmark", "--units", "1000")

    assert Unit.objects.count() == 1000
    assert (Project.objects.count(), Tower.objects.count()) == (10, 20)
    assert (Builder.objects.count(), Customer.objects.count()) == (1, 20)
    assert (Claim.objects.count(), Booking.objects.count()) == (200, 200)
    assert Notification.objects.count() == 1000
    assert ProjectProgress.objects.count() == 50
    assert 300 < Payment.objects.count() < 500
    assert set(Booking.objects.values_list("state", flat=True)) == set(BookingState) - {
        BookingState.INQUIRY,
        BookingState.SITE_VISIT_SCHEDULED,
        BookingState.TRANSFERRED,
    }


def test_what_it_made_adds_up():
    run("seed_benchmark", "--units", "500")

    assert [(f.check.name, f.rows) for f in run_checks() if f.rows] == []


def test_the_same_seed_makes_the_same_town_and_another_another():
    def prices(seed: str) -> list[object]:
        known = set(Unit.objects.values_list("pk", flat=True))
        run("seed_benchmark", "--units", "100", "--seed", seed)
        return list(
            Unit.objects.exclude(pk__in=known).order_by("pk").values_list("price", flat=True)
        )

    first = prices("7")
    assert prices("7") == first
    assert prices("8") != first


@pytest.mark.parametrize(("units", "projects", "sold"), [(1, 1, 0), (5, 1, 1), (101, 2, 20)])
def test_odd_sizes_are_all_right(units, projects, sold):
    run("seed_benchmark", "--units", str(units))

    assert (Unit.objects.count(), Project.objects.count()) == (units, projects)
    assert (Customer.objects.count(), Booking.objects.count()) == (10, sold)
    assert [(f.check.name, f.rows) for f in run_checks() if f.rows] == []


def test_rows_that_come_later_find_free_keys(cast):
    run("seed_benchmark", "--units", "100")

    later = Unit.objects.create(
        project=cast.meera_project,
        unit_number="Z-1",
        unit_type="2BHK",
        floor_number=1,
        area_sqft=700,
        price=5_000_000,
    )

    assert later.pk == max(Unit.objects.values_list("pk", flat=True))


def test_it_says_what_it_made():
    said = run("seed_benchmark", "--units", "1000")

    assert "  Units                                1,000\n" in said
    assert " rows in " in said.splitlines()[-1]


@override_settings(SETTINGS_MODULE="realestate.settings.production")
def test_production_gets_no_invented_rows_unasked():
    with pytest.raises(CommandError, match="say --yes"):
        run("seed_benchmark", "--units", "10")

    assert Unit.objects.count() == 0

    run("seed_benchmark", "--units", "10", "--yes")

    assert Unit.objects.count() == 10


@pytest.mark.parametrize("number", ["0", "-1", "10000001", "many", "1.5"])
def test_a_number_of_units_is_a_whole_number_in_range(number):
    with pytest.raises(CommandError, match="from 1 to 10,000,000"):
        run("seed_benchmark", f"--units={number}")

    assert Unit.objects.count() == 0


def test_the_bar_moves_only_where_somebody_watches(capsys):
    bar = loading.Bar(200)
    bar.add(100, "units")
    bar.end()
    assert capsys.readouterr().err == ""

    bar.watched = True
    bar.add(50, "units")
    bar.end()
    said = capsys.readouterr().err
    assert "75%" in said
    assert "150 rows  units" in said
    assert said.endswith("\n")


def test_the_bar_counts_every_row(monkeypatch):
    monkeypatch.setattr(loading, "EVERY", 7)
    bar = loading.Bar(1)
    loader = loading.Loader(bar)

    loader.load(Project, ("builder_id", "project_name"), ())
    assert (bar.done, loader.counts) == (0, {"projects": 0})

    builder = BuilderFactory()
    names = ("builder_id", "project_name", "project_type", "location_city")
    loader.load(Project, names, ((builder.pk, f"P{n}", "residential", "Pune") for n in range(16)))
    assert (bar.done, loader.counts) == (16, {"projects": 16})
    assert Project.objects.count() == 16


def test_one_relation_per_buyer_and_builder():
    run("seed_benchmark", "--units", "1000")

    pairs = Booking.objects.values_list("customer", "project__builder").distinct().count()
    assert Relation.objects.count() == pairs


def test_sizes_follow_from_the_units():
    town = Town(units=100_000, seed=1, now=clock.now())
    assert (town.projects, town.builders, town.customers, town.bookings) == (
        1000,
        100,
        2000,
        20_000,
    )
