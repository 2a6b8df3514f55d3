"""What production asks of the addresses of services: a secret that nobody knows, a certificate that is looked at."""

from collections.abc import Collection
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from realestate.settings.env import env

# What stands in examples and what servers come with; compared without regard to case.
KNOWN_TO_ALL = frozenset(
    {
        "account",
        "admin",
        "changeme",
        "default",
        "guest",
        "key",
        "minioadmin",
        "password",
        "postgres",
        "root",
        "secret",
        "test",
        "token",
        "user",
    }
)
LOGINS = (
    "DATABASE_URL",
    "DATABASE_REPLICA_URL",
    "REDIS_URL",
    "FILES_URL",
    "EMAIL_URL",
    "SMS_URL",
    "PUSH_URL",
)
# Variables by which libpq goes elsewhere than the address says.
LEAD_ELSEWHERE = ("PGHOSTADDR", "PGSERVICE")


def check_logins() -> None:
    """Note each address whose secret everybody knows: that of an example, of a new server, or the name once more."""
    for name in LOGINS:
        user, password = env.login(name)
        if name == "PUSH_URL" and not password:
            user, password = "", user  # a relay's key stands alone
        if password and (password.casefold() in KNOWN_TO_ALL or password == user):
            env.wrong(f"{name} has a password that everybody knows; give one of your own")


def is_on_this_machine(host: str) -> bool:
    """Whether a host is a socket's folder or the machine itself; such words cross no network."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in {"", "localhost"} or host.startswith(("/", "@"))


def check_database(name: str, given: dict[str, Any], *, closed: Collection[str]) -> None:
    """Note a PostgreSQL server elsewhere whose certificate nobody looks at.

    ``sslmode=require`` takes any certificate, also that of whoever stands in between. ``closed`` names the hosts of a
    network that the operator keeps closed.
    """
    options = given.get("OPTIONS", {})
    named = given.get("HOST") or options.get("host") or env.source.get("PGHOST", "")
    hosts = str(named).split(",")
    is_near = all(is_on_this_machine(host) or host in closed for host in hosts)
    leads_elsewhere = {"hostaddr", "service"} & set(options) or any(map(env.given, LEAD_ELSEWHERE))
    if given and options.get("sslmode") != "verify-full" and (not is_near or leads_elsewhere):
        env.wrong(
            f"{name} must say sslmode=verify-full, unless its server is on this machine or in CLOSED_NETWORK_HOSTS"
        )


def check_redis(address: str) -> None:
    """Note a Redis whose certificate nobody looks at; the client looks unless its address tells it not to."""
    query = dict(parse_qsl(urlsplit(address).query))
    if query.get("ssl_cert_reqs", "required") != "required" or "ssl_check_hostname" in query:
        env.wrong("REDIS_URL must not switch the look at certificates off")


def check_mail(given: dict[str, Any], *, closed: Collection[str]) -> None:
    """Note a mail server elsewhere that is told letters and a password in plain words."""
    host, by_tls = (
        given.get("EMAIL_HOST") or "",
        given.get("EMAIL_USE_TLS") or given.get("EMAIL_USE_SSL"),
    )
    if not by_tls and not is_on_this_machine(host) and host not in closed:
        env.wrong(
            "EMAIL_URL must speak TLS (smtp+tls or smtp+ssl), unless its server is on this machine or in"
            " CLOSED_NETWORK_HOSTS"
        )
