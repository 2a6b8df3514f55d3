"""Takes a backup of everything: the database and the files, with checksums, encrypted if there is a passphrase."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from realestate.core import clock
from realestate.core.models import Fence
from realestate.management.secrets import add_passphrase, passphrase_of
from realestate.safekeeping.keeping import Kept, backups_of, outlived
from realestate.safekeeping.programs import SafekeepingError
from realestate.safekeeping.taking import Taken, take_backup


class Command(BaseCommand):
    """Take one, then remove those that are no longer kept."""

    help = "Back up the database and the files into a folder (docs/backup.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, whether encrypted, and what is kept of older ones."""
        parser.add_argument("--to", type=Path, default=settings.VAR_DIR / "backups", metavar="DIR")
        add_passphrase(parser)
        kept = parser.add_argument_group(
            "older backups of this platform in DIR; none is removed without these"
        )
        kept.add_argument(
            "--keep-daily",
            type=int,
            default=0,
            metavar="N",
            help="of the last N days that have one, the newest",
        )
        kept.add_argument(
            "--keep-weekly", type=int, default=0, metavar="N", help="of the last N weeks"
        )
        kept.add_argument(
            "--keep-monthly", type=int, default=0, metavar="N", help="of the last N months"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say which would be removed; take no backup"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit code 1 when no backup was made, or when rows name files that the storage has not."""
        folder: Path = options["to"].resolve()
        kept = Kept(
            daily=options["keep_daily"],
            weekly=options["keep_weekly"],
            monthly=options["keep_monthly"],
        )
        if options["dry_run"]:
            self._clean(folder, kept, is_dry=True)
            return
        try:
            taken = take_backup(
                into=folder,
                passphrase=passphrase_of(options),
                now=clock.now(),
                tell=lambda line: self.stderr.write(f"… {line}") if options["verbosity"] else None,
            )
        except SafekeepingError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(_summary(taken))
        self._clean(folder, kept, is_dry=False)
        if taken.problems:
            listed = "".join(f"\n  {problem}" for problem in taken.problems)
            raise CommandError(f"The backup is complete, but the platform's files are not:{listed}")

    def _clean(self, folder: Path, kept: Kept, *, is_dry: bool) -> None:
        if not (kept.daily or kept.weekly or kept.monthly):
            return
        found = backups_of(str(Fence.objects.get().system), folder)
        for at in outlived(found, kept):
            if not is_dry:
                shutil.rmtree(found[at])
            self.stdout.write(f"{'would remove' if is_dry else 'removed'} {found[at]}")


def _summary(taken: Taken) -> str:
    return (
        f"{taken.folder}: {taken.tables} tables, {taken.rows:,} rows, {taken.files:,} files,"
        f" {taken.size / 1e6:,.1f} MB"
    )
