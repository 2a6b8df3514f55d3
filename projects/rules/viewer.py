"""How a viewer opens a 3D model: the settings that are known, and what each may hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

MOST_HOTSPOTS = 50
LONGEST_LABEL = 100
FARTHEST = 1_000_000  # model units


@dataclass(frozen=True)
class ViewerSetting:
    """One setting: whether a value fits, the sentence when it does not, and its JSON schema."""

    fits: Callable[[Any], bool]
    sentence: str
    schema: Mapping[str, Any]


def _number(low: float, high: float) -> ViewerSetting:
    return ViewerSetting(
        lambda value: _is_number(value) and low <= value <= high,
        f"Enter a number from {low} to {high}.",
        {"type": "number", "minimum": low, "maximum": high},
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_point(value: object) -> bool:
    dimensions = 3
    return (
        isinstance(value, list)
        and len(value) == dimensions
        and all(_is_number(part) and abs(part) <= FARTHEST for part in value)
    )


def _is_hotspots(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_HOTSPOTS
        and all(isinstance(spot, dict) and _is_hotspot(spot) for spot in value)
    )


def _is_hotspot(spot: Mapping[str, Any]) -> bool:
    label = spot.get("label")
    fits = isinstance(label, str) and 0 < len(label) <= LONGEST_LABEL
    return set(spot) == {"label", "position"} and fits and _is_point(spot["position"])


def _is_colour(value: object) -> bool:
    digits = value[1:] if isinstance(value, str) and value[:1] == "#" else ""
    return len(digits) in {3, 6} and all(digit in "0123456789abcdefABCDEF" for digit in digits)


POINT = {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}
A_POINT = ViewerSetting(_is_point, "Enter three numbers: x, y and z.", POINT)
A_SWITCH = ViewerSetting(
    lambda value: isinstance(value, bool), "Enter true or false.", {"type": "boolean"}
)
ENVIRONMENTS = ("neutral", "studio", "outdoor", "night")
VIEWER_SETTINGS: Mapping[str, ViewerSetting] = {
    "camera": A_POINT,
    "target": A_POINT,
    "field_of_view": _number(5, 120),  # degrees
    "background": ViewerSetting(
        _is_colour,
        "Enter a colour such as #ffffff.",
        {"type": "string", "pattern": "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"},
    ),
    "environment": ViewerSetting(
        lambda value: isinstance(value, str) and value in ENVIRONMENTS,
        f"Enter one of {', '.join(ENVIRONMENTS)}.",
        {"type": "string", "enum": list(ENVIRONMENTS)},
    ),
    "exposure": _number(0, 10),
    "scale": _number(0.0001, 10_000),
    "shadows": A_SWITCH,
    "auto_rotate": A_SWITCH,
    "rotation_speed": _number(-360, 360),  # degrees per second
    "hotspots": ViewerSetting(
        _is_hotspots,
        f"Enter at most {MOST_HOTSPOTS} points, each with a label and a position.",
        {
            "type": "array",
            "maxItems": MOST_HOTSPOTS,
            "items": {
                "type": "object",
                "properties": {
                    "label": {"type": "string", "maxLength": LONGEST_LABEL},
                    "position": POINT,
                },
                "required": ["label", "position"],
            },
        },
    ),
}


def viewer_problems(settings: Mapping[str, Any]) -> list[str]:
    """One sentence for each setting that is unknown or does not fit; none if all are good."""
    problems = [
        f"{name[:50]} is no setting of the viewer."
        for name in settings
        if name not in VIEWER_SETTINGS
    ]
    known = {name: value for name, value in settings.items() if name in VIEWER_SETTINGS}
    wrong = [name for name, value in known.items() if not VIEWER_SETTINGS[name].fits(value)]
    return problems + [f"{name}: {VIEWER_SETTINGS[name].sentence}" for name in wrong]
