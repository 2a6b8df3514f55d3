"""What happens after a sale, with two browsers and real servers: ``make example-live``.

The script starts the platform in a throw-away database, as ``make run`` does, and then is a builder and two buyers:
each logs in over HTTP and opens a WebSocket. It shows four things and stops at the first that does not hold:

1. a customer's message is at the builder within a second;
2. a meeting that is moved moves in the calendars of both sides;
3. certifying a stage of one tower tells exactly its buyer, once, even when the demands are run again;
4. a private file opens by its link only, never for a stranger who has the link, and not after it has ended.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a-long-password-for-the-example"  # noqa: S105  # of people who live as long as this script
AGENT = "An example of a browser"
ZONE = ZoneInfo("Asia/Kolkata")
PATIENCE = 60.0  # seconds
SECOND = 1.0
DEMAND = "Payment requested"  # the title of the notification
PHOTO = "https://example.com/plinth.jpg"
PLAN = [
    {"label": "Token", "kind": "fixed", "trigger": "on_booking"},
    {
        "label": "Booking amount",
        "kind": "percent",
        "percent": 5,
        "trigger": "on_booking",
        "less_fixed": True,
    },
    {
        "label": "Plinth",
        "kind": "percent",
        "percent": 3,
        "trigger": "milestone",
        "milestone_code": "plinth",
    },
    {
        "label": "With possession",
        "kind": "percent",
        "percent": 92,
        "trigger": "on_possession_offer",
    },
]


def check(holds: object, found: object) -> None:
    """Stop with what was found instead."""
    if not holds:
        raise AssertionError(found)


class Refused(Exception):
    """The platform said no; the status is what it said."""

    def __init__(self, status: int, answer: str) -> None:
        super().__init__(f"{status}: {answer}")
        self.status = status


class Person:
    """Somebody with a login, who speaks JSON with the platform."""

    def __init__(self, site: str, kind: str, email: str, **profile: Any) -> None:
        self.site, self.token = site, ""
        self.post(
            "/api/auth/register",
            email=email,
            password=PASSWORD,
            user_type=kind,
            **{f"{kind}_data": profile},
        )
        answer = self.post("/api/auth/login", email=email, password=PASSWORD)
        self.token = answer["access_token"]
        self.id: int = answer["user"]["id"]

    def get(self, path: str) -> Any:
        """What the platform answers."""
        return json.loads(self.send("GET", path))

    def post(self, path: str, **body: Any) -> Any:
        """Send something."""
        return json.loads(self.send("POST", path, json.dumps(body, default=str).encode()))

    def patch(self, path: str, **body: Any) -> Any:
        """Change something."""
        return json.loads(self.send("PATCH", path, json.dumps(body, default=str).encode()))

    def upload(self, name: str, content: bytes) -> dict[str, Any]:
        """Send a file."""
        edge = "an-edge-that-no-file-has"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{edge}--\r\n".encode()
        kind = f"multipart/form-data; boundary={edge}"
        return dict(json.loads(self.send("POST", "/api/files", body, kind)))

    def send(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> bytes:
        """The bytes of the answer. Raises Refused."""
        headers = {"Content-Type": kind, "User-Agent": AGENT}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return fetch(Request(self.site + path, body, headers, method=method))  # noqa: S310  # our own server

    def told(self, title: str) -> list[str]:
        """What notifications with a title say."""
        page = self.get("/api/notifications?limit=100")
        return [row["message"] for row in page["notifications"] if row["title"] == title]


def fetch(request: Request | str) -> bytes:
    """Ask without a word more. Raises Refused."""
    try:
        with urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310  # our own server
            return bytes(answer.read())
    except HTTPError as error:
        raise Refused(error.code, error.read().decode(errors="replace")) from error


class Story:
    """A builder with a project of two towers, and a buyer in each."""

    def __init__(self, site: str, sockets: str) -> None:
        self.site, self.sockets = site, sockets
        mark = f"{time.time_ns():x}"
        reach = {"phone": "+91 98200 22222", "address": "1 Example Road, Pune"}
        self.builder = Person(
            site,
            "builder",
            f"builder-{mark}@example.com",
            company_name="Example Builders",
            license_number=mark,
            **reach,
        )
        self.asha, self.ravi = (
            Person(
                site,
                "customer",
                f"{name.lower()}-{mark}@example.com",
                first_name=name,
                last_name="Rao",
                **reach,
            )
            for name in ("Asha", "Ravi")
        )
        self.project: int = self.builder.post(
            "/api/projects",
            project_name="Example Heights",
            project_type="residential",
            location_city="Pune",
        )["id"]
        towers = [self._tower(name) for name in "AB"]
        self.stages = [stage for _tower, stage in towers]
        self.builder.post(
            "/api/payment-plans",
            project_id=self.project,
            payment_plan="construction_linked",
            name="By stages",
            kind="custom",
            lines=PLAN,
        )
        for (tower, _stage), buyer in zip(towers, (self.asha, self.ravi), strict=True):
            self._sell(tower, buyer)

    def _tower(self, name: str) -> tuple[int, int]:
        """The keys of a tower and of its one stage."""
        tower = self.builder.post(f"/api/projects/{self.project}/towers", name=name, floors=9)
        about = {"project_id": self.project, "tower_id": tower["id"]}
        stage = self.builder.post("/api/milestones", code="plinth", name="Plinth", **about)
        return tower["id"], stage["id"]

    def _sell(self, tower: int, buyer: Person) -> None:
        """A unit of a tower that somebody books and that is confirmed."""
        unit = self.builder.post(
            "/api/units",
            project_id=self.project,
            tower_id=tower,
            unit_number=f"{tower}-101",
            unit_type="2BHK",
            floor_number=1,
            area_sqft=900,
            price=6_000_000,
            bathrooms=2,
        )
        buyer.post(f"/api/units/{unit['id']}/hold")
        booking = buyer.post(
            "/api/bookings", unit_id=unit["id"], payment_plan="construction_linked"
        )
        self.builder.post(
            "/api/payments",
            booking_id=booking["id"],
            payment_type="token",
            amount=booking["token_amount"],
            payment_method="bank_transfer",
            transaction_id=f"EXAMPLE-{tower}",
        )
        self.builder.patch(f"/api/bookings/{booking['id']}/status", status="confirmed")

    def message(self) -> float:
        """Asha writes; returns the seconds until the builder's browser knows."""
        ticket = self.builder.post("/api/realtime/ticket")["ticket"]
        with connect(f"{self.sockets}/realtime?{urlencode({'ticket': ticket})}") as browser:
            for _ in ("hello", "what was missed"):
                browser.recv(timeout=PATIENCE)
            begun = time.monotonic()
            sent = self.asha.post(
                "/api/messages", project_id=self.project, content="Is the balcony tiled?"
            )
            while True:
                events = json.loads(browser.recv(timeout=PATIENCE)).get("events", [])
                if any((e["topic"], e["object_id"]) == ("message", sent["id"]) for e in events):
                    break
            took = time.monotonic() - begun
        check(took < SECOND, f"it took {took:.2f} s")
        unread = self.builder.get("/api/messages/unread-count")
        print(f"1. The message was at the builder after {took * 1000:.0f} ms; unread: {unread}.")
        return took

    def move_a_meeting(self) -> None:
        """Asha's meeting is moved by the builder; both calendars are asked before and after."""
        week = [{"weekday": day, "opens": "10:00", "closes": "18:00"} for day in range(7)]
        self.builder.post(f"/api/projects/{self.project}/working-hours", hours=week)
        feeds = [
            urlsplit(person.post("/api/calendar-feed")["url"]).path
            for person in (self.asha, self.builder)
        ]
        slots: list[dict[str, Any]] = []
        for days in count(2):
            day = datetime.now(UTC).date() + timedelta(days=days)
            slots = self.asha.get(f"/api/projects/{self.project}/slots?date={day}")
            if len(slots) > 4:  # two that do not overlap
                break
        first, second = slots[0]["starts_at"], slots[-1]["starts_at"]
        row = self.asha.post(
            "/api/appointments",
            project_id=self.project,
            appointment_type="site_visit",
            appointment_date=first,
        )
        before = [self._starts(feed) for feed in feeds]
        self.builder.patch(
            f"/api/appointments/{row['id']}/reschedule",
            appointment_date=second,
            reason="The site is closed in the morning.",
        )
        after = [self._starts(feed) for feed in feeds]
        check(before == [[in_calendar(first)]] * 2, before)
        check(after == [[in_calendar(second)]] * 2, after)
        print(f"2. Both calendars said {before[0][0]}, and now say {after[0][0]}.")

    def _starts(self, feed: str) -> list[str]:
        _zone, *events = fetch(self.site + feed).decode().split("BEGIN:VEVENT")
        lines = "".join(events).splitlines()
        return [line.rpartition(":")[2] for line in lines if line.startswith("DTSTART")]

    def certify(self) -> None:
        """The plinth of tower A is certified; its demands are run twice more."""
        stage = self.stages[0]
        self.builder.post(f"/api/milestones/{stage}/report")
        today = datetime.now(UTC).date() - timedelta(days=1)
        body = {"certified_on": today, "photos": [PHOTO]}
        self.builder.post(f"/api/milestones/{stage}/certify", **body)
        for _ in range(2):
            self.builder.post(f"/api/milestones/{stage}/demands")
        again = status_of(lambda: self.builder.post(f"/api/milestones/{stage}/certify", **body))
        check(again == 409, again)  # it is certified already
        heard = [
            [text for text in person.told(DEMAND) if "Plinth" in text]
            for person in (self.asha, self.ravi)
        ]
        check([len(texts) for texts in heard] == [1, 0], heard)
        print(f"3. Told once, to the buyer in tower A: “{heard[0][0]}” To the one in B: nothing.")

    def keep_a_secret(self) -> None:
        """Asha sends the builder a file; who opens it how, and when."""
        file = self.asha.upload("crack.txt.png", picture())
        sent = self.asha.post(
            "/api/messages",
            project_id=self.project,
            content="There is a crack.",
            attachments=[f"/api/files/{file['id']}"],
        )
        rows = self.builder.get("/api/messages?limit=50")["messages"]
        link = next(row["attachment_url"] for row in rows if row["id"] == sent["id"])
        path = link.removeprefix(f"{urlsplit(link).scheme}://{urlsplit(link).netloc}")
        opened = len(self.builder.send("GET", path))
        shown = status_on_a_page(path, minutes=1)
        check(shown == HTTPStatus.OK, shown)
        stranger = status_of(lambda: self.ravi.send("GET", path))
        nobody = status_of(lambda: fetch(self.site + path))
        forged = status_of(lambda: self.builder.send("GET", path[:-3] + "xyz"))
        later = status_on_a_page(path, minutes=61)
        heard = (stranger, nobody, forged, later)
        check(heard == (HTTPStatus.NOT_FOUND,) * 4, heard)
        print(
            f"4. The builder's link gave {opened} bytes, also to its browser. The same link with a stranger's login,"
            f" with nobody's, changed, and in 61 minutes: {stranger}, {nobody}, {forged}, {later}."
        )


