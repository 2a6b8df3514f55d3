"""H10 (2.4.1): whatever makes rows, files or papers has a limit in number, or a reason to have none."""

import re

import pytest

from realestate.core.limits import HOUR, LIMITS, MINUTE
from realestate.settings.env import BASE_DIR
from tests.house.test_edges import VIEWS
from tests.permissions.document import entries

# What is asked about a login stands in accounts/rules.py, counted by what somebody claims to be.
AT_THE_DOOR = "counted at the door"
ONCE = "a state is left once, and nothing is made that was not there to be decided"
IN_PLACE = "changes what is there"
WITHOUT = {
    "auth_login": AT_THE_DOOR,
    "auth_password_change": AT_THE_DOOR,
    "auth_password_reset": AT_THE_DOOR,
    "auth_password_reset_confirm": AT_THE_DOOR,
    "auth_register": AT_THE_DOOR,
    "auth_verify_email": AT_THE_DOOR,
    "auth_verify_email_confirm": AT_THE_DOOR,
    "adjustments_approve": ONCE,
    "adjustments_refuse": ONCE,
    "agreements_sign": ONCE,
    "applicants_kyc_reject": ONCE,
    "applicants_kyc_submit": ONCE,
    "applicants_kyc_verify": ONCE,
    "auth_logout": ONCE,
    "bookings_cancel": ONCE,
    "change_quotes_approve": ONCE,
    "change_quotes_refuse": ONCE,
    "change_requests_approve": ONCE,
    "change_requests_decline": ONCE,
    "change_requests_withdraw": ONCE,
    "milestones_report": ONCE,
    "payments_clear": ONCE,
    "payments_reject": ONCE,
    "payments_reverse": ONCE,
    "promised_dates_accept": ONCE,
    "promised_dates_decline": ONCE,
    "quotes_approve": ONCE,
    "quotes_refuse": ONCE,
    "refunds_pay": ONCE,
    "settlements_approve": ONCE,
    "settlements_refuse": ONCE,
    "auth_refresh": IN_PLACE,
    "auth_sessions_end": ONCE,
    "calendar_feed_create": IN_PLACE,
    "notifications_mark_all_read": IN_PLACE,
    "quiet_hours_set": IN_PLACE,
    "devices_create": "a user has so many devices and no more",
    "webhooks_receive": "nothing is written that is not signed, and gateways come from one network",
}
# Answers that are no JSON and are not drawn: a file as it lies there, appointments as text.
NOT_DRAWN = {"appointments_calendar", "calendar_feed_read", "files_retrieve"}
PAGE = (BASE_DIR / "docs" / "security.md").read_text()


def is_drawn(entry):
    """Whether an answer of an operation is a document."""
    kinds = {kind for answer in entry["responses"].values() for kind in answer.get("content", {})}
    return bool(kinds - {"application/json"})


def needs_one(method, entry):
    return method == "post" or is_drawn(entry)


def test_H10_every_operation_that_makes_something_has_a_limit():
    missing = {
        name
        for name, (method, _path, entry) in entries().items()
        if needs_one(method, entry) and "x-limit" not in entry
    }
    assert missing == WITHOUT.keys() | NOT_DRAWN


def test_H10_what_is_drawn_on_request_is_counted_together():
    drawn = {name for name, (_method, _path, entry) in entries().items() if is_drawn(entry)}
    assert len(drawn - NOT_DRAWN) >= 10
    for name in drawn - NOT_DRAWN:
        assert entries()[name][2]["x-limit"]["scope"] == "papers", name


def test_H10_lists_and_single_rows_are_not_counted():
    """Reading is bounded by pages and indexes; the one report that is slow is named."""
    counted = {
        name
        for name, (method, _path, entry) in entries().items()
        if method == "get" and "x-limit" in entry and not is_drawn(entry)
    }
    assert counted == {"reports_collections"}


def test_H10_changes_that_take_a_time_or_a_unit_once_more_are_counted_too():
    counted = {
        name
        for name, (method, _path, entry) in entries().items()
        if method not in {"get", "post"} and "x-limit" in entry
    }
    assert counted == {"appointments_reschedule", "holds_extend"}


@pytest.mark.parametrize(("view", "actions"), VIEWS, ids=[view.__name__ for view, _ in VIEWS])
def test_H10_limits_are_of_the_house_and_name_actions_that_there_are(view, actions):
    limits = getattr(view, "limits", {})
    assert set(limits) <= actions
    assert all(rule in LIMITS for rule in limits.values())


def test_H10_each_refusal_of_a_limit_is_documented():
    for name, (_method, _path, entry) in entries().items():
        if "x-limit" in entry:
            examples = entry["responses"]["429"]["content"]["application/json"]["examples"]
            assert "throttled" in examples, name


def test_scopes_are_different_and_every_limit_is_used():
    scopes = [rule.scope for rule in LIMITS]
    assert len(set(scopes)) == len(scopes)
    used = {entry["x-limit"]["scope"] for _m, _p, entry in entries().values() if "x-limit" in entry}
    assert used == set(scopes) - {"exports"}  # of the back office alone


def said_of(rule):
    """What the page says of a limit: its figures for customers, for the office and for one network."""
    (line,) = re.findall(rf"(?m)^\| `{re.escape(rule.scope)}` \| .*$", PAGE)
    return [cell.strip() for cell in line.strip("|").split("|")][2:5]


@pytest.mark.parametrize("rule", LIMITS, ids=lambda rule: rule.scope)
def test_H10_the_page_says_the_figures(rule):
    unit = {MINUTE: "a minute", HOUR: "an hour"}[rule.per]
    times, office, network = said_of(rule)
    assert times == f"{rule.times} {unit}"
    assert office == (str(rule.office) if rule.office else "")
    assert network == (str(rule.network) if rule.network else "")
