"""SMS and push: on the console, and over HTTP to servers that speak as the carriers do."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core import mail

from notifications import jobs, services
from notifications.channels.carriers import CarrierRefused
from notifications.enums import Channel
from notifications.models import Delivery, Device, Notification, QuietHours
from notifications.rules import PAUSES
from realestate.core.models import AuditEntry
from tests.cast import Cast

NIGHT = datetime(2026, 3, 2, 20, tzinfo=UTC)  # half past one in India
MORNING = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)


class Carrier(ThreadingHTTPServer):
    """Keeps what it was sent, and answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status: dict[str, int] = {}
        super().__init__(("127.0.0.1", 0), Desk)


class Desk(BaseHTTPRequestHandler):
    """Reads a form, or JSON, and who sends it."""

    server: Carrier

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        is_json = self.headers["Content-Type"] == "application/json"
        said = json.loads(body) if is_json else {k: v[0] for k, v in parse_qs(body).items()}
        self.server.asked.append(
            {"path": self.path, "key": self.headers["Authorization"], "said": said}
        )
        self.send_response(
            self.server.status.get(said.get("token", ""), self.server.status.get("", 201))
        )
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()

    def log_message(self, *_words: Any) -> None:
        """Quiet."""


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with Carrier() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def by_sms(cast: Cast) -> None:
    """Asha wants news of bookings as text messages only."""
    cast.asha.customer.phone = "+91 98200-12345"
    cast.asha.customer.save()
    services.set_preferences(
        actor=cast.asha, wishes={"booking_update": {"sms": True, "email": False}}
    )


def ways_of(row: Notification) -> list[str]:
    return list(row.deliveries.order_by("pk").values_list("channel", flat=True))


def send(row: Notification, channel: str) -> Delivery:
    way = row.deliveries.get(channel=channel)
    jobs.deliver(delivery_id=way.pk)
    way.refresh_from_db()
    return way


# --- which channels --------------------------------------------------------------------------------------------------


def test_each_wanted_channel_has_a_delivery_of_its_own(cast, tell):
    services.register_device(actor=cast.asha, token="t", platform="web")
    services.set_preferences(actor=cast.asha, wishes={"booking_update": {"sms": True}})
    [row] = tell(cast.asha)
    assert (ways_of(row), row.send_via) == (["email", "sms", "push"], "email")
    [other] = tell(cast.ravi, dedupe_key="2")
    assert ways_of(other) == ["email"]


def test_push_needs_a_device(cast, tell):
    [row] = tell(cast.asha, notification_type="message_received")
    assert ways_of(row) == []
    device = services.register_device(actor=cast.asha, token="t", platform="ios")
    [row] = tell(cast.asha, notification_type="message_received", dedupe_key="2")
    assert (ways_of(row), row.send_via, row.sent_at) == (["push"], "push", None)
    services.remove_device(actor=cast.asha, device_id=device.pk)
    [row] = tell(cast.asha, notification_type="message_received", dedupe_key="3")
    assert ways_of(row) == []


def test_what_nobody_carries_is_not_offered(cast, as_, settings, tell):
    settings.SMS_URL = settings.PUSH_URL = ""
    services.register_device(actor=cast.asha, token="t", platform="web")
    services.set_preferences(actor=cast.asha, wishes={"booking_update": {"sms": True}})
    assert ways_of(tell(cast.asha)[0]) == ["email"]
    shown = as_(cast.asha).get("/api/notifications/preferences").json()["preferences"]
    assert shown["booking_update"] == {"in_app": True, "email": True}
    wish = {"preferences": {"booking_update": {"sms": True}}}
    assert as_(cast.asha).patch("/api/notifications/preferences", wish).status_code == 400


def test_who_was_told_before_gets_no_new_delivery_after_another_wish(cast, tell):
    [row] = tell(cast.asha)
    services.set_preferences(actor=cast.asha, wishes={"booking_update": {"sms": True}})
    tell(cast.asha)
    assert ways_of(row) == ["email"]


# --- SMS -------------------------------------------------------------------------------------------------------------


def test_an_sms_on_the_console(cast, tell, by_sms, capsys, settings):
    [row] = tell(cast.asha, message="Unit A-101 is yours.", action_url="/customer/bookings")
    assert send(row, Channel.SMS).sent_at is not None
    assert capsys.readouterr().out == (
        "--- SMS to +919820012345\n"
        f"News: Unit A-101 is yours. {settings.FRONTEND_URL}/customer/bookings\n---\n"
    )


