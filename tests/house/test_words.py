"""What names promise: codes, events, jobs, settings and the ladder mean one thing and mean it everywhere."""

import ast
import inspect
import re
import tomllib

import pytest
from django.conf import settings

from realestate.core.errors import DomainError
from realestate.core.events import Event, listeners
from realestate.core.jobs import app as queue
from realestate.core.jobs import job_names
from realestate.core.ladder import LADDER
from realestate.core.system_settings import definitions
from realestate.management.reference import load_house
from realestate.urls import HOUSE
from tests.house.source import (
    APPS,
    FOLDERS,
    ROOT,
    called_name,
    classes_below,
    sources,
    sources_of_tests,
)

# Events that nobody hears yet.
NOBODY_LISTENS: dict[str, str] = {
    "UserRegistered": "the welcome mail is a job of accounts itself; there is no notification type for it",
    "EmailVerified": "nobody needs to know yet",
}
# Texts that users know from before (contract 3).
KNOWN_TO_USERS = {
    "Email already registered",
    "Incorrect email or password",
    "License number already registered",
}
# Codes that stand for the same refusal in two places.
SAME_REFUSAL: dict[str, str] = {}


def refusals() -> list[type[DomainError]]:
    return sorted(classes_below(DomainError), key=lambda error: (error.code, error.__module__))


@pytest.mark.parametrize("error", refusals(), ids=lambda error: error.__name__)
def test_every_refusal_has_a_sentence_a_code_and_a_status(error):
    assert error.__doc__, "the first line is what users read"
    sentence = error.default_detail()
    assert sentence.endswith((".", "?")) or sentence in KNOWN_TO_USERS
    assert sentence[0].isupper()
    assert "``" not in sentence
    assert error.code != DomainError.code, "a code of its own"
    assert error.code == error.code.lower().replace(" ", "_").replace("-", "_")
    assert error.status in {400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503}


def test_codes_are_unique():
    seen: dict[str, list[str]] = {}
    for error in refusals():
        seen.setdefault(error.code, []).append(f"{error.__module__}.{error.__name__}")
    twins = {code: names for code, names in seen.items() if len(names) > 1}
    assert {code: names for code, names in twins.items() if code not in SAME_REFUSAL} == {}
    assert set(SAME_REFUSAL) <= set(twins), "stale"


def test_every_code_is_documented():
    page = (ROOT / "docs" / "reference" / "errors.md").read_text()
    assert [error.code for error in refusals() if f"`{error.code}`" not in page] == []


def test_every_refusal_is_raised_in_a_test():
    text = "\n".join(source.text for source in sources_of_tests() if "/house/" not in source.name)
    unseen = [
        error.__name__
        for error in refusals()
        if f'"{error.code}"' not in text and error.__name__ not in text
    ]
    assert unseen == []


# --- events ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event", sorted(classes_below(Event), key=str), ids=lambda event: event.__name__
)
def test_every_event_has_a_listener_or_a_reason(event):
    load_house()
    heard = bool(listeners(event))
    assert heard != bool(NOBODY_LISTENS.get(event.__name__)), "either a listener or a reason"
    assert event.__module__.partition(".")[2].startswith("events")


def test_no_reason_for_silence_is_stale():
    assert set(NOBODY_LISTENS) <= {event.__name__ for event in classes_below(Event)}


def test_every_event_is_published():
    text = "\n".join(source.text for source in sources())
    said = {*re.findall(r"\bpublish(?:_all)?\(\[?(\w+)\(", text)}
    assert [e.__name__ for e in classes_below(Event) if e.__name__ not in said] == []


# --- jobs ------------------------------------------------------------------------------------------------------------


def deferred() -> list[tuple[str, str]]:
    """Place and first argument of each ``defer(…)`` and ``defer_each(…)``."""
    found = []
    for source in sources():
        for node in ast.walk(source.tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)  # not the querysets' own
                and called_name(node) in {"defer", "defer_each"}
                and source.module != "realestate.core.jobs"
            ):
                name = (
                    node.args[0].value
                    if node.args and isinstance(node.args[0], ast.Constant)
                    else None
                )
                found.append((f"{source.name}:{node.lineno}", str(name)))
    return found


def test_every_deferred_job_exists():
    known = job_names()
    assert [(place, name) for place, name in deferred() if name not in known] == []


def test_control_a_name_that_no_job_has_is_seen():
    assert "accounts.write_postcards" not in job_names()


def own_jobs():
    load_house()
    return sorted(
        (name, task.func)
        for name, task in queue.tasks.items()
        if task.func.__module__.split(".")[0] in FOLDERS
    )


@pytest.mark.parametrize(("name", "function"), own_jobs(), ids=[name for name, _ in own_jobs()])
def test_jobs_take_names_and_bear_arguments_they_do_not_know(name, function):
    kinds = {parameter.kind for parameter in inspect.signature(function).parameters.values()}
    assert inspect.Parameter.VAR_KEYWORD in kinds, "web and worker are deployed apart"
    assert kinds <= {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.KEYWORD_ONLY}
    assert name.partition(".")[0] == function.__module__.split(".")[0]


# --- settings --------------------------------------------------------------------------------------------------------


def test_every_setting_explains_itself_and_its_default_is_allowed():
    load_house()
    for key, definition in definitions().items():
        assert definition.clean(definition.default) == definition.default, key
        assert definition.help.endswith("."), key
        assert definition.category in {*APPS, "platform"}, key


# --- the ladder ------------------------------------------------------------------------------------------------------


def test_the_ladder_is_the_same_everywhere():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    ladder = next(contract for contract in contracts if contract["name"].startswith("The ladder"))
    rungs = [
        {part.strip() for part in layer.split("|")} for layer in reversed(ladder["layers"][1:])
    ]
    assert rungs[0] == {"realestate.core"}
    climbed = [name for rung in rungs[1:] for name in sorted(rung, key=LADDER.index)]
    assert ("core", *climbed) == LADDER
    assert (*HOUSE[3:],) == APPS
    installed = [name.split(".")[0] for name in settings.INSTALLED_APPS]
    assert [name for name in installed if name in APPS] == list(APPS)
    rooms = next(contract for contract in contracts if contract["name"].startswith("The rooms"))
    assert rooms["containers"] == list(APPS)
