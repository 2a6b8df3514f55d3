"""The form with which staff file a document."""

from django import forms

from bookings.enums import DocumentVisibility


class DocumentForm(forms.Form):
    """A file, its title, and who finds it."""

    title = forms.CharField(max_length=200)
    file = forms.FileField(help_text="A PDF.", max_length=200)
    visibility = forms.ChoiceField(
        label="Who finds it", choices=DocumentVisibility, initial=DocumentVisibility.BUILDER
    )
