"""Gives a database role what the platform needs and no more, so that another one may own the tables."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection

from realestate.core.transactions import service
from realestate.safekeeping.grants import statements


class Command(BaseCommand):
    """Run as the owner of the tables, after each migrate."""

    help = "Grant the role that DATABASE_URL of the platform names its rights; append-only tables stay so for it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, and whether only to show."""
        parser.add_argument("role", help="an existing role that owns nothing")
        parser.add_argument(
            "--print", action="store_true", dest="only_print", help="show the statements"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """All of them or none."""
        wanted = statements(options["role"])
        if options["only_print"]:
            self.stdout.write(";\n".join(wanted) + ";")
            return
        try:
            carry_out(wanted)
        except ProgrammingError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{options['role']} may do what the platform needs: {len(wanted)} statements."
        )


@service
def carry_out(wanted: list[str]) -> None:
    """In one transaction."""
    with connection.cursor() as cursor:
        for statement in wanted:
            cursor.execute(statement)
