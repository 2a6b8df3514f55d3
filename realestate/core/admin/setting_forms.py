"""The form of a setting: a field that fits its kind, checked by its definition."""

from typing import Any

from django import forms

from realestate.core.admin.forms import HouseForm
from realestate.core.enums import SettingKind
from realestate.core.errors import DomainError
from realestate.core.models import SystemSetting
from realestate.core.setting_changes import LONGEST_REASON
from realestate.core.setting_kinds import in_words, plain, to_enter
from realestate.core.system_settings import Definition, definitions

NUMBERS = (SettingKind.INT, SettingKind.DECIMAL)
HINTS = {
    SettingKind.LIST: "One entry per line.",
    SettingKind.JSON: 'A JSON object, such as {"name": "value"}.',
}


class SettingForm(HouseForm):
    """A setting's value for the system, a builder or a project, and why."""

    key = forms.ChoiceField(label="Setting", choices=lambda: [(key, key) for key in definitions()])
    value = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    reason = forms.CharField(
        required=False, max_length=LONGEST_REASON, help_text="Why; it stays in the history."
    )

    class Meta:
        model = SystemSetting
        fields = ("key", "scope", "scope_id", "value")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        key = self.instance.key or self.data.get("key") or self.initial.get("key")
        self.definition: Definition[Any] | None = definitions().get(str(key))
        if self.definition is not None and "value" in self.fields:
            self.fields["value"] = value_field(self.definition)
            self.initial["value"] = self._shown(self.definition)

    def _shown(self, definition: Definition[Any]) -> object:
        """The row's value; of a new one the value that holds now."""
        known = self.instance.value if self.instance.pk else plain(definition.value())
        is_chosen = definition.described.word == SettingKind.LIST and definition.words
        return known if isinstance(known, bool) or is_chosen else to_enter(known)

    def clean(self) -> dict[str, Any]:
        """The typed value, as it is stored."""
        data = super().clean() or self.cleaned_data
        definition = self.definition
        if definition is None or "value" not in data:
            return data
        if not definition.may_be_set_for(data.get("scope", self.instance.scope)):
            self.add_error("scope", f"Can be set for: {', '.join(definition.places)}.")
        raw = data["value"]
        try:
            entered = definition.described.entered(raw) if isinstance(raw, str) else raw
            data["value"] = plain(definition.clean(entered))
        except DomainError as refusal:
            self.add_error("value", refusal.errors.get("value", [refusal.detail]))
        return data


def value_field(definition: Definition[Any]) -> forms.Field:
    """A field that fits the kind; whether the value is good the definition says."""
    word = definition.described.word
    hint = "" if definition.words else HINTS.get(word, "")  # boxes to tick explain themselves
    options: dict[str, Any] = {
        "label": f"Value ({definition.unit})" if definition.unit else "Value",
        "help_text": f"{hint} {limits_of(definition)}".strip(),
        "required": False,
    }
    if word == SettingKind.BOOL:
        return forms.BooleanField(**options)
    if definition.words:
        choices = [(each, each) for each in definition.words]
        if word == SettingKind.LIST:
            boxes = forms.CheckboxSelectMultiple()
            return forms.MultipleChoiceField(choices=choices, widget=boxes, **options)
        return forms.ChoiceField(choices=choices, **options)
    return forms.CharField(strip=False, widget=_widget(definition), **options)


def _widget(definition: Definition[Any]) -> forms.Widget:
    word = definition.described.word
    if word in NUMBERS:
        limits = {"min": definition.minimum, "max": definition.maximum}
        step = "1" if word == SettingKind.INT else "any"
        known = {name: str(limit) for name, limit in limits.items() if limit is not None}
        return forms.NumberInput(attrs={**known, "step": step})
    if word == SettingKind.DATE:
        return forms.DateInput(attrs={"type": "date"})
    rows = {SettingKind.LIST: 8, SettingKind.JSON: 14}.get(word, 4)
    return forms.Textarea(
        attrs={"rows": rows, "class": f"vLargeTextField setting-{word}", "spellcheck": "false"}
    )


def limits_of(definition: Definition[Any]) -> str:
    """Default and limits in a sentence or two."""
    low, high = definition.minimum, definition.maximum
    counted = definition.described.counted
    limits = ""
    if low is not None and high is not None:
        limits = f" From {low} to {counted(high)}."
    elif low is not None or high is not None:
        limits = f" At least {counted(low)}." if high is None else f" At most {counted(high)}."
    return f"Default: {with_unit(definition, definition.default)}.{limits}"


def with_unit(definition: Definition[Any], value: object) -> str:
    """A value with what it counts."""
    return f"{in_words(value)} {definition.unit}".strip()
