"""What a form of these pages says."""

from typing import Any

from realestate.core.admin import HouseForm


def chosen(form: HouseForm, *without: str) -> dict[str, Any]:
    """The values that somebody filled in or changed."""
    return {name: form.cleaned_data[name] for name in form.changed_data if name not in without}
