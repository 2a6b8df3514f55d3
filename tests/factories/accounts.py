"""Users and their profiles."""

import factory
from factory.django import DjangoModelFactory

from accounts.enums import TeamRole
from accounts.models import Builder, BuilderMember, Customer, User
from realestate.core.enums import Role

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    """An active user without a profile."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"user{n}@example.com")
    user_type = Role.STAFF

    @factory.post_generation
    def password(self, create, extracted, **_kwargs):
        """A usable password, PASSWORD unless said otherwise."""
        self.set_password(extracted or PASSWORD)
        if create:
            self.save(update_fields=["password"])


class StaffFactory(UserFactory):
    """A member of the platform's staff, allowed into the admin."""

    email = factory.Sequence(lambda n: f"staff{n}@example.com")
    is_staff = True
    is_superuser = True


class BuilderFactory(DjangoModelFactory):
    """A builder with its user."""

    class Meta:
        model = Builder

    user = factory.SubFactory(UserFactory, user_type=Role.BUILDER)
    company_name = factory.Sequence(lambda n: f"Builder {n} Homes")
    license_number = factory.Sequence(lambda n: f"LIC-{n:05d}")
    phone = "+91 98200 00000"
    address = "1 Marine Drive, Mumbai"


class CustomerFactory(DjangoModelFactory):
    """A customer with its user."""

    class Meta:
        model = Customer

    user = factory.SubFactory(UserFactory, user_type=Role.CUSTOMER)
    first_name = "Test"
    last_name = factory.Sequence(lambda n: f"Customer {n}")
    phone = "+91 98200 11111"


class MemberFactory(UserFactory):
    """Somebody of a builder's team."""

    class Meta:
        model = BuilderMember
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"member{n}@example.com")
    name = factory.Sequence(lambda n: f"Member {n}")
    user_type = Role.BUILDER
    employer = factory.SubFactory(BuilderFactory)
    team_role = TeamRole.SALES
