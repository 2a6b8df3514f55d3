"""``seed_demo``: one demo, through the services, that adds up and stays as it is."""

import io
import re

import pytest
from django.core.management.base import CommandError
from django.db.models import Count
from django.test import TestCase, override_settings
from PIL import Image

from accounts.models import Builder, Customer, Session, User
from accounts.services import Client, log_in, recognise
from bookings.enums import BookingState, ChangeState
from bookings.models import Booking, ChangeQuote, ChangeRequest
from messaging.models import Message
from notifications.models import Delivery, Notification
from payments.models import Payment
from progress.models import ConstructionUpdate
from projects.enums import UnitType
from projects.models import Project, Unit
from realestate.core import audit, clock
from realestate.core.models import AuditEntry, StoredFile
from realestate.integrity import run_checks
from realestate.management.commands.seed_demo import DONE, SHOWN
from realestate.management.commands.serve import DEMO_LOGINS, DEMO_PASSWORD
from realestate.management.demo import stock
from realestate.management.demo.catalogue import SITES
from realestate.management.demo.deals import DEALS
from realestate.management.demo.pictures import PALETTES, SIZE, draw_site
from scheduling.models import Appointment
from tests.commands.running import run
from tests.factories.accounts import StaffFactory

PRODUCTION = "realestate.settings.production"


def counts():
    return {model: model._default_manager.count() for model in (*SHOWN, AuditEntry, User)}


class TestTheDemo(TestCase):
    """Seeded once for all that is asked about it."""

    @classmethod
    def setUpTestData(cls):
        cls.said = run("seed_demo")

    def test_it_ends_with_a_table_of_what_there_is_and_the_logins(self):
        rows = dict(re.findall(r"^  (\S.*?)  +(\S+)$", self.said, re.MULTILINE))
        for model in SHOWN:
            name = str(model._meta.verbose_name_plural).capitalize()
            assert rows[name] == str(model._default_manager.count())
        assert {login: rows[login] for login in DEMO_LOGINS} == dict.fromkeys(
            DEMO_LOGINS, DEMO_PASSWORD
        )

    def test_there_are_enough_people_projects_and_units(self):
        assert Builder.objects.count() == 3
        assert Customer.objects.count() >= 8
        assert Project.objects.count() == 6
        assert Unit.objects.count() >= 100
        two_rooms = Unit.objects.available(clock.now()).filter(unit_type=UnitType.TWO_BHK)
        assert two_rooms.count() >= 20

    def test_a_second_run_changes_nothing(self):
        before = counts()

        assert run("seed_demo") == "The demo is there already; nothing was changed.\n"

        assert counts() == before

    def test_all_three_can_log_in_with_the_documented_password(self):
        for email in DEMO_LOGINS:
            known = recognise(email=email, password=DEMO_PASSWORD)
            login = log_in(user=known, client=Client())
            assert login.user.email == email
            assert login.user.is_verified

    def test_the_registrations_leave_no_session_behind(self):
        assert Session.objects.count() == 0

    def test_only_the_staff_login_enters_the_admin(self):
        people = User.objects.filter(is_staff=True).values_list("email", "is_superuser")
        assert list(people) == [("staff@test.com", True)]

    def test_there_is_a_booking_in_every_state(self):
        assert set(Booking.objects.values_list("state", flat=True)) == set(BookingState)

    def test_every_deal_is_where_the_story_says(self):
        for deal in DEALS:
            found = Booking.objects.filter(
                customer__user__email=deal.customer,
                project__project_name=next(s.project_name for s in SITES if s.key == deal.site),
                unit__unit_number=deal.unit or None,
            )
            if not deal.unit:
                found = found.model.objects.filter(
                    customer__user__email=deal.customer, unit=None, state=deal.state
                )
            assert [booking.state for booking in found] == [deal.state]

    def test_the_builder_login_has_two_projects_with_bookings(self):
        mine = Project.objects.filter(builder__user__email="builder@test.com")
        busy = [p for p in mine if Booking.objects.filter(project=p).exists()]
        assert len(busy) >= 2

    def test_the_customer_login_has_a_paid_token_and_news_to_read(self):
        mine = Booking.objects.filter(customer__user__email="customer@test.com")
        paid = mine.get(state=BookingState.TOKEN_PAID)
        assert mine.values("state").distinct().count() >= 4
        assert ConstructionUpdate.objects.filter(project=paid.project).count() >= 2

    def test_a_hold_of_the_demo_lives_for_days(self):
        for hold in Booking.objects.filter(state=BookingState.ON_HOLD).select_related("claim"):
            assert (hold.claim.expires_at - clock.now()).days >= 6

    def test_there_is_one_of_everything_else(self):
        assert ChangeQuote.objects.count() == 3
        assert set(ChangeRequest.objects.values_list("state", flat=True)) == {
            ChangeState.SUBMITTED,
            ChangeState.UNDER_REVIEW,
            ChangeState.QUOTED,
            ChangeState.APPROVED,
        }
        now = clock.now()
        assert Appointment.objects.filter(starts_at__gt=now).count() >= 5
        assert Appointment.objects.filter(starts_at__lt=now).count() >= 3
        assert Message.objects.filter(read_at=None).exists()
        assert Message.objects.filter(read_at__isnull=False).exists()
        assert Message.objects.values("sender__user_type").distinct().count() == 2
        assert Payment.objects.count() >= 20

    def test_some_notifications_are_read_and_the_newest_are_not(self):
        user = User.objects.get(email="customer@test.com")
        newest = Notification.objects.filter(user=user).order_by("-created_at")
        assert [row.is_read for row in newest[:5]] == [False] * 4 + [True]

    def test_no_mail_is_waiting_to_be_sent(self):
        assert Notification.objects.filter(sent_at=None).count() == 0
        assert Delivery.objects.filter(next_try_at__isnull=False).count() == 0

    def test_the_pictures_are_stored_and_named_by_the_projects_and_the_news(self):
        for project in Project.objects.all():
            assert len(project.images) == 2
        named = [
            *(url for project in Project.objects.all() for url in project.images),
            *(url for update in ConstructionUpdate.objects.all() for url in update.images),
        ]
        keys = sorted(int(url.rsplit("/", 1)[1]) for url in named)
        assert keys == sorted(StoredFile.objects.values_list("pk", flat=True))

    def test_a_picture_opens_for_everybody(self):
        url = Project.objects.order_by("pk")[0].images[0]
        answer = self.client.get(url[url.index("/api/files/") :])
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/png"
        assert Image.open(io.BytesIO(b"".join(answer))).size == SIZE

    def test_it_adds_up(self):
        assert [
            (finding.check.name, finding.rows) for finding in run_checks() if finding.rows
        ] == []

    def test_the_past_lies_in_the_past(self):
        now = clock.now()
        assert not Booking.objects.filter(booking_date__gt=now).exists()
        assert not Payment.objects.filter(paid_date__gt=clock.today()).exists()
        ages = Notification.objects.aggregate(Count("created_at", distinct=True))
        assert ages["created_at__count"] > 10


