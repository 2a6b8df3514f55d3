"""Asks a server of this machine for its health: ``python deploy/probe.py [PATH] [PORT]``; exit code 0 if it is well.

Only the standard library, and none of ours: it runs every few seconds.
"""

import os
import sys
from http.client import HTTPConnection, HTTPException

PATIENCE = 2.5  # seconds
OK = 200


def is_well(path: str, port: int) -> bool:
    """Whether it answers 200, by a host name that it knows."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
    try:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status == OK
    except (OSError, HTTPException):
        return False


if __name__ == "__main__":
    asked = sys.argv[1:]
    path = asked[0] if asked else "/health/ready"
    port = int(asked[1] if asked[1:] else os.environ.get("PORT") or 8000)
    sys.exit(0 if is_well(path, port) else 1)
