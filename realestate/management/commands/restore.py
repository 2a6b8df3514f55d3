"""Puts a backup into an empty database, proves that everything is as it was, and leaves it fenced."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.core.management.base import BaseCommand, CommandError
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from realestate.management.secrets import add_passphrase, passphrase_of
from realestate.safekeeping.folder import Reader
from realestate.safekeeping.programs import SafekeepingError, Where, our_database
from realestate.safekeeping.restoring import Restored, restore_backup

LONGEST = 300  # characters of a definition


class Command(BaseCommand):
    """Check, restore, compare, report."""

    help = "Restore a backup into an empty database (docs/backup.md). It ends fenced: manage.py unfence opens it."
    requires_system_checks: list[str] = []  # an empty database is what it needs

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What, and where to."""
        parser.add_argument("backup", type=Path, metavar="BACKUP", help="the folder of a backup")
        parser.add_argument(
            "--check", action="store_true", help="only read and check all of it; restore nothing"
        )
        parser.add_argument(
            "--into",
            metavar="URL",
            help="another database, as postgres://user:password@host/name; default: DATABASE_URL",
        )
        parser.add_argument(
            "--files-into",
            type=Path,
            metavar="DIR",
            help="a folder for the files; default: the platform's storage",
        )
        parser.add_argument("--no-files", action="store_true", help="only the database")
        add_passphrase(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit code 1 when it is refused, or when anything is not as it was."""
        if options["into"] and not (
            options["files_into"] or options["no_files"] or options["check"]
        ):
            raise CommandError(
                "With --into, say where the files go: --files-into DIR, or --no-files."
            )
        tell = (lambda line: self.stderr.write(f"… {line}")) if options["verbosity"] else _silent
        try:
            reader = Reader(options["backup"].resolve(), passphrase=passphrase_of(options))
            if options["check"]:
                manifest = reader.prove(tell)
                self.stdout.write(
                    f"whole: {len(manifest['files'])} files, {len(manifest['database']['tables'])} tables"
                )
                return
            restored = restore_backup(
                reader, into=_where(options["into"]), files=_storage(options), tell=tell
            )
        except SafekeepingError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(table(restored))
        if restored.differences:
            raise CommandError(f"{len(restored.differences)} things are not as they were.")
        if restored.migrations_to_come:
            self.stdout.write(f"{restored.migrations_to_come} newer migrations: manage.py migrate")
        self.stdout.write(
            "The database is fenced: manage.py unfence, when it is to be the real one."
        )


def _silent(_line: str) -> None:
    pass


def _where(url: str | None) -> Where:
    """Raises SafekeepingError for an address that is none."""
    if not url:
        return our_database()
    try:
        return {
            key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None
        }
    except ProgrammingError as error:
        raise SafekeepingError(f"--into is no address of a database: {error}") from error


def _storage(options: dict[str, Any]) -> Storage | None:
    if options["no_files"]:
        return None
    return (
        FileSystemStorage(options["files_into"].resolve())
        if options["files_into"]
        else default_storage
    )


def table(restored: Restored) -> str:
    """Each table with its rows and whether they are the same; then everything else by kind."""
    unlike = {(found.what, found.name): found for found in restored.differences}
    lines = [f"{'table':<44} {'rows':>12}  same"]
    for name, (rows, _checksum) in restored.likeness["tables"].items():
        lines.append(f"{name:<44} {int(rows):>12,}  {'no' if ('table', name) in unlike else 'yes'}")
    lines.append("")
    kinds = {"sequences": restored.likeness["sequences"], **restored.likeness["structure"]}
    for what, names in kinds.items():
        bad = [name for kind, name in unlike if kind in {what, what.removesuffix("s")}]
        lines.append(f"{what:<44} {len(names):>12,}  {'no' if bad else 'yes'}")
    lines.append(
        f"{'files':<44} {restored.files:>12,}  {'no' if any(kind == 'file' for kind, _ in unlike) else 'yes'}"
    )
    lines += [
        f"  {found.what} {found.name}: was {found.was[:LONGEST]}; is {found.found[:LONGEST]}"
        for found in restored.differences
    ]
    return "\n".join(lines)