def in_calendar(moment: str) -> str:
    """An instant as the project's calendar writes it."""
    return datetime.fromisoformat(moment).astimezone(ZONE).strftime("%Y%m%dT%H%M%S")


def status_of(attempt: Any) -> int:
    """What a refused attempt heard; 200 for one that was not refused."""
    try:
        attempt()
    except Refused as refusal:
        return refusal.status
    return 200


def status_on_a_page(path: str, *, minutes: int) -> int:
    """What a picture on the builder's page would hear in so many minutes: this process moves the platform's clock."""
    from django.test import Client

    from realestate.core import clock

    page = {"host": "localhost", "referer": "http://localhost/", "user-agent": AGENT}
    with clock.pretend(clock.now() + timedelta(minutes=minutes)):
        reply: Any = Client().get(path, headers=page)
        if reply.streaming:
            list(reply.streaming_content)  # at its end the file is closed
        return int(reply.status_code)


def picture() -> bytes:
    """A small photo."""
    import io

    from PIL import Image

    drawn = io.BytesIO()
    Image.linear_gradient("L").save(drawn, "PNG")
    return drawn.getvalue()


def run(site: str, sockets: str) -> float:
    """Tell the story to a running platform; returns how long the message took."""
    story = Story(site, sockets)
    took = story.message()
    story.move_a_meeting()
    story.certify()
    story.keep_a_secret()
    return took


