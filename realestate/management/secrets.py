"""The passphrase of a backup: from a file or from the environment, never from the command line: others see it."""

import os
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from realestate.safekeeping.cipher import SHORTEST_PASSPHRASE

VARIABLE = "BACKUP_PASSPHRASE"


def add_passphrase(parser: ArgumentParser) -> None:
    """The option that names the file."""
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help=f"its first line is the passphrase; without it {VARIABLE} of the environment, if set",
    )


def passphrase_of(options: Mapping[str, Any]) -> str:
    """The passphrase; empty when none is given. Raises CommandError for one that is too short to protect anything."""
    path: Path | None = options["passphrase_file"]
    try:
        given = path.read_text().split("\n", 1)[0] if path else os.environ.get(VARIABLE, "")
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    if (path or given) and len(given.strip()) < SHORTEST_PASSPHRASE:
        raise CommandError(f"A passphrase has at least {SHORTEST_PASSPHRASE} characters.")
    return given.strip()
