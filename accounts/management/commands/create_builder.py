"""Make a builder's account; its owner chooses the password by a link that is mailed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.serializers import InvitationWrite
from accounts.services import invite_builder
from realestate.core.audit import SYSTEM
from realestate.core.errors import DomainError


class Command(BaseCommand):
    """``manage.py create_builder --email … --company … --license … --phone …``."""

    help = "Create a builder; a link to set the password is sent to the e-mail address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """All four are required."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--company", required=True, help="Name of the company.")
        parser.add_argument("--license", required=True, help="Licence number.")
        parser.add_argument("--phone", required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Exit code 1 and a sentence when something is not acceptable."""
        body = InvitationWrite(
            data={
                "email": options["email"],
                "company_name": options["company"],
                "license_number": options["license"],
                "phone": options["phone"],
            }
        )
        if not body.is_valid():
            problems = (f"{name}: {texts[0]}" for name, texts in body.errors.items())
            raise CommandError("; ".join(problems))
        try:
            builder = invite_builder(actor=SYSTEM, **body.validated_data)
        except DomainError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(
            f"Builder {builder.pk} created; a link to set the password goes to {builder.user.email}."
        )