@pytest.mark.django_db
@override_settings(SETTINGS_MODULE=PRODUCTION)
def test_production_gets_no_known_passwords_unasked():
    with pytest.raises(CommandError, match="say --yes"):
        run("seed_demo")

    assert User.objects.count() == 0


@pytest.mark.django_db
def test_what_an_interrupted_run_left_is_reported_and_kept():
    StaffFactory(email="staff@test.com")

    assert "an earlier run was interrupted" in run("seed_demo")

    assert User.objects.count() == 1


@pytest.mark.django_db
def test_a_finished_demo_is_known_by_its_mark():
    staff = StaffFactory(email="builder@test.com")
    audit.record(audit.SYSTEM, staff, DONE)

    assert run("seed_demo") == "The demo is there already; nothing was changed.\n"


def test_prices_are_whole_thousands_that_rise_with_the_floor():
    site = SITES[0]
    plan = site.blocks[0].plans[0]
    assert [stock._price(site, plan, floor) % 1000 for floor in range(3)] == [0, 0, 0]
    assert stock._price(site, plan, 1) < stock._price(site, plan, 5)


@pytest.mark.parametrize("name", PALETTES)
def test_a_picture_is_the_same_for_the_same_words_and_another_for_others(name):
    one = draw_site(PALETTES[name], built=0.5, seed=1)
    assert one == draw_site(PALETTES[name], built=0.5, seed=1)
    assert one != draw_site(PALETTES[name], built=0.9, seed=1)
    assert Image.open(io.BytesIO(one)).size == SIZE
