"""The files of deploy/, read."""

import re
from functools import cache
from typing import Any

import yaml

from realestate.settings.env import BASE_DIR

DEPLOY = BASE_DIR / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
ENVIRONMENTS = sorted(DEPLOY.glob("*.env.example"))
ASSIGNED = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")


@cache
def compose() -> dict[str, Any]:
    """The composition."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def services() -> dict[str, Any]:
    """Its services."""
    return compose()["services"]


def ours() -> dict[str, Any]:
    """Those that run the platform's own image."""
    return {
        name: service
        for name, service in services().items()
        if service["image"].startswith("realestate:")
    }


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, each with what follows it."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def assignments(text: str) -> dict[str, str]:
    """NAME=value lines, with or without ``Environment=`` before them."""
    lines = (line.removeprefix("Environment=") for line in text.splitlines())
    return {found[1]: found[2] for line in lines if (found := ASSIGNED.fullmatch(line))}


def unit(path) -> dict[str, list[str]]:
    """A unit's settings by their names, each with its values."""
    found: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found
