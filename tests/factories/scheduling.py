"""Appointments."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from realestate.core import clock
from scheduling.enums import AppointmentType
from scheduling.models import Appointment, Host
from scheduling.services import own_host
from tests.factories.accounts import BuilderFactory, CustomerFactory
from tests.factories.projects import ProjectFactory


class HostFactory(DjangoModelFactory):
    """Somebody of a sales office, without a login."""

    class Meta:
        model = Host

    builder = factory.SubFactory(BuilderFactory)
    name = factory.Sequence(lambda n: f"Host {n}")


class AppointmentFactory(DjangoModelFactory):
    """A site visit of an hour; each one starts two hours after the one before it, so they never overlap."""

    class Meta:
        model = Appointment

    customer = factory.SubFactory(CustomerFactory)
    project = factory.SubFactory(ProjectFactory)
    host = factory.LazyAttribute(lambda appointment: own_host(builder=appointment.project.builder))
    appointment_type = AppointmentType.SITE_VISIT
    starts_at = factory.Sequence(lambda n: clock.now() + timedelta(days=2, hours=2 * n))
    ends_at = factory.LazyAttribute(lambda appointment: appointment.starts_at + timedelta(hours=1))
    host_free_at = factory.LazyAttribute(
        lambda appointment: appointment.ends_at + timedelta(minutes=15)
    )
    created_by = factory.LazyAttribute(lambda appointment: appointment.customer.user)
