"""The reference pages, made from the code: ``manage.py docs`` writes them, a house test compares them."""

import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from enum import Enum
from importlib import import_module
from inspect import cleandoc
from types import ModuleType
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import TextChoices

from realestate.core.errors import DomainError
from realestate.core.events import Event, listeners
from realestate.core.ladder import LADDER, rung_of_module
from realestate.core.system_settings import Definition, Texts, definitions
from realestate.core.vocabulary import Vocabulary
from realestate.settings.env import Variable, env

Kind = TypeVar("Kind")
MADE = "<!-- Made by `make docs` from the code; changes here are lost. -->"
PROGRAMS = {"realestate.core.typst.compile"}  # they do their work when they are imported
# Neither history nor the choice of settings, which are made for one process each.
NO_PART_OF_THE_PAGES = re.compile(r"\.migrations\b|^realestate\.(settings|asgi|wsgi)\b")
# Refusals that are made before any code of ours can refuse.
OF_THE_FRAMEWORK = {
    "authentication_failed": (401, "The token is wrong."),
    "bad_request": (400, "The request could not be understood."),
    "method_not_allowed": (405, "This address does not answer that method."),
    "parse_error": (400, "The body is not valid JSON."),
    "server_error": (500, "Something went wrong on our side."),
}


def pages() -> dict[str, str]:
    """File name -> text of each page."""
    load_house()
    return {f"{name}.md": text() for name, text in PAGES.items()}


def load_house() -> None:
    """Import every app and the house itself whole: what registers itself is known, whatever was imported before."""
    for app in LADDER:
        package = import_module("realestate" if app == "core" else app)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not NO_PART_OF_THE_PAGES.search(module.name) and module.name not in PROGRAMS:
                import_module(module.name)


# --- the pages -------------------------------------------------------------------------------------------------------


def configuration() -> str:
    """Environment variables."""
    rows = [
        (code(name), known.kind, "secret" if known.secret else code(default_of(known)), known.about)
        for name, known in sorted(env.variables.items())
    ]
    return page(
        "Configuration",
        "Environment variables, read once at start; a `.env` file in the checkout is read too. A value that the "
        "platform does not understand stops it with a list of all problems.",
        table(("Variable", "Kind", "Default", "Meaning"), rows),
    )


def default_of(known: Variable) -> str:
    """The default, also on a machine that has a port of its own."""
    return known.default.replace(f":{settings.PORT}", f":{env.variables['PORT'].default}")


def runtime_settings() -> str:
    """Runtime settings."""
    rows = [
        (
            code(key),
            known.described.word + (f", {known.unit}" if known.unit else ""),
            code(shown_default(known)),
            limits(known),
            ", ".join(sorted({"system", *known.scopes})),
            "yes" if known.public else "",
            known.help,
        )
        for key, known in definitions().items()
    ]
    return page(
        "Settings",
        "Rules of the business that staff may change while the platform runs. The narrowest that is set wins: project, "
        "builder, system, default. Public ones are in `GET /api/settings`.",
        table(("Key", "Type", "Default", "Limits", "May be set for", "Public", "Meaning"), rows),
    )


def shown_default(known: Definition[Any]) -> object:
    """The default as it is written; lists with commas."""
    return ", ".join(known.default) if isinstance(known.default, Texts) else known.default


def limits(known: Definition[Any]) -> str:
    """``1 to 120`` or what there is of it, and the words."""
    low, high = known.minimum, known.longest
    counted = known.described.counted
    size = ""
    if low is not None and high is not None:
        size = f"{low} to {counted(high)}"
    elif low is not None or high is not None:
        size = f"at least {counted(low)}" if high is None else f"at most {counted(high)}"
    words = "" if not known.words else f"of {', '.join(known.words)}"
    return "; ".join(part for part in (size if not known.words or low else "", words) if part)


def errors() -> str:
    """Refusals."""
    rows = [
        (code(error.code), str(error.status), error.default_detail(), app_of(error))
        for error in house_classes(DomainError)
    ]
    rows += [
        (code(name), str(status), text, "framework")
        for name, (status, text) in OF_THE_FRAMEWORK.items()
    ]
    rows.sort(key=lambda row: row[0].strip("`"))
    return page(
        "Errors",
        "Every refusal has one body: `{detail, code, errors, request_id}`. `detail` is for people and may become more "
        "precise, `code` is for programs and stays.",
        table(("Code", "Status", "Says", "From"), rows),
    )


