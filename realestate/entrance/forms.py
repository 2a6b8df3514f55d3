"""The forms of the entrance: they check form only; the pages ask the services."""

from django import forms

from accounts import rules


class LoginForm(forms.Form):
    """E-mail address and password."""

    username = forms.CharField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        strip=False,
        max_length=rules.MAX_PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


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
