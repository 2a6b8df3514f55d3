"""H10 (2.4.1): the limit of each operation, reached: refused with nothing written, for one account, for a while."""

from datetime import timedelta

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from realestate.core import clock
from realestate.core.api.access import WITH_DUTIES
from realestate.core.api.throttling import limit
from realestate.core.limits import LIMITS, MESSAGES, PAPERS
from realestate.core.models import RateCounter, SystemSetting
from tests.permissions.document import entries
from tests.permissions.matrix import CALLERS, MATRIX
from tests.permissions.rows import everything
from tests.permissions.test_matrix import BY_NAME, ROLE

pytestmark = pytest.mark.django_db
RULES = {rule.scope: rule for rule in LIMITS}
LIMITED = {
    name: RULES[entry["x-limit"]["scope"]]
    for name, (_method, _path, entry) in entries().items()
    if "x-limit" in entry
}
# One world serves the operations about one kind of thing: whatever is done is undone.
GROUPS: dict[str, list[str]] = {}
for _name in LIMITED:
    GROUPS.setdefault(BY_NAME[_name].path.split("/")[2], []).append(_name)


def callers_of(name):
    """People whom an operation lets in, those first whom it serves."""
    operation, statuses = BY_NAME[name], MATRIX[name].expected()
    people = [who for who in CALLERS if who != "anonymous" and ROLE[who] in operation.roles]
    return sorted(people, key=lambda who: statuses[who] >= 300)


def most_of(name, who):
    """How often somebody may call it."""
    rule = LIMITED[name]
    return (rule.office if ROLE[who] in WITH_DUTIES else None) or rule.times


def use_up(rule, identity, times):
    """As if so many uses had been counted just now."""
    limit(rule.scope, identity, times=10_000, per=rule.per)
    row = RateCounter.objects.order_by("-last_used_at", "-pk")[0]
    row.uses = [clock.now()] * times
    row.save()


def ask(world, name, who, **more):
    """The answer; whatever it did is undone."""
    operation, row = BY_NAME[name], MATRIX[name]
    api = APIClient(raise_request_exception=False)
    if world.person(who) is not None:
        api.force_authenticate(world.person(who))
    before = transaction.savepoint()
    try:
        body = dict(row.body(world)) if row.body else None
        return getattr(api, operation.method)(operation.url(row, world), body, **more)
    finally:
        transaction.savepoint_rollback(before)


@pytest.mark.parametrize("names", GROUPS.values(), ids=GROUPS)
def test_H10_each_limit_is_reached_and_refused_and_ends(
    world, names, time_machine, record_property
):
    time_machine.move_to(clock.now(), tick=False)
    for name in names:
        here, rule = transaction.savepoint(), LIMITED[name]
        who, *others = callers_of(name)
        identity, most = f"user {world.person(who).pk}", most_of(name, who)

        use_up(rule, identity, most - 1)
        assert ask(world, name, who).status_code != 429, f"{name}: the last one"

        use_up(rule, identity, most)
        before, refused = everything(), ask(world, name, who)
        assert (refused.status_code, refused.json()["code"]) == (429, "throttled"), name
        assert int(refused["Retry-After"]) == rule.per.total_seconds() + 1, name
        assert everything() == before, f"{name}: wrote something"
        for other in others[:1]:
            assert ask(world, name, other).status_code != 429, f"{name}: another account"

        time_machine.shift(rule.per)
        assert ask(world, name, who).status_code != 429, f"{name}: later"
        time_machine.shift(-rule.per)
        transaction.savepoint_rollback(here)
    record_property("counted", {"operations": len(names)})


def test_H10_messages_are_sent_so_often_and_no_more(as_, cast, time_machine):
    time_machine.move_to(clock.now(), tick=False)
    body = {"project_id": cast.meera_project.pk, "content": "Hello"}

    def sent(person):
        return as_(person).post("/api/messages", body).status_code

    use_up(MESSAGES, f"user {cast.asha.pk}", MESSAGES.times - 2)
    assert [sent(cast.asha) for _ in range(3)] == [201, 201, 429]
    assert sent(cast.ravi) == 201
    time_machine.shift(timedelta(seconds=59))
    assert sent(cast.asha) == 429
    time_machine.shift(timedelta(seconds=1))
    assert sent(cast.asha) == 201


def test_H10_visitors_of_one_network_are_counted_together(world):
    use_up(PAPERS, "203.0.113.9", PAPERS.network - 1)
    assert ask(world, "quotes_pdf", "anonymous", REMOTE_ADDR="203.0.113.9").status_code == 401
    use_up(PAPERS, "203.0.113.9", PAPERS.network)
    there = ask(world, "quotes_pdf", "anonymous", REMOTE_ADDR="203.0.113.9")
    assert (there.status_code, there.json()["code"]) == (429, "throttled")
    assert ask(world, "quotes_pdf", "anonymous", REMOTE_ADDR="203.0.113.10").status_code == 401
    assert ask(world, "quotes_pdf", "asha", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_H10_who_may_not_is_refused_before_anything_is_counted(world):
    assert ask(world, "units_create", "asha").status_code == 403
    assert RateCounter.objects.count() == 0


def test_H10_reading_counts_nothing(world):
    for name in ("bookings_list", "bookings_retrieve", "messages_list", "units_list"):
        assert ask(world, name, "asha").status_code == 200
    assert RateCounter.objects.count() == 0


@pytest.mark.parametrize("factor", [1, 2])
def test_an_operator_may_allow_more(world, factor):
    SystemSetting.objects.create(key="platform.limits_factor", value=factor)
    who, most = f"user {world.cast.asha.pk}", most_of("quotes_create", "asha")
    use_up(LIMITED["quotes_create"], who, factor * most - 1)
    assert ask(world, "quotes_create", "asha").status_code == 201
    use_up(LIMITED["quotes_create"], who, factor * most)
    assert ask(world, "quotes_create", "asha").status_code == 429
