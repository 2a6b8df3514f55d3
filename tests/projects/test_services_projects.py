"""Publishing, changing and archiving projects: whose it is, what stays, and what refuses."""

from datetime import date
from decimal import Decimal

import pytest

from projects import services
from projects.enums import ReleaseReason
from projects.models import Claim, Project
from projects.services import ProjectHasBookings
from realestate.core.errors import InvalidValue
from tests.factories.projects import LONG_AGO, ClaimFactory, ProjectFactory, UnitFactory

pytestmark = pytest.mark.django_db
FORM = {"project_name": "Lake View", "project_type": "residential", "location_city": "Pune"}


def publish(actor, **values):
    return services.publish_project(actor=actor, **FORM | values)


def change(actor, project, **changes):
    return services.change_project(actor=actor, project_id=project.pk, **changes)


# --- publishing ------------------------------------------------------------------------------------------------------


def test_a_builder_publishes_for_itself_whomever_it_names(cast, noon, trail):
    for named in (None, cast.kiran.pk):
        project = publish(cast.meera, builder_id=named)
        assert (project.builder_id, project.published_at) == (cast.meera.pk, noon())
    assert trail(project) == [("created", {}, {"project_name": "Lake View"})]


def test_a_draft_is_seen_by_its_builder_only(cast):
    project = publish(cast.meera, is_published=False)
    assert project.published_at is None
    assert Project.objects.for_user(cast.meera).filter(pk=project.pk).exists()
    assert not Project.objects.for_user(cast.kiran).filter(pk=project.pk).exists()


def test_staff_publish_for_a_builder(cast):
    assert publish(cast.sana, builder_id=cast.kiran.pk).builder_id == cast.kiran.pk


@pytest.mark.parametrize("builder_id", [None, 0, 10**12])
def test_staff_name_a_builder_that_exists(cast, stored, builder_id):
    before = stored()
    with pytest.raises(InvalidValue) as refusal:
        publish(cast.sana, builder_id=builder_id)
    assert list(refusal.value.errors) == ["builder_id"]
    assert stored() == before


def test_a_customer_is_no_builder(cast, stored):
    before = stored()
    with pytest.raises(InvalidValue):
        publish(cast.sana, builder_id=cast.asha.pk)
    assert stored() == before


OUT_OF_ORDER = [
    ("price_range_max", {"price_range_min": Decimal(2), "price_range_max": Decimal(1)}),
    (
        "expected_completion_date",
        {"start_date": date(2026, 1, 2), "expected_completion_date": date(2026, 1, 1)},
    ),
    ("price_range_min", {"price_range_min": Decimal("100.50"), "currency": "JPY"}),
    ("price_range_max", {"price_range_max": Decimal("100.01"), "currency": "JPY"}),
]


@pytest.mark.parametrize(("field", "values"), OUT_OF_ORDER)
def test_ranges_are_in_order_and_prices_can_be_paid(cast, stored, field, values):
    before = stored()
    with pytest.raises(InvalidValue) as refusal:
        publish(cast.meera, **values)
    assert list(refusal.value.errors) == [field]
    assert stored() == before


def test_R0_a_price_in_whole_yen(cast):
    assert publish(cast.meera, price_range_min=Decimal("100.00"), currency="JPY").pk


# --- changing --------------------------------------------------------------------------------------------------------


def test_what_was_not_sent_stays(cast, trail):
    project = cast.meera_project
    before = Project.objects.filter(pk=project.pk).values().get()
    change(cast.meera, project, location_city="Mumbai", is_featured=False)
    after = Project.objects.filter(pk=project.pk).values().get()
    different = {name for name in after if after[name] != before[name]}
    assert different == {"location_city", "updated_at", "search"}
    assert trail(project) == [
        ("updated", {"location_city": "Pune"}, {"location_city": "Mumbai"}),
    ]


def test_nothing_new_is_no_change(cast, stored):
    before = stored()
    change(cast.meera, cast.meera_project, project_name="Meera Gardens", is_published=True)
    change(cast.meera, cast.meera_project)
    assert stored() == before