def enums() -> str:
    """Words of columns and of the wire."""
    spoken = aliases()
    parts = []
    for enum in house_classes(TextChoices):
        rows = [
            (code(member), str(member.label), ", ".join(map(code, spoken.get(member, []))))
            for member in enum
        ]
        columns = 3 if any(words for _value, _label, words in rows) else 2
        heads = ("Value", "Means", "Also understood")[:columns]
        parts += [
            f"## {app_of(enum)}: {enum.__name__}",
            first_line(enum),
            table(heads, [row[:columns] for row in rows]),
        ]
    return page(
        "Enums",
        "Words as they are stored and sent. On input, case, `-`, `_` and spaces do not matter.",
        *parts,
    )


def events() -> str:
    """What apps tell one another."""
    rows = [
        (
            code(event.__name__),
            app_of(event),
            ", ".join(code(field.name) for field in fields(event)),
            first_line(event),
            "<br>".join(
                f"{code(app_of(hears))}: {first_line(hears)}" for hears in listeners(event)
            ),
        )
        for event in house_classes(Event)
    ]
    return page(
        "Events",
        "News goes up the ladder, in the speaker's transaction; a listener may refuse and so undo everything.",
        table(("Event", "Said by", "Carries", "Means", "Heard by"), rows),
    )


def states() -> str:
    """State machines."""
    parts = []
    for module, name, moves in machines():
        rows = [
            (code(old or "(new)"), code(action), code(new))
            for old, actions in moves.items()
            for action, new in actions.items()
        ]
        machine = name.removesuffix("TRANSITIONS").strip("_").replace("_", " ").lower()
        parts += [
            f"## {app_of(module)}{': ' if machine else ''}{machine}",
            diagram(moves),
            table(("From", "Action", "To"), rows),
        ]
    return page(
        "States",
        "The tables by which rows move; a step that is not here is refused with `invalid_transition`.",
        *parts,
    )


PAGES: dict[str, Callable[[], str]] = {
    "configuration": configuration,
    "enums": enums,
    "errors": errors,
    "events": events,
    "settings": runtime_settings,
    "states": states,
}

# --- where they come from --------------------------------------------------------------------------------------------


def house_classes(base: type[Kind]) -> list[type[Kind]]:
    """All subclasses in modules of the house, from the bottom of the ladder to the top."""
    found: set[type[Kind]] = set()
    waiting = [base]
    while waiting:
        for child in waiting.pop().__subclasses__():
            waiting.append(child)
            if child.__module__.startswith("realestate.") or rung_of_module(child.__module__):
                found.add(child)
    return sorted(
        found, key=lambda one: (rung_of_module(one.__module__), one.__module__, one.__name__)
    )


def house_values(kind: type) -> Iterator[tuple[ModuleType, str, object]]:
    """Module, name and value of everything of a kind that stands in an app's rules or enums."""
    for app in LADDER:
        for room in ("enums", "rules"):
            name = f"realestate.core.{room}" if app == "core" else f"{app}.{room}"
            try:
                module = import_module(name)
            except ModuleNotFoundError:
                continue
            yield from (
                (module, key, value)
                for key, value in vars(module).items()
                if isinstance(value, kind)
            )


def machines() -> Iterator[tuple[ModuleType, str, Mapping[str, Mapping[str, str]]]]:
    """Tables of transitions, by the name that they end in."""
    for module, name, moves in house_values(Mapping):
        if name.endswith("TRANSITIONS") and isinstance(moves, Mapping):
            yield module, name, moves


def aliases() -> dict[Enum, list[str]]:
    """Further words that each member of an enum is known by."""
    found: dict[Enum, list[str]] = {}
    for _module, _name, vocabulary in house_values(Vocabulary):
        if isinstance(vocabulary, Vocabulary):
            for word, member in vocabulary.aliases.items():
                if word not in found.setdefault(member, []):
                    found[member].append(word)
    return found


# --- markdown --------------------------------------------------------------------------------------------------------


def page(title: str, about: str, *parts: str) -> str:
    """A page with its parts, each its own paragraph."""
    return "\n\n".join([f"# {title}", MADE, about, *parts]) + "\n"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; a bar inside a cell is no border."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines
    )


def diagram(moves: Mapping[str, Mapping[str, str]]) -> str:
    """A state diagram in Mermaid, which code hosts draw."""
    arrows = [
        f"    {old or '[*]'} --> {new}: {action}"
        for old, actions in moves.items()
        for action, new in actions.items()
    ]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```"])


def code(value: object) -> str:
    """A value as it is written; nothing for nothing."""
    text = str(getattr(value, "value", value))
    return f"`{text}`" if text else ""


def first_line(what: object) -> str:
    """The first line of a docstring."""
    return cleandoc(what.__doc__ or "").partition("\n")[0].replace("``", "`")


def app_of(what: object) -> str:
    """The app that a class, function or module belongs to."""
    module = what.__name__ if isinstance(what, ModuleType) else str(getattr(what, "__module__", ""))
    first = module.split(".")[0]
    return "core" if first == "realestate" else first
