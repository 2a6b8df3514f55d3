"""What a form of these pages says."""

from typing import Any

from django.db.models import Model

from realestate.core.admin import (
    HouseForm,
)


def chosen(form: HouseForm, *without: str) -> dict[str, Any]:
    """The values of a form, but those that services want by their keys."""
    return {name: value for name, value in form.cleaned_data.items() if name not in without}


def changed(form: HouseForm) -> dict[str, Any]:
    """What was changed, and only that."""
    return {name: form.cleaned_data[name] for name in form.changed_data}


def key(form: HouseForm, name: str) -> int | None:
    """The key of a neighbour that was chosen, or None."""
    row: Model | None = form.cleaned_data[name]
    return row.pk if row is not None else None
