"""Words of the accounts app."""

from django.db.models import TextChoices


class AccountType(TextChoices):
    """The kinds of account that anybody may register; staff are appointed."""

    BUILDER = "builder", "Builder"
    CUSTOMER = "customer", "Customer"


class ContactMethod(TextChoices):
    """How a customer wants to be reached."""

    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"
    BOTH = "both", "E-mail and phone"
