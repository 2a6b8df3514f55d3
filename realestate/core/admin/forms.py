"""The form of the back office: it checks like any model form, and then lets a service store."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.db.models import Model

from realestate.core.errors import DomainError

if TYPE_CHECKING:  # the stubs make it generic, Django does not
    ModelForm = forms.ModelForm[Any]
else:
    ModelForm = forms.ModelForm

VIOLATED = re.compile(r"Constraint “(\w+)” is violated\.")


class HouseForm(ModelForm):
    """What the service refuses is an error of the form."""

    store: ClassVar[Callable[[Any], Model]]  # set by HouseAdmin.get_form for one request

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's hook after a form's own checks; not in the stubs
        if self.errors:
            return
        try:
            self.instance = type(self).store(self)
        except DomainError as refusal:
            self._show(refusal)
        except ObjectDoesNotExist:
            self.add_error(None, "This no longer exists, or it is not yours to use.")

    def _update_errors(self, errors: ValidationError) -> None:
        """The names of our constraints are written to be read: ``unit_price_positive``."""
        known = getattr(errors, "error_dict", {})
        for error in known.get(NON_FIELD_ERRORS, []):
            if named := VIOLATED.fullmatch(str(error.message % (error.params or {}))):
                error.message = f"This must hold: {named[1].replace('_', ' ')}."
        super()._update_errors(errors)  # type: ignore[misc]  # Django's hook for what the row refuses; not in the stubs

    def _show(self, refusal: DomainError) -> None:
        """At the field that it names (``tower_id`` is the field ``tower``), else above the form."""
        named = {
            name: texts
            for field, texts in refusal.errors.items()
            if (name := field.removesuffix("_id") if field not in self.fields else field)
            in self.fields
        }
        for field, texts in named.items():
            self.add_error(field, texts)
        if not named:
            self.add_error(None, refusal.detail)

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002  # Django's signature
        """The row that the service has stored already."""
        self.save_m2m = self._save_m2m  # type: ignore[method-assign, attr-defined]  # Django's own way, see ModelForm.save
        return self.instance
