"""The ladder: the order of the apps, lowest first. Locks, handlers and import contracts follow it."""

from django.db.models import Model

LADDER = (
    "core",
    "accounts",
    "projects",
    "progress",
    "bookings",
    "payments",
    "scheduling",
    "messaging",
    "notifications",
)


def rung(app_label: str) -> int:
    """How high an app stands; Django's own apps stand on the ground."""
    return LADDER.index(app_label) if app_label in LADDER else 0


def rung_of_model(model: type[Model]) -> int:
    """The rung of the app that owns a model."""
    return rung(model._meta.app_label)  # noqa: SLF001  # Model._meta is Django's documented API


def rung_of_module(module: str) -> int:
    """The rung of the app that a dotted module path belongs to."""
    return rung(module.split(".", maxsplit=1)[0])
