"""D6: answers hold the keys that the document says, and those that are some people's only for nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.permissions.document import entries, keys_of
from tests.permissions.matrix import CALLERS
from tests.permissions.test_matrix import LINES, client_of

pytestmark = pytest.mark.django_db
# Keys that stand in rows for everybody and are shown to these only.
PRIVATE = {
    "contractor_notes": {"meera", "sana", "meera_site", "sana_reads"},
    "customer_visible": {"meera", "sana", "meera_site", "sana_reads"},
    "license_number": {"meera", "sana", "meera_site", "sana_reads"},
    "date_of_birth": {"asha", "sana", "sana_reads"},
}
OWN = "auth_me"  # shows everybody their own, whatever it is
# Tables whose keys are words of the business, and stored lines that are shown as they are.
COUNTS = {"available", "booked", "construction", "reserved"}
PRICE_LINES = {
    *("basis", "code", "feature", "in_consideration", "in_plan", "kind", "label", "percent_of"),
    *("rise_from_floor", "sequence", "tax_class", "unit_types", "value"),
}
PLAN_LINES = {
    *("amount", "fixed_on", "label", "less_fixed", "milestone_code", "offset", "percent"),
    *("sequence", "trigger"),
}
FREE = {
    "builder_dashboard": COUNTS,
    "notification_preferences_retrieve": {
        *("appointment_reminder", "booking_update", "change_request_update", "message_received"),
        *("payment_due", "progress_update"),
    },
    "payment_plans_list": PLAN_LINES,
    "payment_plans_retrieve": PLAN_LINES,
    "price_lists_list": PRICE_LINES,
    "price_lists_retrieve": PRICE_LINES,
    "projects_availability": COUNTS,
}


def documented(name: str) -> set[str]:
    """Every key that an operation's answer may have."""
    answer = entries()[name][2]["responses"].get("200", {}).get("content", {})
    schema = answer.get("application/json", {}).get("schema", {})
    return {key for key, _held in keys_of(schema)} | FREE.get(name, set())


def keys_in(body: Any) -> Iterator[str]:
    """Every key of an answer, however deep."""
    if isinstance(body, dict):
        for key, held in body.items():
            yield key
            yield from keys_in(held)
    elif isinstance(body, list):
        for each in body:
            yield from keys_in(each)


@pytest.fixture
def shown(world):
    """Operation and caller -> the keys that were shown."""
    clients = {who: client_of(world, who) for who in (*CALLERS, "nina", "meera_site", "sana_reads")}
    found: dict[tuple[str, str], set[str]] = {}
    for _line, operation, row in LINES:
        if operation.method != "get":
            continue
        for who, api in clients.items():
            reply = api.get(operation.url(row, world))
            if reply.status_code == 200 and "json" in reply["Content-Type"]:
                place = found.setdefault((operation.name, who), set())
                place.update(keys_in(reply.json()))
    return found


def test_D6_nobody_is_shown_a_key_that_is_not_documented_or_anothers(shown, record_property):
    undocumented = {
        name: sorted(extra)
        for (name, _who), keys in shown.items()
        if (extra := keys - documented(name))
    }
    assert undocumented == {}
    seen = {
        key: {who for (name, who), keys in shown.items() if key in keys and name != OWN}
        for key in PRIVATE
    }
    assert seen == PRIVATE  # equal: also that whom it is for is shown it, so that this can fail
    assert len({name for name, _who in shown}) > 70
    record_property("counted", {"answers": len(shown), "keys": sum(map(len, shown.values()))})
