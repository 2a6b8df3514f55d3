"""Words of the accounts app."""

from django.db.models import TextChoices


class AccountType(TextChoices):
    """The kinds of account that anybody may register; staff are appointed."""

    BUILDER = "builder", "Builder"
    CUSTOMER = "customer", "Customer"


class BuilderRole(TextChoices):
    """What somebody is in a builder's team; the owner is who registered the builder."""

    OWNER = "owner", "Owner"
    SALES = "sales", "Sales"
    FINANCE = "finance", "Finance"
    SITE = "site", "Site"
    READ_ONLY = "read_only", "Read only"


class TeamRole(TextChoices):
    """The roles that an owner gives to others: all but the owner's own."""

    SALES = BuilderRole.SALES.value, BuilderRole.SALES.label
    FINANCE = BuilderRole.FINANCE.value, BuilderRole.FINANCE.label
    SITE = BuilderRole.SITE.value, BuilderRole.SITE.label
    READ_ONLY = BuilderRole.READ_ONLY.value, BuilderRole.READ_ONLY.label


class ContactMethod(TextChoices):
    """How a customer wants to be reached."""

    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"
    BOTH = "both", "E-mail and phone"
