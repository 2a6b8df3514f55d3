"""publish(): listeners run at once, bottom rung first, in the publisher's transaction, and may refuse."""

from dataclasses import FrozenInstanceError, dataclass

import pytest

from realestate.core import events
from realestate.core.errors import DomainError
from realestate.core.events import Event, listeners, on, publish
from realestate.core.events_together import on_many, publish_all
from realestate.core.models import SystemSetting
from realestate.core.transactions import service


@dataclass(frozen=True, kw_only=True)
class RoofRepaired(Event):
    """Something happened."""

    house_id: int


@dataclass(frozen=True, kw_only=True)
class RoofPainted(RoofRepaired):
    """Something else happened."""


class Refused(DomainError):
    """No."""

    code = "test_refused"


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch):
    monkeypatch.setattr(events, "_handlers", events.defaultdict(list))


def listener_in(module, heard, event=RoofRepaired):
    """A handler that stands in a module of the house."""

    def handler(what):
        heard.append((module, what))

    handler.__module__ = module
    return on(event)(handler)


@service
def repair_roof(house_id=7):
    SystemSetting.objects.create(key="test.roof", value=house_id)
    publish(RoofRepaired(house_id=house_id))


@pytest.mark.django_db
@pytest.mark.unaudited("its service is an invention")
def test_listeners_hear_from_the_bottom_of_the_ladder_to_the_top():
    heard = []
    modules = [
        "notifications.receivers.roofs",
        "payments.receivers",
        "bookings.receivers",
        "realestate.core.audit",
        "projects.receivers",
    ]
    for module in modules:
        listener_in(module, heard)
    repair_roof()
    event = RoofRepaired(house_id=7)
    assert heard == [
        ("realestate.core.audit", event),
        ("projects.receivers", event),
        ("bookings.receivers", event),
        ("payments.receivers", event),
        ("notifications.receivers.roofs", event),
    ]


@pytest.mark.django_db
def test_a_listener_that_refuses_undoes_the_publisher_and_those_above_hear_nothing():
    heard = []

    @on(RoofRepaired)
    def refuse(_event):
        raise Refused

    listener_in("notifications.receivers", heard)
    with pytest.raises(Refused):
        repair_roof()
    assert heard == []
    assert not SystemSetting.objects.exists()


@pytest.mark.django_db
def test_what_a_listener_writes_is_undone_with_the_publisher():
    @on(RoofRepaired)
    def write(_event):
        SystemSetting.objects.create(key="test.listener", value=1)

    @service
    def repair_and_refuse():
        repair_roof()
        raise Refused

    with pytest.raises(Refused):
        repair_and_refuse()
    assert not SystemSetting.objects.exists()


@pytest.mark.django_db
def test_an_event_is_published_inside_a_service_only():
    with pytest.raises(RuntimeError, match="inside a service"):
        publish(RoofRepaired(house_id=7))


def test_a_listener_registers_once_and_only_for_its_event():
    heard = []
    handler = listener_in("bookings.receivers", heard)
    assert on(RoofRepaired)(handler) is handler
    assert listeners(RoofRepaired) == [handler]
    assert listeners(RoofPainted) == []


def test_events_are_frozen_and_take_names_only():
    event = RoofRepaired(house_id=7)
    with pytest.raises(FrozenInstanceError):
        event.house_id = 8
    with pytest.raises(TypeError):
        RoofRepaired(7)


def test_the_house_knows_its_events():
    assert RoofRepaired in events.events()


# --- several events at once -------------------------------------------------------------------------------------------


@service
def repair_roofs(*houses):
    publish_all([RoofRepaired(house_id=house) for house in houses])


@pytest.mark.django_db
def test_who_hears_events_together_is_told_once_and_others_one_by_one():
    alone, together = [], []
    on(RoofRepaired)(lambda event: alone.append(event.house_id))
    on_many(RoofRepaired)(lambda many: together.append([event.house_id for event in many]))
    repair_roofs(7, 8)
    assert (alone, together) == ([7, 8], [[7, 8]])


@pytest.mark.django_db
def test_no_events_are_told_to_nobody():
    heard = []
    on_many(RoofRepaired)(lambda many: heard.append(list(many)))
    repair_roofs()
    assert heard == []


@pytest.mark.django_db
@pytest.mark.unaudited("its service is an invention")
def test_who_hears_events_together_hears_a_single_one_as_a_list():
    heard = []
    on_many(RoofRepaired)(lambda many: heard.append(list(many)))
    repair_roof()
    assert heard == [[RoofRepaired(house_id=7)]]


@pytest.mark.django_db
def test_several_events_are_published_inside_a_service_only():
    with pytest.raises(RuntimeError, match="inside a service"):
        publish_all([RoofRepaired(house_id=7)])
