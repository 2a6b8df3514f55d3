"""Fields of the write shapes: tidy what people type, refuse what is no text."""

from typing import Any

from rest_framework import serializers

from accounts import rules


class LineField(serializers.CharField):
    """One line of text: a name, a number, an address."""

    def to_internal_value(self, data: Any) -> str:  # any JSON value
        """Tidied; control characters are refused."""
        text = rules.one_line(super().to_internal_value(data))
        if rules.has_control_characters(text):
            raise serializers.ValidationError("Control characters are not allowed.")
        return text


class ProseField(serializers.CharField):
    """Text of several lines."""

    def to_internal_value(self, data: Any) -> str:  # any JSON value
        """As written; control characters other than line breaks and tabs are refused."""
        text = super().to_internal_value(data)
        if rules.has_control_characters(text, allowed="\n\r\t"):
            raise serializers.ValidationError("Control characters are not allowed.")
        return text


class PhoneField(LineField):
    """A telephone number as people write it."""

    def to_internal_value(self, data: Any) -> str:  # any JSON value
        """6 to 15 digits, with signs between them."""
        text = super().to_internal_value(data)
        if text and not rules.is_phone(text):
            raise serializers.ValidationError("Enter a valid phone number.")
        return text


class AddressField(serializers.EmailField):
    """An e-mail address, in the one way that it is stored."""

    def to_internal_value(self, data: Any) -> str:  # any JSON value
        """Normalised; letters outside of ASCII are refused before the ``@``, where look-alikes would hide."""
        email = rules.normalize_email(super().to_internal_value(data))
        if not email.isascii():
            self.fail("invalid")
        return email


class CodeField(serializers.CharField):
    """What may follow a password; an empty one, as forms send it, is none."""

    def __init__(self, **options: Any) -> None:  # DRF field options
        """Never required: whether a code is asked for is known only once the password was right."""
        super().__init__(required=False, allow_blank=True, allow_null=True, **options)


class WebField(serializers.URLField):
    """A web address: http or https."""

    def to_internal_value(self, data: Any) -> str:  # any JSON value
        """Other schemes are refused."""
        url = super().to_internal_value(data)
        if url and not url.lower().startswith(("http://", "https://")):
            self.fail("invalid")
        return url


class PasswordField(serializers.CharField):
    """A password, to the letter: spaces are kept, nothing is cut off (E7)."""

    def __init__(self, **options: Any) -> None:  # DRF field options
        """At most 128 characters unless said otherwise."""
        options = {"max_length": rules.MAX_PASSWORD_LENGTH, "trim_whitespace": False} | options
        super().__init__(write_only=True, **options)

    def to_internal_value(self, data: Any) -> str:  # any JSON value
        """Text only: a number is no password."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)
