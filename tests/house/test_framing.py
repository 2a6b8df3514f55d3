"""H10: where a request ends is read in one way: what says two things about its length is no request (4.2.1)."""

import os
import socket

import pytest

from benchmarks.servers import HOST, running, wait_until_ready
from benchmarks.stage import free_port
from realestate.management.commands import serve

HEAD = "POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
HIDDEN = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
# What is said of the length, and the body; each would hide a second request from one of two readers.
AMBIGUOUS = {
    "two lengths": f"Content-Length: 2\r\nContent-Length: {2 + len(HIDDEN)}\r\n\r\n{{}}{HIDDEN}",
    "a length with a sign": f"Content-Length: +2\r\n\r\n{{}}{HIDDEN}",
    "two lengths in one": f"Content-Length: 2, 3\r\n\r\n{{}}{HIDDEN}",
    "a way that nobody knows": f"Transfer-Encoding: xchunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{HIDDEN}",
    "chunks not last": f"Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n{HIDDEN}",
    "a chunk without a size": f"Transfer-Encoding: chunked\r\n\r\nz\r\n{{}}\r\n0\r\n\r\n{HIDDEN}",
}


COMMANDS = {"web": serve.web_command, "sockets": serve.sockets_command}


@pytest.fixture(scope="module", params=COMMANDS)
def port(request):
    """A server of its own, as in production: each of the two that answer HTTP."""
    found = free_port()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "realestate.settings.test"}
    with running(COMMANDS[request.param](HOST, found), environment) as process:
        wait_until_ready(process, f"http://{HOST}:{found}/health")
        yield found


def answers(port: int, request: str) -> list[int]:
    """The statuses that come back until the server closes, or has nothing more to say."""
    with socket.create_connection((HOST, port), timeout=3) as line:
        line.sendall(request.encode())
        heard = b""
        try:
            while piece := line.recv(65_536):
                heard += piece
        except TimeoutError:
            pass  # it waits for another request
    return [int(part[:3]) for part in heard.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_H10_what_says_two_things_about_its_length_hides_no_request(port, name):
    found = answers(port, HEAD + AMBIGUOUS[name])
    assert 200 not in found, found
    assert len(found) <= 1


def test_H10_beside_chunks_a_length_does_not_count(port):
    chunked = f"Content-Length: {len(HIDDEN) + 7}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
    found = answers(port, HEAD + chunked + HIDDEN)
    # Refused at once, or both read where the chunks end; the sockets' server knows no such address, and hangs up.
    assert found in ([400], [400, 200], [404], [404, 200])


def test_H10_control_two_requests_in_one_line_are_two(port):
    plain = f"Content-Length: 2\r\n\r\n{{}}{HIDDEN}"
    assert answers(port, HEAD + plain) in ([400, 200], [404, 200])