# --- a platform of its own -------------------------------------------------------------------------------------------


@contextmanager
def platform() -> Iterator[tuple[str, str]]:
    """Web server, sockets and worker over a database that is gone afterwards; their addresses."""
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0)
    given = connection.settings_dict
    who = f"{quote(given['USER'])}:{quote(given['PASSWORD'])}"
    where = f"{quote(given['HOST'] or 'localhost', safe='')}:{given['PORT'] or 5432}"
    web, live = free_port(), free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{who}@{where}/{given['NAME']}",
        "PORT": str(web),
        "REALTIME_PORT": str(live),
    }
    serve = [sys.executable, "manage.py", "serve"]
    process = subprocess.Popen(serve, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(process, web, live)
        yield f"http://127.0.0.1:{web}", f"ws://127.0.0.1:{live}"
    finally:
        process.terminate()
        process.wait(PATIENCE)
        connection.creation.destroy_test_db(given["NAME"], verbosity=0)


def free_port() -> int:
    """A port that nobody uses."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(process: subprocess.Popen[bytes], *ports: int) -> None:
    """Until both servers answer."""
    deadline = time.monotonic() + PATIENCE
    for port in ports:
        while True:
            try:
                fetch(f"http://127.0.0.1:{port}/health")
                break
            except OSError:
                check(process.poll() is None, "the platform ended")
                check(time.monotonic() < deadline, "the platform did not start")
                time.sleep(0.1)


def main() -> None:
    """In a database and a folder of its own."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="realestate.settings.local", VAR_DIR=folder, LOG_LEVEL="ERROR"
        )
        import django

        django.setup()
        with platform() as (site, sockets):
            run(site, sockets)
    print("\nAll four hold.")


if __name__ == "__main__":
    main()
