"""Two at the same moment, each with its control."""

from functools import partial
from threading import BoundedSemaphore
from uuid import uuid4

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts import services
from accounts.enums import AccountType
from accounts.models import Session, User
from accounts.services import hashing
from accounts.services.own_sessions import _end
from accounts.services.tokens import TokenPair, mint, read_refresh
from realestate.core.transactions import service
from tests.factories.accounts import BuilderFactory, CustomerFactory
from tests.races.support import losers, run_together, winners
from tests.scheduling.locks import is_free

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOMER = {"first_name": "Mary", "last_name": "", "phone": "+91 98200 22222"}
GOOD = "a long enough sentence"


@pytest.fixture(autouse=True)
def _jobs_do_not_outlive_the_test(db):
    yield
    with connection.cursor() as cursor:
        # No model's table, so no flush empties it.
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


@pytest.fixture(autouse=True)
def _all_may_wait(monkeypatch):
    """These threads are many servers at once."""
    monkeypatch.setattr(hashing, "_threads", BoundedSemaphore(100))


def logged_in() -> tuple[User, str]:
    user = CustomerFactory().user
    login = services.open_session(user_id=user.pk, password=user.password)
    return user, login.tokens.refresh_token


def refresh(token: str, _index: int) -> TokenPair:
    return services.refresh_session(refresh_token=token)


@service
def naive_refresh(token: str, _index: int) -> TokenPair:
    """What the control does: read, compare, write."""
    claims = read_refresh(token)
    session = Session.objects.select_related("user").get(pk=claims.session_id)
    if session.jti != claims.jti:
        raise services.SessionEnded
    session.jti = uuid4().hex
    session.save()
    return mint(session)


def test_E2_ten_parallel_refreshes_mint_one_new_pair():
    for _ in range(10):
        _user, token = logged_in()
        results = run_together(10, partial(refresh, token))
        assert losers(results) == []
        assert len({(pair.access_token, pair.refresh_token) for pair in results}) == 1
        assert refresh(results[0].refresh_token, 0) != results[0]


def test_E2_control_rotation_that_reads_first_mints_several_pairs():
    minted = []
    for _ in range(10):
        _user, token = logged_in()
        minted.append(len(winners(run_together(10, partial(naive_refresh, token)))))
    assert max(minted) > 1


def register(address: str, index: int) -> services.Login:
    return services.register_account(
        email=address.upper() if index % 2 else address,
        password=GOOD,
        user_type=AccountType.CUSTOMER,
        profile=CUSTOMER,
    )


def test_E10_parallel_registrations_of_one_address_make_one_account():
    for round_ in range(3):
        results = run_together(10, partial(register, f"mary{round_}@x.example"))
        assert len(winners(results)) == 1
        assert {type(error) for error in losers(results)} == {services.EmailTaken}
    assert User.objects.count() == 3
    assert Session.objects.count() == 3


def test_E10_control_without_the_constraint_there_are_several():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_user DROP CONSTRAINT one_account_per_email")
    try:
        for round_ in range(10):
            run_together(10, partial(register, f"mary{round_}@x.example"))
        assert User.objects.count() > 10
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE accounts_user CASCADE")
            cursor.execute(
                "ALTER TABLE accounts_user ADD CONSTRAINT one_account_per_email UNIQUE (email)"
            )


def test_E8_one_link_sets_one_password_under_ten_parallel():
    user, _token = logged_in()
    link = services.reset_token(User.objects.get(pk=user.pk))

    def contend(index: int) -> User:
        return services.reset_password(token=link, new_password=f"sentence number {index}")

    results = run_together(10, contend)
    assert len(winners(results)) == 1
    assert {type(error) for error in losers(results)} == {services.InvalidLink}
    index = next(i for i, result in enumerate(results) if isinstance(result, User))
    assert User.objects.get(pk=user.pk).check_password(f"sentence number {index}")


def test_H10_the_password_is_held_until_the_session_that_it_ends_has_ended():
    """A new one is stored before, and the old one ends nothing any more, or after: not between."""
    user, _token = logged_in()

    @service
    def end_and_look() -> bool:
        _end(user.pk, user.password, user.sessions.get().pk)
        return is_free(user)

    assert (end_and_look(), is_free(user)) == (False, True)


def test_E4_a_hundred_parallel_wrong_passwords_cost_ten_checks():
    user = CustomerFactory().user
    spellings = [user.email, user.email.upper(), f" {user.email} "]

    def contend(index: int) -> int:
        body = {"email": spellings[index % 3], "password": "wrong"}
        headers = {"x-forwarded-for": f"198.51.100.{index}"}
        return APIClient().post("/api/auth/login", body, headers=headers).status_code

    statuses = [status for _ in range(5) for status in run_together(20, contend)]
    assert statuses.count(401) == 10
    assert statuses.count(429) == 90


def test_relating_the_same_pair_in_parallel_makes_one_row():
    customer, builder = CustomerFactory(), BuilderFactory()

    def contend(_index: int) -> None:
        services.relate(customer_id=customer.pk, builder_id=builder.pk)

    assert losers(run_together(10, contend)) == []
    assert customer.relations.count() == 1