def test_a_project_is_taken_back_and_published_again(cast, noon):
    project = cast.meera_project
    assert change(cast.meera, project, is_published=False).published_at is None
    assert not Project.objects.for_user(cast.asha).filter(pk=project.pk).exists()
    assert change(cast.meera, project, is_published=True).published_at == noon()
    noon(hours=1)
    assert change(cast.meera, project, is_published=True).published_at == noon()


@pytest.mark.parametrize(
    ("field", "stored_values", "sent"),
    [
        ("price_range_max", {}, {"price_range_max": Decimal(1)}),
        ("price_range_max", {}, {"price_range_min": Decimal("9500000.01")}),
        (
            "expected_completion_date",
            {"start_date": date(2026, 1, 2)},
            {"expected_completion_date": date(2026, 1, 1)},
        ),
        ("price_range_min", {"currency": "JPY"}, {"price_range_min": Decimal("0.5")}),
    ],
)
def test_a_change_is_checked_against_what_is_stored(cast, stored, field, stored_values, sent):
    project = ProjectFactory(builder=cast.meera.builder, **stored_values)
    before = stored()
    with pytest.raises(InvalidValue) as refusal:
        change(cast.meera, project, **sent)
    assert list(refusal.value.errors) == [field]
    assert stored() == before


def test_a_range_may_be_emptied(cast):
    change(cast.meera, cast.meera_project, price_range_max=None)
    change(cast.meera, cast.meera_project, price_range_min=Decimal(10**8))
    cast.meera_project.refresh_from_db()
    assert cast.meera_project.price_range_max is None


@pytest.mark.parametrize("name", ["kiran", "asha"])
def test_R21_strangers_change_and_archive_nothing(cast, stored, name):
    before = stored()
    for call in (
        lambda actor: change(actor, cast.meera_project, description="x"),
        lambda actor: services.archive_project(actor=actor, project_id=cast.meera_project.pk),
    ):
        with pytest.raises(Project.DoesNotExist):
            call(getattr(cast, name))
    assert stored() == before


def test_staff_change_any_project(cast):
    change(cast.sana, cast.meera_project, is_featured=True)
    cast.meera_project.refresh_from_db()
    assert cast.meera_project.is_featured


# --- archiving -------------------------------------------------------------------------------------------------------


def test_archiving_erases_nothing(cast, noon, trail):
    project = services.archive_project(actor=cast.meera, project_id=cast.meera_project.pk)
    project.refresh_from_db()
    assert project.archived_at == noon()
    assert project.units.get() == cast.meera_unit
    assert trail(project) == [("archived", {}, {})]
    assert not Project.objects.for_user(cast.asha).filter(pk=project.pk).exists()


@pytest.mark.parametrize("live", [True, False], ids=["live", "long released"])
def test_a_project_that_ever_had_a_claim_stays(cast, stored, live):
    over = {"taken_at": LONG_AGO, "released_at": LONG_AGO, "release_reason": ReleaseReason.EXPIRED}
    ClaimFactory(unit=cast.meera_unit, **({} if live else over))
    UnitFactory(project=cast.meera_project)
    before = stored()
    with pytest.raises(ProjectHasBookings) as refusal:
        services.archive_project(actor=cast.meera, project_id=cast.meera_project.pk)
    assert (refusal.value.code, refusal.value.status) == ("project_has_bookings", 409)
    assert stored() == before
    assert Claim.objects.count() == 1


def test_claims_of_other_projects_do_not_matter(cast):
    ClaimFactory(unit=cast.kiran_unit)
    assert services.archive_project(actor=cast.meera, project_id=cast.meera_project.pk)


def test_what_is_archived_is_not_touched_again(cast, stored):
    project = ProjectFactory(builder=cast.meera.builder, archived_at=LONG_AGO)
    before = stored()
    own = {"actor": cast.meera, "project_id": project.pk}
    for call in (
        lambda: services.archive_project(**own),
        lambda: services.change_project(**own, description="x"),
        lambda: services.add_tower(**own, name="A"),
        lambda: services.add_unit(**own, unit_number="1", price=Decimal(1)),
        lambda: services.add_model(**own, model_name="x"),
    ):
        with pytest.raises(Project.DoesNotExist):
            call()
    assert stored() == before


def test_a_large_project_is_archived_too(cast):
    UnitFactory.create_batch(200, project=cast.meera_project)
    assert services.archive_project(actor=cast.meera, project_id=cast.meera_project.pk)
