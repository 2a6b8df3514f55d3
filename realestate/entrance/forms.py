"""The forms of the entrance: they check form only; the pages ask the services."""

from typing import Any

from django import forms

from accounts import rules
from realestate.core.db.fields import BIGGEST_ID


def password_field(*, is_first: bool = False) -> forms.CharField:
    """The present password, to the letter; password managers fill it in."""
    attributes = {"autocomplete": "current-password"} | ({"autofocus": True} if is_first else {})
    return forms.CharField(
        strip=False,
        max_length=rules.MAX_PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs=attributes),
    )


class LoginForm(forms.Form):
    """E-mail address and password."""

    username = forms.CharField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = password_field()


class CodeForm(forms.Form):
    """One code: of the app, or from the list of recovery codes."""

    is_for_recovery = False
    code = forms.CharField(
        label="Code from your app",
        max_length=rules.LONGEST_CODE,
        error_messages={"required": "Enter a code."},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )

    def begin_here(self) -> None:
        """Where the page has no other field: the cursor stands in it."""
        self.fields["code"].widget.attrs["autofocus"] = True

    def for_recovery(self) -> None:
        """Make it a field for letters and digits, which no app fills in."""
        self.is_for_recovery = True
        self.fields["code"].label = "Recovery code"
        attributes = self.fields["code"].widget.attrs
        attributes |= {"autocomplete": "off", "inputmode": "text", "autocapitalize": "none"}


class ConfirmForm(CodeForm):
    """Password and code once more, of whoever is logged in."""

    field_order = ("password", "code")
    has_code = True
    password = password_field(is_first=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "Code from your app, or a recovery code"
        self.fields["code"].widget.attrs["inputmode"] = "text"

    def without_code(self) -> None:
        """For an account that has no device."""
        self.has_code = False
        del self.fields["code"]


class EndForm(forms.Form):
    """Which of one's sessions ends, and the password."""

    session = forms.IntegerField(
        min_value=1,
        max_value=BIGGEST_ID,
        error_messages={"required": "Choose the session that is to end."},
    )
    password = password_field()
