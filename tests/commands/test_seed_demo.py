"""``seed_demo``: one demo, through the services, that adds up and stays as it is."""

import io
from collections import Counter

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from PIL import Image

from accounts.models import Builder, Customer, Session, User
from accounts.services import log_in
from bookings.enums import BookingState
from bookings.models import Booking, ChangeQuote
from messaging.models import Message
from notifications.models import Notification
from payments.models import Payment
from progress.models import ConstructionUpdate
from projects.enums import UnitType
from projects.models import Project, Tower, Unit
from realestate.core import audit, clock
from realestate.core.models import AuditEntry, StoredFile
from realestate.integrity import run_checks
from realestate.management.commands import seed_demo
from realestate.management.commands.serve import DEMO_LOGINS, DEMO_PASSWORD
from realestate.management.demo import catalogue, pictures
from scheduling.models import Appointment

PRODUCTION = "realestate.settings.production"


def run(name: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(name, *arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, request):
    """One seeding for all tests of this file, undone at their end."""
    # The same mark that Django's TestCase sets: services do not take the block around tests for theirs.
    atomics = TestCaseBlock()
    with django_db_blocker.unblock():
        atomics.enter()
        text = run("seed_demo")
        yield text
        atomics.leave()


class TestCaseBlock:
    """What ``django.test.TestCase`` does around a class of tests."""

    def enter(self) -> None:
        from django.test import TestCase

        self.case = TestCase
        self.blocks = TestCase._enter_atomics()

    def leave(self) -> None:
        self.case._rollback_atomics(self.blocks)