def test_an_sms_by_twilio(cast, tell, by_sms, carrier, settings):
    settings.SMS_URL = f"twilio+http://AC1:s%40t@127.0.0.1:{carrier.server_port}?from=%2B15550100"
    [row] = tell(cast.asha, message="x" * 900)
    send(row, Channel.SMS)
    [asked] = carrier.asked
    assert asked["path"] == "/2010-04-01/Accounts/AC1/Messages.json"
    assert asked["key"] == "Basic QUMxOnNAdA=="  # AC1:s@t
    assert (asked["said"]["To"], asked["said"]["From"]) == ("+919820012345", "+15550100")
    assert len(asked["said"]["Body"]) == 459
    assert asked["said"]["Body"].endswith("x…")


@pytest.mark.parametrize("status", [400, 429, 500, 302])
def test_a_carrier_that_refuses_is_asked_again_later(cast, tell, by_sms, carrier, settings, status):
    settings.SMS_URL = f"twilio+http://AC1:st@127.0.0.1:{carrier.server_port}?from=1"
    carrier.status[""] = status
    [row] = tell(cast.asha)
    way = row.deliveries.get()
    with pytest.raises(CarrierRefused):
        jobs.deliver(delivery_id=way.pk)
    way.refresh_from_db()
    assert (way.sent_at, way.tries, way.next_try_at is None) == (None, 1, False)
    assert way.error == f"CarrierRefused: {status} "
    assert len(carrier.asked) == 1
    row.refresh_from_db()
    assert row.sent_at is None


def test_without_a_number_there_is_nothing_to_send(cast, tell, by_sms):
    type(cast.asha.customer).objects.filter(pk=cast.asha.pk).update(phone="unknown")
    with pytest.raises(CarrierRefused, match="no telephone number"):
        jobs.deliver(delivery_id=tell(cast.asha)[0].deliveries.get().pk)


# --- push ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def devices(cast) -> list[Device]:
    return [
        services.register_device(actor=cast.asha, token=token, platform="android", name=token)
        for token in ("phone", "tablet")
    ]


def test_a_push_message_on_the_console(cast, tell, devices, capsys):
    [row] = tell(cast.asha, notification_type="message_received", message="Hello")
    assert send(row, Channel.PUSH).sent_at is not None
    assert capsys.readouterr().out == (
        "--- Push to phone\nNews\nHello\n\n---\n--- Push to tablet\nNews\nHello\n\n---\n"
    )


def test_a_push_message_by_a_relay_reaches_every_device(cast, tell, devices, carrier, settings):
    settings.PUSH_URL = f"http://k%2Fey@127.0.0.1:{carrier.server_port}/send"
    [row] = tell(cast.asha, notification_type="message_received", message="Hello", action_url="/m")
    send(row, Channel.PUSH)
    assert [asked["said"]["token"] for asked in carrier.asked] == ["phone", "tablet"]
    assert carrier.asked[0] == {
        "path": "/send",
        "key": "Bearer k/ey",
        "said": {
            "token": "phone",
            "platform": "android",
            "id": f"notification-{row.pk}",
            "title": "News",
            "body": "Hello",
            "url": f"{settings.FRONTEND_URL}/m",
        },
    }


def test_devices_that_are_gone_are_forgotten_and_one_that_took_it_is_enough(
    cast, tell, devices, carrier, settings
):
    settings.PUSH_URL = f"http://key@127.0.0.1:{carrier.server_port}/send"
    carrier.status["phone"] = 410
    [row] = tell(cast.asha, notification_type="message_received")
    assert send(row, Channel.PUSH).sent_at is not None
    assert list(Device.objects.values_list("token", flat=True)) == ["tablet"]
    carrier.status["tablet"] = 500
    [row] = tell(cast.asha, notification_type="message_received", dedupe_key="2")
    with pytest.raises(CarrierRefused):
        jobs.deliver(delivery_id=row.deliveries.get().pk)
    assert Device.objects.count() == 1


# --- devices over the API --------------------------------------------------------------------------------------------


def test_a_device_is_registered_listed_and_removed(cast, as_):
    client = as_(cast.asha)
    wish = {"token": "secret-token", "platform": "web", "name": "Laptop"}
    made = client.post("/api/notifications/devices", wish)
    assert made.status_code == 201
    listed = client.get("/api/notifications/devices")
    assert "secret-token" not in listed.content.decode()
    assert [row["name"] for row in listed.json()] == ["Laptop"]
    pk = made.json()["id"]
    assert as_(cast.ravi).delete(f"/api/notifications/devices/{pk}").status_code == 404
    assert client.delete(f"/api/notifications/devices/{pk}").status_code == 200
    assert not Device.objects.exists()


