"""A Redis for tests: the real one where it is installed."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from fakeredis import TcpFakeServer
from redis import Redis, RedisError

PATIENCE = 15.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def redis_server(*options: str) -> Iterator[str]:
    """Its address. Redis itself where it is installed, else a server that speaks its protocol and knows no options."""
    if (program := shutil.which("redis-server")) is not None:
        yield from real_redis(program, *options)
        return
    server = TcpFakeServer(("127.0.0.1", free_port()))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"redis://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def real_redis(program: str, *more: str) -> Iterator[str]:
    """A server of its own that keeps nothing."""
    port = free_port()
    options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [program, "--port", str(port), "--dir", folder, *options, *more],
            stdout=subprocess.DEVNULL,
        )
        url = f"redis://127.0.0.1:{port}"
        deadline = time.monotonic() + PATIENCE
        try:
            with Redis.from_url(url) as client:
                while True:
                    with suppress(RedisError):
                        client.ping()
                        break
                    assert server.poll() is None, "Redis ended"
                    assert time.monotonic() < deadline, "Redis did not start"
            yield url
        finally:
            server.terminate()
            server.wait(30)
