"""H10: scripts of ours write text, keep nothing, hear nobody else, and run nothing that was put together."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import get_finders

from realestate.settings.env import BASE_DIR

OURS = sorted(path for path in BASE_DIR.glob("*/static/**/*.js") if "vendor" not in path.parts)
# What must not stand in them: what it is for.
UNWANTED = {
    r"(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|set\w*HTML\w*|createContextualFragment"
    r"|\bDOMParser\b|\bsrcdoc\b": "text that becomes markup",
    r"\beval\b|\bnew Function\b|set(?:Timeout|Interval)\(\s*[\"'`]": "text that becomes code",
    r"\b(?:local|session)Storage\b|\bindexedDB\b|document\.cookie": "what stays in the browser",
    r"\bpostMessage\b|addEventListener\(\s*[\"'`]message|\bonmessage\b": "words of other windows",
    r"__proto__|\.prototype\b|Object\.assign\(": "prototypes that data could reach",
    r"[\"']paste[\"']": "pasting that is forbidden",
}


def found_in(script: str) -> list[str]:
    """What stands in a script and must not."""
    return [meaning for sign, meaning in UNWANTED.items() if re.search(sign, script)]


@pytest.mark.parametrize("path", OURS, ids=[path.stem for path in OURS])
def test_H10_a_script_of_ours_does_nothing_of_this(path):
    script = path.read_text()
    assert found_in(script) == []
    assert '"use strict";' in script


def test_H10_there_are_scripts_to_look_at():
    assert len(OURS) >= 6


# Of others: how often they listen to messages. ReDoc's three are between the page and its own workers, for the search
# and for colours; no word of another window is heard. Looked at in drf-spectacular-sidecar 2026.10.1.
OTHERS_HEAR = {"redoc.standalone.js": 3}
LISTENS = re.compile(r"addEventListener\(\s*[\"'`]message|(?:window|self)\.onmessage\b")


def test_H10_scripts_of_others_hear_their_own_workers_alone():
    served = {
        Path(storage.path(name))
        for finder in get_finders()
        for name, storage in finder.list([])
        if name.endswith(".js")
    }
    assert len(served) > 30
    heard = {path.name: len(LISTENS.findall(path.read_text())) for path in served}
    assert {name: count for name, count in heard.items() if count} == OTHERS_HEAR


@pytest.mark.parametrize(
    "script",
    [
        "box.innerHTML = name",
        "box['innerHTML'] = name",
        "box.setHTMLUnsafe(name)",
        "range.createContextualFragment(name)",
        "frame.srcdoc = name",
        "new DOMParser().parseFromString(name, 'text/html')",
        "eval(text)",
        "localStorage.setItem('token', token)",
        "addEventListener('message', hear)",
        "window.onmessage = hear",
        "target.__proto__[key] = value",
        "field.addEventListener('paste', refuse)",
    ],
)
def test_H10_control_each_of_them_is_seen(script):
    assert len(found_in(script)) == 1