def test_a_device_belongs_to_who_logged_in_there_last(cast, as_):
    wish = {"token": "one", "platform": "web"}
    as_(cast.asha).post("/api/notifications/devices", wish)
    as_(cast.ravi).post("/api/notifications/devices", wish)
    assert [device.user_id for device in Device.objects.all()] == [cast.ravi.pk]


def test_nobody_registers_devices_without_end(cast, as_):
    client = as_(cast.asha)
    replies = [
        client.post("/api/notifications/devices", {"token": str(n), "platform": "ios"})
        for n in range(21)
    ]
    assert [reply.status_code for reply in replies] == [201] * 20 + [422]
    assert replies[-1].json()["code"] == "too_many_devices"
    again = client.post("/api/notifications/devices", {"token": "3", "platform": "ios"})
    assert (again.status_code, Device.objects.count()) == (201, 20)


@pytest.mark.parametrize(
    "wrong", [{}, {"token": "", "platform": "web"}, {"token": "x", "platform": "fridge"}]
)
def test_what_is_no_device_is_refused(cast, as_, wrong):
    assert as_(cast.asha).post("/api/notifications/devices", wrong).status_code == 400
    assert not Device.objects.exists()


# --- quiet hours -----------------------------------------------------------------------------------------------------


@pytest.fixture
def quiet(cast) -> None:
    hours = {"starts": "22:00", "ends": "07:00", "time_zone": "Asia/Kolkata"}
    QuietHours.objects.create(user=cast.asha, **hours)


def test_R20_quiet_hours_delay_and_never_drop(cast, tell, quiet, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    [row] = tell(cast.asha)
    way = send(row, Channel.EMAIL)
    assert (mail.outbox, way.next_try_at, way.tries) == ([], MORNING, 0)
    assert services.queue_waiting_deliveries() == 0
    time_machine.move_to(MORNING, tick=False)
    assert services.queue_waiting_deliveries() == 1
    assert send(row, Channel.EMAIL).sent_at == MORNING
    assert len(mail.outbox) == 1


def test_what_is_critical_goes_at_once(cast, tell, quiet, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    assert send(tell(cast.asha, priority="critical")[0], Channel.EMAIL).sent_at == NIGHT


def test_quiet_hours_are_ones_own(cast, tell, quiet, time_machine):
    time_machine.move_to(NIGHT, tick=False)
    assert send(tell(cast.ravi)[0], Channel.EMAIL).sent_at == NIGHT


def test_quiet_hours_over_the_api(cast, as_):
    client = as_(cast.asha)
    path = "/api/notifications/quiet-hours"
    assert client.get(path).json() == {"quiet_hours": None}
    hours = {"starts": "22:00", "ends": "07:00", "time_zone": "Asia/Kolkata"}
    assert client.post(path, hours).json() == {"quiet_hours": hours}
    assert client.post(path, {**hours, "ends": "06:00"}).json()["quiet_hours"]["ends"] == "06:00"
    assert QuietHours.objects.count() == 1
    assert AuditEntry.objects.filter(action="quiet_hours_set").count() == 2
    assert client.delete(path).status_code == 200
    assert client.delete(path).status_code == 200
    assert client.get(path).json() == {"quiet_hours": None}
    assert AuditEntry.objects.filter(action="quiet_hours_ended").count() == 1


@pytest.mark.parametrize(
    "change",
    [{"ends": "22:00"}, {"starts": "25:00"}, {"starts": None}, {"time_zone": "Mars/Olympus"}],
)
def test_wrong_quiet_hours_are_refused(cast, as_, change):
    hours = {"starts": "22:00", "ends": "07:00", "time_zone": "Asia/Kolkata", **change}
    assert as_(cast.asha).post("/api/notifications/quiet-hours", hours).status_code == 400
    assert not QuietHours.objects.exists()


# --- dead letters ----------------------------------------------------------------------------------------------------


def test_a_dead_letter_is_tried_again_by_hand_from_the_beginning(cast, tell, queued, settings):
    [row] = tell(cast.asha)
    way = row.deliveries.get()
    Delivery.objects.filter(pk=way.pk).update(
        tries=len(PAUSES) + 1, next_try_at=None, failed_at=NIGHT, error="away"
    )
    services.retry_delivery(actor=cast.sana, delivery_id=way.pk)
    assert queued() == [row.pk] * 2
    assert send(row, Channel.EMAIL).tries == 1
    assert len(mail.outbox) == 1
    with pytest.raises(services.DeliveryNotFailed):
        services.retry_delivery(actor=cast.sana, delivery_id=way.pk)
    assert AuditEntry.objects.filter(action="retried").count() == 1
