"""Which tests show which promise of docs/promises.md: ``--promise B11`` runs those of one; each run ends with all seen.

A test belongs to the promise in its name (``test_B11_…``); tests that are named after a rule are found by ``ALSO``.
``record_property("counted", {"requests": 60})`` adds what a test has counted, summed over tests. Names with higher
numbers are those of design rules.
"""

import re
from collections import Counter, defaultdict

import pytest

COUNT = {"A": 10, "B": 13, "C": 9, "D": 9, "E": 10, "F": 11, "G": 9, "H": 10, "I": 14}
PROMISES = [f"{letter}{number + 1}" for letter, count in COUNT.items() for number in range(count)]
NAMED = re.compile(r"::test_([A-I]\d+)_")
ALSO = {
    "A1": r"R4_10_fifty|R4_10_control_without_lock|R4_10_without_the_lock",
    "A2": r"10_a_hold_that|extending_a_hold|recording_lapses|R5_a_(late_pay|unit_that_goes)|blocking_a_unit_and",
    "A3": r"R4_7_|R4_10_who_has_the_unit_waits|what_has_lapsed_on_the_unit|core/test_locking",
    "A5": r"scheduling/test_races",
    "A7": r"R4_6_two_holds",
    "A8": r"R8_1_numbers_have_no_gaps",
    "B6": r"commands/test_check_integrity",
    "B7": r"R6_twenty_receipts|R6_control|R11_a_refund_is_paid_once",
    "B8": r"R7_5_three_runs|R7_3_a_stage_certified_once|R9_interest_posted|core/test_maintenance",
    "B9": r"properties/|payments/test_properties",
    "B10": r"vector",
    "C2": r"core/test_reconnecting",
    "C4": r"H1_a_server_that_may_lose|H1_bookings_wait",
    "D1": r"permissions/test_matrix",
    "E9": r"admin/test_entrance",
    "F5": r"T10_page",
    "F8": r"_costs?_|performance/test_plans",
    "H1": r"house/test_settings",
    "H10": r"house/test_asvs",
    "I1": r"house/test_migrations|commands/test_migrate",
}
SEEN = ("passed", "failed", "error")


def pytest_addoption(parser):
    """The tests of one promise, or of several."""
    parser.addoption(
        "--promise",
        action="append",
        choices=PROMISES,
        default=[],
        help="only the tests that show this promise of docs/promises.md; may be given again",
    )


def promises_of(node):
    """By its name, or by what ``ALSO`` says of where it stands and how it is called."""
    named = NAMED.search(node)
    found = {each for each, words in ALSO.items() if re.search(words, node)}
    found.update(named.groups() if named else ())
    return [each for each in PROMISES if each in found]


def pytest_collection_modifyitems(config, items):
    """Each test carries its promises into its report; those of others are left out when some were asked for."""
    asked = set(config.getoption("promise"))
    for item in items:
        item.user_properties += [("promise", each) for each in promises_of(item.nodeid)]
    if asked:
        ours, others = [], []
        for item in items:
            (ours if asked & set(promises_of(item.nodeid)) else others).append(item)
        items[:] = ours
        config.hook.pytest_deselected(items=others)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    """A line for each promise: how many of its tests hold, and what they have counted."""
    counts, counted = defaultdict(Counter), defaultdict(Counter)
    for outcome in SEEN:
        for report in terminalreporter.getreports(outcome):
            kept = getattr(report, "user_properties", ())  # a file that cannot be read has none
            told = [value for name, value in kept if name == "counted"]
            for name, value in kept:
                if name == "promise":
                    counts[value][outcome] += 1
                    for each in told:
                        counted[value].update(each)
    if not counts:
        return
    terminalreporter.write_sep("=", "promises (docs/promises.md)")
    for each in sorted(counts, key=PROMISES.index):
        good = counts[each]["passed"]
        bad = counts[each]["failed"] + counts[each]["error"]
        mark = "BROKEN" if bad else "holds "
        figures = [f"{number:,} {what}" for what, number in counted[each].items()]
        said = ", ".join([f"{good:,} of {good + bad:,} tests", *figures])
        terminalreporter.write_line(f"{each:<4} {mark}  {said}")
