"""The fast read writes what serializer and renderer write, whatever stands in the rows."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework import serializers

from notifications.models import Notification
from notifications.serializers import NotificationRead
from projects.models import Model3D, Project, Tower
from projects.serializers import Model3DRead, ProjectRead, TowerRead
from realestate.core import clock
from realestate.core.api.reads import Ordinary, by_serializers, reading, reading_of
from realestate.core.api.renderers import JSONRenderer
from realestate.core.api.serializers import ReadSerializer
from realestate.core.api.views import HouseViewSet
from tests.factories.notifications import NotificationFactory
from tests.factories.projects import ProjectFactory, TowerFactory

pytestmark = pytest.mark.django_db
OWN = "/api/files/"
TEXT = st.text(
    st.one_of(
        st.sampled_from("\"\\/\b\f\n\r\t\x01\x1f\x7f\u2028\u2029\ufeff₹é🏠<>&'%{}[],:"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=30,
)
LINK = st.one_of(TEXT, TEXT.map(lambda text: OWN + text), TEXT.map(lambda text: f'x"{OWN}{text}'))
INSTANT = st.one_of(
    st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # Hypothesis adds the zone
    st.sampled_from([datetime(2026, 1, 5, 10, 0, 0, each, UTC) for each in (0, 1, 100, 123400)]),
)
DAY = st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31))
many = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def amounts(digits, places, lowest=0, highest=None):
    most = highest or Decimal(10) ** (digits - places) - Decimal(1).scaleb(-places)
    return st.none() | st.decimals(lowest, most, places=places, allow_nan=False)


def fast_and_ordinary(read, row):
    """A row as the database writes it, and as serializer and renderer do."""
    (fast,) = reading(read, type(row)).of(type(row).objects.filter(pk=row.pk), {})
    fresh = read.shape(type(row).objects.all()).get(pk=row.pk)
    ordinary = JSONRenderer().render(read(fresh, context={}).data)
    return fast.encode().replace(b"\xe2\x80\xa8", b"\\u2028").replace(
        b"\xe2\x80\xa9", b"\\u2029"
    ), ordinary


@pytest.fixture
def project():
    return ProjectFactory()


@many
@given(
    values=st.fixed_dictionaries(
        {
            "project_name": TEXT.filter(bool),
            "description": TEXT,
            "location_address": TEXT,
            "location_city": TEXT,
            "location_state": TEXT,
            "latitude": amounts(9, 6, -90, 90),
            "longitude": amounts(9, 6, -180, 180),
            "price_range_min": amounts(15, 2),
            "project_area": amounts(12, 2),
            "amenities": st.lists(TEXT, max_size=3),
            "images": st.lists(LINK, max_size=3),
            "floor_plans": st.lists(LINK, max_size=3),
            "brochure_url": LINK,
            "actual_completion_date": DAY,
            "is_featured": st.booleans(),
            "published_at": st.none() | INSTANT,
            "created_at": INSTANT,
            "updated_at": INSTANT,
        }
    )
)
def test_projects_are_the_same_bytes_whatever_stands_in_them(project, values):
    Project.objects.filter(pk=project.pk).update(price_range_max=None, **values)
    fast, ordinary = fast_and_ordinary(ProjectRead, project)
    assert fast == ordinary


@pytest.mark.parametrize(
    "degrees", [Decimal(n).scaleb(-6) for n in (0, 1, -9, 10, -10, 11, 99, 100, 1_000_000, -1)]
)
def test_the_smallest_numbers_are_written_alike(project, degrees):
    Project.objects.filter(pk=project.pk).update(latitude=degrees)
    fast, ordinary = fast_and_ordinary(ProjectRead, project)
    assert fast == ordinary


@many
@given(
    title=TEXT,
    message=TEXT,
    at=INSTANT,
    sent=st.none() | INSTANT,
    related=st.none() | st.integers(1, 2**63 - 1),
)
def test_notifications_are_the_same_bytes_whatever_stands_in_them(
    title, message, at, sent, related
):
    row = NotificationFactory()
    Notification.objects.filter(pk=row.pk).update(
        title=title, message=message, created_at=at, sent_at=sent, related_entity_id=related
    )
    fast, ordinary = fast_and_ordinary(NotificationRead, row)
    assert fast == ordinary


def test_rows_come_in_their_order_in_one_statement():
    project = ProjectFactory()
    for name in ("B", "C", "A"):
        TowerFactory(project=project, name=name)
    rows = Tower.objects.filter(project=project)
    with CaptureQueriesContext(connection) as statements:
        shown = reading(TowerRead, Tower).of(rows.order_by("-name")[1:], {})
    assert len(statements) == 1
    assert [each["name"] for each in json.loads(f"[{','.join(shown)}]")] == ["B", "A"]
    assert reading(TowerRead, Tower).of(rows.none(), {}) == []


def test_the_clock_is_asked_by_each_request(project):
    """What was compiled once holds no instant."""
    found = reading(ProjectRead, Project)
    assert all(hasattr(each, "tell") for each in found.parameters)
    assert str(clock.now().year) not in found.source


class Unsaid(ReadSerializer):
    """A field that no column has."""

    id = serializers.IntegerField()
    location = serializers.CharField()


class Changed(ReadSerializer):
    """A serializer that changes what it shows."""

    id = serializers.IntegerField()

    def to_representation(self, instance):
        """Another key."""
        return {"id": -instance.pk}


class Wrong(ReadSerializer):
    """A number of a text."""

    project_name = serializers.IntegerField()


@pytest.mark.parametrize("read", [Unsaid, Changed, Wrong])
def test_a_shape_of_which_nobody_says_how_is_shown_by_its_serializer(read):
    assert isinstance(reading(read, Project), Ordinary)
    assert reading_of(read, Project) is None


def test_a_shape_with_links_for_one_reader_alone_is_ordinary_and_says_why():
    assert "*" in reading(Model3DRead, Model3D).reason


def test_serializers_can_be_asked_for():
    assert reading_of(TowerRead, Tower) is not None
    with by_serializers():
        assert reading_of(TowerRead, Tower) is None


FAST = """
    AdjustmentRead ApplicantRead AppointmentMoveRead AppointmentRead BookingRead BuilderBookingRead
    BuilderPublic CompletionRead CutoffRead DeviceRead HolidayRead NotificationRead PhaseRead ProjectRead
    PromisedDateRead RateRead SessionRead TaxRateRead TowerRead UnitRead UpdateRead
"""


def test_which_resources_are_read_fast():
    """A field that nobody says how to read takes its resource off: it fails here, with its name."""
    get_resolver().url_patterns  # noqa: B018  # all views
    shapes = {
        (view.read, view.model)
        for view in every(HouseViewSet)
        if hasattr(view, "model") and view.__module__[:5] != "tests"
    }
    found = {read.__name__: reading(read, model) for read, model in shapes}
    ordinary = {name: each.reason for name, each in found.items() if isinstance(each, Ordinary)}
    assert sorted(found.keys() - ordinary.keys()) == FAST.split(), ordinary


def every(kind):
    for below in kind.__subclasses__():
        yield below
        yield from every(below)
