"""Typed readers of environment variables, on django-environ. They refuse what they do not understand.

Each call registers name, kind, default and meaning; ``docs/reference/configuration.md`` is made from that register.
Problems are collected, so that one start shows all of them: each settings module ends in ``env.refuse()``.
"""

import os
import re
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
YES = frozenset({"1", "true", "yes", "on"})
# Keys that begin so stand in this repository; production refuses them.
DEVELOPMENT_PREFIX = "development-only-"
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
NO = frozenset({"0", "false", "no", "off", ""})


@dataclass(frozen=True)
class Variable:
    """One variable that the platform understands."""

    name: str
    kind: str
    default: str
    about: str
    secret: bool = False


class Reader:
    """Reads one set of variables and remembers what was asked for and what was wrong."""

    def __init__(self, source: MutableMapping[str, str]) -> None:
        self.source = source
        self.variables: dict[str, Variable] = {}
        self.problems: list[str] = []
        self._environ = Env()
        self._environ.ENVIRON = source

    def given(self, name: str) -> bool:
        """Whether the variable is set to something."""
        return bool(self.source.get(name, "").strip())

    def text(
        self,
        name: str,
        *,
        about: str,
        default: str = "",
        secret: bool = False,
        choices: Iterable[str] = (),
    ) -> str:
        """Words; with ``choices`` one of them."""
        allowed = tuple(choices)
        self._register(name, " | ".join(allowed) or "text", default, about, secret=secret)
        value = self._raw(name) or default
        if allowed and value not in allowed:
            self._refuse(name, f"must be one of {', '.join(allowed)}")
            return default
        return value

    def number(
        self, name: str, *, about: str, default: int, minimum: int = 0, maximum: int = 2**31
    ) -> int:
        """A whole number within bounds."""
        self._register(name, f"whole number, {minimum} to {maximum}", str(default), about)
        if not self.given(name):
            return default
        try:
            value = int(self._raw(name))
        except ValueError:
            value = minimum - 1
        if not minimum <= value <= maximum:
            self._refuse(name, f"must be a whole number from {minimum} to {maximum}")
            return default
        return value

    def switch(self, name: str, *, about: str, default: bool) -> bool:
        """Yes or no; a word that is neither is refused."""
        self._register(name, "1 or 0", str(int(default)), about)
        value = self._raw(name).lower()
        if value == "" or value not in YES | NO:
            if value:
                self._refuse(name, "must be 1 or 0")
            return default
        return value in YES

    def words(self, name: str, *, about: str, default: Iterable[str] = ()) -> list[str]:
        """A list, separated by commas."""
        self._register(name, "list, separated by commas", ",".join(default), about)
        given = [word.strip() for word in self._raw(name).split(",") if word.strip()]
        return given or list(default)

    def secrets(self, name: str, *, about: str) -> list[str]:
        """Secrets of which any one is good, separated by commas; more than one while they are being changed."""
        self._register(name, "secrets, separated by commas", "", about, secret=True)
        return [word.strip() for word in self._raw(name).split(",") if word.strip()]

    def url(self, name: str, *, about: str, default: str = "") -> str:
        """The address of a site (http or https), without a slash at its end."""
        self._register(name, "http(s) address", default, about)
        return self._site(name, self._raw(name)) or default

    def origins(self, name: str, *, about: str, default: Iterable[str] = ()) -> list[str]:
        """Origins of sites: scheme, host, port and no path."""
        sites = (
            self._site(name, word, path=False)
            for word in self.words(name, about=about, default=default)
        )
        return [site for site in sites if site]

    def database(self, name: str, *, about: str) -> dict[str, Any]:
        """Django's description of a PostgreSQL database; empty when the variable is not set."""
        self._register(name, "postgres://user:password@host:port/name", "", about, secret=True)
        if not self.given(name):
            return {}
        if not self._raw(name).startswith(("postgres://", "postgresql://")):
            self._refuse(name, "must begin with postgres:// (PostgreSQL is the only database)")
            return {}
        database = dict(self._environ.db_url(name))
        # A socket's folder stands in a URL as %2Frun%2Fpostgresql, as libpq reads it too.
        return database | {"HOST": unquote(str(database.get("HOST") or ""))}

    def mail(self, name: str, *, about: str, default: str) -> dict[str, Any]:
        """Django's e-mail settings from an address such as smtp+tls://user:password@host:587."""
        schemes = "smtp://, smtp+tls://, smtp+ssl://, consolemail://, filemail://"
        self._register(name, schemes, default, about, secret=True)
        try:
            return dict(self._environ.email_url(name, default=default))
        except (ImproperlyConfigured, KeyError, ValueError):
            self._refuse(name, f"is not an e-mail server's address such as {default}")
            return dict(self._environ.email_url_config(default))

    def bucket(self, name: str, *, about: str) -> dict[str, Any]:
        """An S3-compatible store, as s3://KEY:SECRET@host/bucket?region=…; empty when the variable is not set.

        ``s3+http://`` speaks without TLS, for a store on the same machine. Without a key the machine's own role holds.
        """
        self._register(name, "s3://KEY:SECRET@host/bucket?region=…", "", about, secret=True)
        if not self.given(name):
            return {}
        parts = urlsplit(self._raw(name))
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        region = query.pop("region", "us-east-1")
        bucket = parts.path.strip("/")
        keys = (unquote(parts.username or ""), unquote(parts.password or ""))
        known = parts.scheme in {"s3", "s3+http"} and host and BUCKET.fullmatch(bucket)
        if not known or query or parts.fragment or not region or bool(keys[0]) != bool(keys[1]):
            self._refuse(
                name, "must look like s3://KEY:SECRET@s3.example.com/bucket?region=eu-west-1"
            )
            return {}
        shown = f"[{host}]" if ":" in str(host) else host
        scheme = "http" if parts.scheme == "s3+http" else "https"
        return {
            "bucket_name": bucket,
            "endpoint_url": f"{scheme}://{shown}" + (f":{port}" if port else ""),
            "region_name": region,
            "access_key": keys[0] or None,
            "secret_key": keys[1] or None,
        }

    def login(self, name: str) -> tuple[str, str]:
        """User and password of an address, each empty where it has none; of an address that is none, too.

        PostgreSQL and Redis take both also from what follows the question mark.
        """
        try:
            parts = urlsplit(self._raw(name))
        except ValueError:
            return "", ""
        more = dict(parse_qsl(parts.query))
        user = unquote(parts.username or "") or more.get("user") or more.get("username", "")
        return user, unquote(parts.password or "") or more.get("password", "")

    def folder(self, name: str, *, about: str, default: Path) -> Path:
        """A folder; a relative one counts from the checkout."""
        shown = default.relative_to(BASE_DIR) if default.is_relative_to(BASE_DIR) else default
        self._register(name, "folder", str(shown), about)
        return (BASE_DIR / self._raw(name)).resolve() if self.given(name) else default

    def require(self, *names: str) -> None:
        """These must be set."""
        for name in names:
            if not self.given(name):
                self._refuse(name, "is required")

    def wrong(self, problem: str) -> None:
        """Note a problem that no single reader can see."""
        self.problems.append(problem)

    def refuse(self) -> None:
        """Stop here when anything was wrong. Raises ImproperlyConfigured with all problems."""
        if self.problems:
            listed = "".join(f"\n  - {problem}" for problem in dict.fromkeys(self.problems))
            message = f"The configuration is not usable:{listed}"
            raise ImproperlyConfigured(message)

    def _site(self, name: str, value: str, *, path: bool = True) -> str:
        value = value.rstrip("/")
        parts = urlsplit(value)
        extra = parts.query or parts.fragment or parts.username or (parts.path and not path)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname or extra):
            limit = "" if path else " without a path"
            self._refuse(name, f"must be an http(s) address{limit}, such as https://example.org")
            return ""
        return value

    def _raw(self, name: str) -> str:
        return self.source.get(name, "").strip()

    def _register(
        self, name: str, kind: str, default: str, about: str, *, secret: bool = False
    ) -> None:
        self.variables[name] = Variable(name, kind, default, about, secret)

    def _refuse(self, name: str, why: str) -> None:
        self.problems.append(f"{name} {why}")  # never the value: it may be a secret


def load_file(path: Path) -> None:
    """Take variables that are not set yet from a file of NAME=value lines."""
    if path.is_file():
        Env.read_env(str(path))


if os.environ.get("ENV_FILE", ".env"):
    load_file(BASE_DIR / os.environ.get("ENV_FILE", ".env"))
env = Reader(os.environ)
