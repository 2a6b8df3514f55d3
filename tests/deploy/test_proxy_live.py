"""H10: the proxy of deploy/ as it answers and writes, where nginx is installed; what it says is in test_proxy."""

import json
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from realestate.core.headers import OF_THE_REST
from tests.deploy.nginx import HERE, PROGRAM, proxy

# The settings themselves are read in test_proxy, everywhere; here nginx reads them, where there is one.
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="nginx is not installed; see test_proxy")
SECRET = "c4nary-secret"
KEPT = "max-age=31536000; includeSubDomains"
BYE = "Host: localhost\r\nConnection: close\r\n\r\n"


class Web(BaseHTTPRequestHandler):
    """A web server that sets a header itself, and falls silent where it is told to."""

    def do_GET(self):
        """200 for everybody."""
        if "broken" in self.path:
            self.close_connection = True
            return
        self.send_response(403 if "upgrade" in self.headers else 200)
        self.send_header("Strict-Transport-Security", KEPT)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        """Nothing."""


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """The proxy before a web server; behind the sockets' address is a server that refuses, too."""
    with ThreadingHTTPServer((HERE, 0), Web) as web:
        Thread(target=web.serve_forever).start()
        port = web.server_address[1]
        with proxy(tmp_path_factory.mktemp("nginx"), web=port, sockets=port) as running:
            yield running
        web.shutdown()


def head(answer: str) -> dict[str, list[str]]:
    """The headers of an answer by their small names; the status by an empty one."""
    first, *lines = answer.partition("\r\n\r\n")[0].split("\r\n")
    found: dict[str, list[str]] = {"": [first.split()[1]]}
    for line in lines:
        name, _, value = line.partition(": ")
        found.setdefault(name.lower(), []).append(value)
    return found


UPGRADE = f"Upgrade: websocket\r\nOrigin: https://evil.example\r\n{BYE}"
OWN = {
    "figures": (f"GET /metrics HTTP/1.1\r\n{BYE}", 404),
    "how well we are": (f"GET /health/ready HTTP/1.1\r\n{BYE}", 404),
    "a server that broke off": (f"GET /broken HTTP/1.1\r\n{BYE}", 502),
    "too much": (f"POST /api/files HTTP/1.1\r\nContent-Length: 999999999\r\n{BYE}", 413),
    "no request": ("x\r\n\r\n", 400),
    "no host": ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    "too long a line": (f"GET /{'x' * 20_000} HTTP/1.1\r\n{BYE}", 414),
    "too long a header": (f"GET / HTTP/1.1\r\nX-Long: {'x' * 40_000}\r\n{BYE}", 400),
    "a way that nobody knows": (f"POST / HTTP/1.1\r\nTransfer-Encoding: x\r\n{BYE}", 501),
    "a socket that is refused": (f"GET /realtime HTTP/1.1\r\n{UPGRADE}", 403),
}


@pytest.mark.parametrize("kind", OWN)
def test_H10_what_the_proxy_answers_itself_has_the_headers_of_all_others(front, kind):
    request, status = OWN[kind]
    answer = front.ask(request)
    said = head(answer)
    assert said[""] == [str(status)]
    assert said["strict-transport-security"] == [KEPT]
    assert said["x-content-type-options"] == ["nosniff"]
    assert said["referrer-policy"] == ["same-origin"]
    assert said["content-security-policy"] == [OF_THE_REST]
    assert said["content-type"] == ["application/json"]
    assert said["server"] == ["nginx"]
    body = json.loads(answer.partition("\r\n\r\n")[2])
    assert set(body) == {"detail", "code", "errors", "request_id"}


def test_H10_what_the_platform_answers_it_leaves_as_it_is(front):
    said = head(front.get("/api/projects"))
    assert said[""] == ["200"]
    assert said["strict-transport-security"] == [KEPT]
    assert "content-security-policy" not in said


@pytest.mark.parametrize(
    ("path", "status", "place"),
    [
        ("/admin/login/?next=/admin/", 308, ["https://localhost/admin/login/?next=/admin/"]),
        ("/", 308, ["https://localhost/"]),
        ("/api/auth/me", 403, None),
        ("/realtime?ticket=x", 403, None),
        ("/health", 403, None),
        ("/metrics", 403, None),
        ("/api/files/1/content?token=x", 403, None),
    ],
)
def test_H10_only_pages_are_sent_on_from_plain_http(front, path, status, place):
    said = head(front.get(path, tls=False))
    assert (said[""], said.get("location")) == ([str(status)], place)
    assert said["content-type"] == ["text/html; charset=utf-8"]
    assert said["x-content-type-options"] == ["nosniff"]
    assert "frame-ancestors 'none'" in said["content-security-policy"][0]


def test_H10_no_secret_of_an_address_is_in_its_lines(front):
    addresses = [
        f"/api/calendar/{SECRET}.ics",
        f"//api/Calendar/{SECRET}",
        f"/api/%63alendar/{SECRET}.ics",
        f"/api/files/1?token={SECRET}",
        f"/realtime?ticket={SECRET}",
        f"/broken?token={SECRET}",
        f"/api/calendar/broken/{SECRET}",
        f"/metrics?token={SECRET}",
    ]
    for address in addresses:
        front.get(address)
        front.get(address, tls=False)
        # No host: it is no request.
        front.ask(f"GET {address} HTTP/1.1\r\nConnection: close\r\n\r\n")
    front.get("/api/units/77")
    lines = front.lines()
    assert SECRET not in lines
    assert '"GET /api/calendar/[hidden]" 200' in lines
    assert '"GET /broken" 502' in lines
    assert '"GET /api/units/77" 200' in lines


def test_H10_a_server_that_is_away_is_told_without_the_request(tmp_path):
    with socket.socket() as nobody:
        nobody.bind((HERE, 0))
        port = nobody.getsockname()[1]
        with proxy(tmp_path, web=port, sockets=port) as front:
            assert head(front.get(f"/realtime?ticket={SECRET}"))[""] == ["502"]
            assert SECRET not in front.lines()
            assert '"GET /realtime" 502' in front.lines()
