"""Sessions: refresh once, end at once (D19, E2, E3)."""

from datetime import timedelta

import pytest
import time_machine

from accounts import rules, services
from accounts.models import Session, User
from accounts.services.tokens import mint
from realestate.core import clock
from realestate.core.errors import NotAllowed
from realestate.core.models import AuditEntry
from tests.factories.accounts import PASSWORD


def open_session(user, **options):
    return services.open_session(user_id=user.pk, password=user.password, **options)


def test_D19_minting_again_gives_the_same_bytes(cast):
    pair = open_session(cast.asha).tokens
    assert mint(Session.objects.select_related("user").get()) == pair


def test_E2_the_same_refresh_token_within_ten_seconds_gives_the_same_pair(cast):
    first = open_session(cast.asha).tokens
    with time_machine.travel(clock.now(), tick=False) as traveller:
        second = services.refresh_session(refresh_token=first.refresh_token)
        traveller.shift(rules.REFRESH_GRACE - timedelta(milliseconds=1))
        assert services.refresh_session(refresh_token=first.refresh_token) == second
        assert services.refresh_session(refresh_token=second.refresh_token) != second


def test_E2_later_reuse_ends_the_session(cast, bearer):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        first = open_session(cast.asha).tokens
        second = services.refresh_session(refresh_token=first.refresh_token)
        traveller.shift(rules.REFRESH_GRACE)
        with pytest.raises(services.SessionEnded):
            services.refresh_session(refresh_token=first.refresh_token)
        with pytest.raises(services.SessionEnded):
            services.refresh_session(refresh_token=second.refresh_token)
        assert bearer(second.access_token).get("/api/auth/me").status_code == 401
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.reason) == (
        "sessions_ended",
        None,
        "refresh token used again",
    )


def test_E2_an_older_token_ends_the_session_even_within_the_grace(cast):
    first = open_session(cast.asha).tokens
    second = services.refresh_session(refresh_token=first.refresh_token)
    third = services.refresh_session(refresh_token=second.refresh_token)
    with pytest.raises(services.SessionEnded):
        services.refresh_session(refresh_token=first.refresh_token)
    with pytest.raises(services.SessionEnded):
        services.refresh_session(refresh_token=third.refresh_token)


def test_reuse_ends_only_that_session(cast):
    stolen, other = open_session(cast.asha).tokens, open_session(cast.asha).tokens
    newer = services.refresh_session(refresh_token=stolen.refresh_token)
    services.refresh_session(refresh_token=newer.refresh_token)
    with pytest.raises(services.SessionEnded):
        services.refresh_session(refresh_token=stolen.refresh_token)
    assert services.refresh_session(refresh_token=other.refresh_token) != other


def test_an_inactive_user_does_not_refresh(cast):
    pair = open_session(cast.asha).tokens
    User.objects.filter(pk=cast.asha.pk).update(is_active=False)
    with pytest.raises(services.SessionEnded):
        services.refresh_session(refresh_token=pair.refresh_token)
    assert Session.objects.get().revoked_at is not None


def test_a_login_that_raced_a_new_password_opens_nothing(cast):
    seen = cast.asha.password
    cast.asha.set_password("another sentence")
    cast.asha.save()
    with pytest.raises(services.IncorrectCredentials):
        services.open_session(user_id=cast.asha.pk, password=seen)
    assert Session.objects.count() == 0


def test_a_session_remembers_where_it_was_opened(cast):
    client = services.Client(address="203.0.113.7" * 9, user_agent="Fire\x00fox\r\n" + "x" * 900)
    open_session(cast.asha, client=client)
    session = Session.objects.get()
    assert session.address == ("203.0.113.7" * 9)[:45]
    assert session.user_agent == ("Firefox" + "x" * 900)[:200]


def test_H10_nobody_enters_or_confirms_in_a_session_of_somebody_else(cast):
    open_session(cast.ravi)
    foreign = Session.objects.get().pk
    for note in (services.note_entrance, services.note_confirmation):
        with pytest.raises(Session.DoesNotExist):
            note(actor=cast.asha, session_id=foreign, proof="password only")
    assert not AuditEntry.objects.exists()


def test_a_login_sets_last_login(cast):
    with time_machine.travel(clock.now(), tick=False):
        known = services.recognise(email=cast.asha.email, password=PASSWORD)
        login = services.log_in(user=known)
        assert login.user.last_login == clock.now()
    assert User.objects.get(pk=cast.asha.pk).last_login == login.user.last_login


def test_E3_deactivation_ends_all_sessions_for_good(cast, bearer):
    pairs = [open_session(cast.asha).tokens for _ in range(2)]
    services.set_user_active(actor=cast.sana, user_id=cast.asha.pk, is_active=False, reason="Fraud")
    services.set_user_active(actor=cast.sana, user_id=cast.asha.pk, is_active=False)
    services.set_user_active(actor=cast.sana, user_id=cast.asha.pk, is_active=True)
    for pair in pairs:
        assert bearer(pair.access_token).get("/api/auth/me").status_code == 401
        with pytest.raises(services.SessionEnded):
            services.refresh_session(refresh_token=pair.refresh_token)
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", "actor", "reason"))
    assert actions == [("deactivated", cast.sana.pk, "Fraud"), ("activated", cast.sana.pk, "")]


def test_a_stranger_cannot_shut_out_anybody(cast):
    for stranger in (cast.asha, cast.ravi, cast.meera):
        with pytest.raises(NotAllowed):
            services.set_user_active(actor=stranger, user_id=cast.asha.pk, is_active=False)
    assert User.objects.get(pk=cast.asha.pk).is_active


def test_ending_sessions_twice_is_recorded_once(cast):
    open_session(cast.asha)
    assert services.end_sessions(actor=cast.asha, user_id=cast.asha.pk, reason="x") == 1
    assert services.end_sessions(actor=cast.asha, user_id=cast.asha.pk, reason="x") == 0
    assert AuditEntry.objects.filter(action="sessions_ended").count() == 1


def test_sessions_that_ended_long_ago_are_purged(cast):
    now = clock.now()
    kept = rules.KEEP_ENDED_SESSIONS
    for name, expires, revoked in (
        ("live", timedelta(days=1), None),
        ("expired", -kept + timedelta(minutes=1), None),
        ("expired long ago", -kept - timedelta(minutes=1), None),
        ("revoked", timedelta(days=1), -timedelta(days=1)),
        ("revoked long ago", timedelta(days=1), -kept - timedelta(minutes=1)),
    ):
        Session.objects.create(
            user=cast.asha,
            jti=name,
            created_at=now,
            expires_at=now + expires,
            revoked_at=None if revoked is None else now + revoked,
        )
    assert services.purge_sessions() == 2
    assert set(Session.objects.values_list("jti", flat=True)) == {"live", "expired", "revoked"}
